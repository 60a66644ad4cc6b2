// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/json/late_base64.hpp"
#include "worker/request_body.hpp"

namespace ekiden::worker {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

/// One HTTP request, complete and checked by the header policy. Reused for the next request of its
/// connection, so that its buffers are allocated once.
///
/// Thread safety: the polling thread's; while a callback thread has it, both may read it and nobody
/// writes.
struct Request {
  Method method = Method::get;
  int version = 11;         ///< 10 or 11
  std::string head;         ///< the raw header block that `target` and `headers` point into
  std::string_view target;  ///< as sent: "/a%20b?x=1"
  std::string path;         ///< percent-decoded, without the query
  std::string_view query;   ///< after '?', undecoded
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  RequestBody body;
  /// The client's address, "127.0.0.1" or "unix:". Like the next four as a trusted proxy says, if
  /// it came through one.
  std::string remote;
  std::string_view scheme = "http";
  std::string_view host;        ///< with the port, if it is not the scheme's
  std::string_view prefix;      ///< what the proxy has taken off the path: "/sales"
  std::string_view request_id;  ///< never empty, once it is to be answered
  /// Set while the request is worked on, by another thread, once the client has hung up or been
  /// told that it took too long; nullptr where nobody watches.
  const std::atomic<bool>* cancelled = nullptr;

  /// Value of the named header (any case), or an empty view.
  std::string_view header(std::string_view name) const noexcept;
};

/// The answer to a Request. The HTTP layer adds Content-Length, Date, Connection and the like.
struct Response {
  int status = 200;
  std::string_view content_type;  ///< must outlive the response: a literal or a set-up string
  /// Further headers, preformatted: "ETag: \"x\"\r\nVary: Accept-Encoding\r\n".
  std::string headers;
  std::string body;              ///< bytes owned by the response
  LateBase64 late;               ///< what of the body is encoded when it is sent
  std::string_view static_body;  ///< or bytes that outlive it; used when its data() is not null
  bool compressible = false;     ///< `body` may be packed on a callback thread: see compress_answer
  /// The callback that is to make it or has, for logs; lies where it lies as long as the worker
  /// lives.
  std::string_view callback;

  /// Value of the named one of `headers` (any case); nullopt if it is not among them.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// Without what is encoded when it is sent.
  std::string_view bytes() const noexcept {
    return static_body.data() != nullptr ? static_body : std::string_view(body);
  }
  /// Of the whole body.
  std::size_t size() const noexcept { return bytes().size() + late.size(); }
  void clear() noexcept {
    status = 200;
    content_type = {};
    headers.clear();
    clear_body();
    compressible = false;
    callback = {};
  }
  void clear_body() noexcept {
    body.clear();
    late.clear();
    static_body = {};
  }
};

/// What the HTTP layer serves: implemented by dispatch, and by small stand-ins in tests.
class Service {
 public:
  enum class Next { send, run_on_callback_thread };

  virtual ~Service() = default;

  /// Called on the polling thread; must not block. Either fills `response` (send), or asks for
  /// `run` to be called on a callback thread. If it names the callback there, and that has proved
  /// short, `run` may be called on the polling thread.
  virtual Next begin(Request& request, Response& response) noexcept = 0;

  /// Called on a callback thread, or as said above; may take as long as it takes.
  virtual void run(const Request& request, Response& response) noexcept = 0;

  /// Called on the polling thread when the time for a request is over that `run` has not answered,
  /// whether it has begun or not. Fills `response`, another one than `run`'s, with a 504. Returns
  /// who was to answer, as logs name it: "callback graph.figure (app.cpp:40)".
  virtual std::string time_out(const Request& request, Response& response) noexcept = 0;

  /// The number in shared::Traffic of what `run` will call for a request, to show while it is
  /// queued. Called on the polling thread; 0 if it has none.
  virtual std::uint32_t call_of(const Request&) const noexcept { return 0; }

  /// Answers requests of its own, before any client's. Empty, or one sentence on which of them is
  /// answered with a status of 500 or above. May take as long as the app's layout takes.
  virtual std::string check_health() noexcept { return {}; }
};

}  // namespace ekiden::worker
