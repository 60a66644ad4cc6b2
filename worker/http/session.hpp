// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/heritage.hpp"
#include "shared/scoreboard.hpp"
#include "worker/app/wear.hpp"
#include "worker/exchange.hpp"
#include "worker/http/acceptor.hpp"
#include "worker/http/access_log.hpp"
#include "worker/http/callback_pool.hpp"
#include "worker/http/chunked_body.hpp"
#include "worker/http/forwarded.hpp"
#include "worker/http/header_policy.hpp"
#include "worker/http/inline_runs.hpp"
#include "worker/http/operation_memory.hpp"
#include "worker/http/overdue_log.hpp"
#include "worker/http/passed_connection.hpp"
#include "worker/http/read_buffer.hpp"
#include "worker/http/reply.hpp"
#include "worker/http/send_window.hpp"
#include "worker/http/tls_stream.hpp"
#include "worker/http/traffic_counter.hpp"

namespace ekiden::worker {

class Session;

/// What the sessions of one polling thread have in common.
struct SessionContext {
  boost::asio::io_context& io;
  Service& service;
  const shared::WorkerSettings& settings;
  HeadLimits limits;
  CallbackPool& pool;
  InlineRuns& inline_runs;
  shared::WorkerSlot& slot;
  std::function<void(Session&)> closed;               ///< the session is done with
  std::function<void()> submitted;                    ///< a callback has been given to the pool
  std::function<void(const Exchange&)> log_exchange;  ///< empty: there is no access log
  OverdueLog& overdue_log;
  TrafficCounter& traffic;
  Wear& wear;
  DateLine date;
  shared::TrustedPeers proxies;    ///< whose X-Forwarded-* are believed
  shared::TrustedPeers balancers;  ///< who may speak the PROXY protocol
  RequestIds request_ids;
  bool draining = false;                    ///< every further response closes its connection
  const shared::TlsContext* tls = nullptr;  ///< nullptr: plain HTTP
  std::string upload_folder;                ///< for bodies that are not kept in memory
  bool has_no_upload_folder = false;        ///< and that has been said
  std::size_t bytes_of_bodies = 0;          ///< of large ones, in memory, of all sessions
};

/// Buffers larger than this are freed after the exchange, others when the connection is idle.
inline constexpr std::size_t kKeptBytes = 64U << 10;

/// One client connection: reads requests, has them answered, writes the answers in order.
///
/// Only the polling thread calls it, except for run(): while a callback thread has the session as
/// its job, the response is that thread's, the request is only read, and everything else stays the
/// polling thread's. A callback that has proved short is run by the polling thread itself, once the
/// handler that has read the request has returned.
///
/// A callback that takes longer than --request-timeout goes on with both, but the client gets
/// another response and the connection ends with it: a new one may find a worker with free threads.
///
/// Asio's handlers and the job hold shared pointers, so a closed session lives until both let go.
class Session final : public CallbackPool::Job, public std::enable_shared_from_this<Session> {
 public:
  /// Takes the descriptor over, unless it throws std::system_error.
  Session(SessionContext& context, Accepted accepted);

  /// Reads what is already there, so that the accept gate learns soon what it has let in. False if
  /// nothing was.
  bool start();
  /// As start(), with a connection that a sibling has passed on.
  void start(const PassedConnection& passed);
  /// Deadlines and memory; called a few times a second.
  void tick(std::uint64_t now_ns);
  /// When the running callback's time is over; 0: there is none, or it may take any time.
  std::uint64_t callback_deadline() const noexcept {
    return state_ == State::running ? deadline_ns_ : 0;
  }
  /// What is shown of the request while it is queued.
  shared::RunningCall queued_call();
  /// The worker drains: idle connections get a short grace, others finish what they do.
  void begin_drain(std::uint64_t now_ns);
  void callback_finished();
  void close();

  /// When the request was complete, monotonic_ns().
  std::uint64_t begun_ns() const noexcept { return begun_ns_; }
  /// A connection whose keys are this process's stays. It ends with the present answer, so that the
  /// client opens another, to a worker that has a free thread.
  bool stays() noexcept {
    closing_ = closing_ || tls_;
    return tls_ != nullptr;
  }
  /// Whether nothing is being read ahead. If something is, that ends; what it has brought is there
  /// a moment later. The next tick reads again.
  bool rests();
  /// The connection and its request for a sibling. REQUIRES: it rests, and its callback has been
  /// withdrawn. Nothing is read or answered until one of the other two is called.
  PassedConnection offered();
  void passed_on();
  void taken_back();

  void run() noexcept override;
  /// Has a callback thread run it.
  void submit();
  /// Who is to answer, or has answered, if that is a callback.
  std::string_view callback() const noexcept { return response_.callback; }
  /// How long run() took. REQUIRES: it has ended.
  std::chrono::nanoseconds ran() const noexcept { return ran_; }
  /// Whether run() was left to InlineRuns.
  bool was_admitted() const noexcept { return admitted_; }

  std::size_t index = 0;  ///< in the registry of open sessions

 private:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                  boost::asio::io_context::executor_type>;
  enum class State {
    reading_proxy_header,
    reading_head,
    reading_body,
    running,
    offered,
    writing,
    lingering,
    closed
  };
  enum class Progress { waiting, ready, over };

  // session_proxy.cpp: what a balancer says before anything else
  bool read_proxy_header();
  void wait_for_proxy_header();
  bool take_proxy_header(std::span<char> seen);
  void proxy_header_cut_off(bool orderly);
  void refuse_proxy(const Rejection& rejection);

  // session_read.cpp
  bool read_at_once();
  void resume();
  void start_read();
  std::size_t wanted_room() const noexcept;
  void received(const boost::system::error_code& error, std::size_t count);
  void advance();
  Progress take_head();
  void forget_request(std::string_view refused);
  Progress accept_head();
  bool know_client();
  void name_request() noexcept;
  void input_ended(bool orderly);
  void discard();

  // session_body.cpp
  void begin_body();
  Progress take_body();
  Progress take_chunks();
  bool keep(std::string_view piece);
  void move_body_to_file();
  void count_body() noexcept;
  Progress cannot_keep();

  // session_tls.cpp: what goes another way there
  std::size_t read_some(std::span<char> room, boost::system::error_code& error);
  std::size_t write_tls(boost::system::error_code& error);
  void start_tls_read();
  void wait_to_read_tls();
  void read_tls();
  void give_up_tls();
  void write_more_tls();

  // session.cpp
  void dispatch();
  void refuse(const Rejection& rejection);
  void release_memory();
  void deadline_passed();
  void time_out();
  Response& answer() noexcept { return timed_out_ ? *timed_out_ : response_; }
  bool idle() const noexcept {
    return (state_ == State::reading_head || state_ == State::reading_proxy_header) &&
           input_.size() == 0;
  }
  void expire_in(std::chrono::milliseconds span) noexcept;

  // session_write.cpp
  void send();
  void count();
  std::uint64_t ended_ns() const noexcept;
  void log_exchange();
  void write_more();
  void wrote(const boost::system::error_code& error, std::size_t count);
  void sent();
  void linger();
  bool send_continue();
  void join_short_body();
  std::size_t write_first(boost::system::error_code& error);
  std::array<boost::asio::const_buffer, 2> unsent();

  SessionContext& context_;
  std::size_t counted_body_bytes_ = 0;  // in context_.bytes_of_bodies
  std::unique_ptr<TlsStream> tls_;      // none: plain HTTP, or a PROXY header comes first
  Socket socket_;
  State state_ = State::reading_head;
  bool read_pending_ = false;
  bool peer_is_done_ = false;                // it has shut its side down: this answer is the last
  bool closing_ = false;                     // after the answer that is being made or sent
  bool from_proxy_ = false;                  // the peer is believed what it says of its clients
  bool begun_ = false;                       // bytes of the current head have arrived
  bool lean_ = true;                         // buffers of the last exchange have been freed
  bool passed_ = false;                      // the request is from a sibling, which has counted it
  bool admitted_ = false;                    // see was_admitted()
  std::atomic<bool> cancelled_{false};       // read by the callback through request_
  std::uint64_t deadline_ns_ = 0;            // 0: none
  std::uint64_t begun_ns_ = 0;               // the request was complete; 0: it never was
  std::atomic<std::uint64_t> queued_ns_{0};  // it waited for a callback thread
  std::chrono::nanoseconds ran_{0};          // set by the thread that runs it
  ReadBuffer input_;
  HeadScanner scanner_;
  Framing framing_;
  std::unique_ptr<ChunkedBody> chunks_;
  std::string peer_;    // who is connected
  std::string client_;  // peer_, or who it says that the connection is from: the requests may be of
                        // others, see request_.remote
  RequestIds::Digits id_digits_;
  Request request_;
  Response response_;
  std::unique_ptr<Response> timed_out_;  // sent instead: the callback may still fill response_
  std::string head_;                     // of the response, and behind it a short body
  std::size_t head_bytes_ = 0;           // of head_, without the body
  SendWindow window_;                    // of its body
  std::optional<std::uint32_t> call_;    // number of what it calls; none: nobody has asked
  std::size_t written_ = 0;
  std::size_t discarded_ = 0;
  OperationMemory reading_, resuming_;
};

}  // namespace ekiden::worker
