// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <ekiden/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a callback knows of its call besides its arguments, and what it can do besides returning a
/// value.
namespace ekiden {

namespace worker {
class CallbackCall;
}

/// Thrown when the context is asked for outside a callback.
class MissingCallbackContextException : public Error {
 public:
  using Error::Error;
};

/// How long and for whom a cookie lives; see CallbackContext::set_cookie.
struct CookieOptions {
  std::optional<std::chrono::seconds> max_age =
      std::nullopt;  ///< not given: until the browser ends
  std::string path = "/";
  std::string domain = {};
  bool secure = false;
  bool http_only = false;
  std::string same_site = "Lax";  ///< "Strict", "Lax" or "None"; empty: not said
};

/// The call that the current thread runs a callback for; `callback_context()` returns it.
///
///     const auto& ctx = callback_context();
///     if (ctx.triggered_id() == "reset") return 0;
///
/// Everything is read from the request when asked for, so callbacks that do not ask pay nothing.
/// Thread safety: only the thread that runs the callback. Errors: Error, as the members say.
class CallbackContext {
 public:
  /// What made the browser call: a property, and its value if it is an Input.
  struct Trigger {
    std::string prop_id;  ///< "dropdown.value", `{"index":1,"type":"row"}.value`
    Json value;
  };
  /// False in conditions when the page was loaded; then it holds one Trigger, "." with null.
  class TriggerList : public std::vector<Trigger> {
   public:
    explicit operator bool() const { return size() != 1 || front().prop_id != "."; }
  };
  using Texts = std::vector<std::pair<std::string, std::string>>;

  /// What triggered the callback.
  TriggerList triggered() const;
  /// The id of the first of them: a string, or an object if it is a pattern; null when the page was
  /// loaded.
  Json triggered_id() const;
  /// `{prop_id: id}` for all of them.
  Json triggered_prop_ids() const;

  /// `{"id.property": value}` for the Inputs, and the States.
  Json inputs() const;
  Json states() const;
  /// The lists of `{"id": …, "property": …, "value": …}` that the browser sent, an element being a
  /// list itself where a pattern matches many; outputs have no value.
  Json inputs_list() const;
  Json states_list() const;
  Json outputs_list() const;
  /// One `{"id", "str_id", "property", "value", "triggered"}` for each Input and State, in order,
  /// however they are grouped; a list of these where a pattern matches many.
  Json args_grouping() const;

  /// The request's headers and cookies; of a header or cookie alone, "" if there is none.
  Texts headers() const;
  std::string header(std::string_view name) const;
  Texts cookies() const;
  std::string cookie(std::string_view name) const;
  /// The URL's path, and the decoded arguments of its query.
  std::string path() const;
  Texts args() const;
  /// The client's address, the scheme and the host it uses, and the request's name in the logs;
  /// from the headers of a proxy if --forwarded-allow-ips trusts it.
  std::string remote() const;
  std::string scheme() const;
  std::string host() const;
  std::string prefix() const;  ///< what the proxy has taken off the path: "/sales", or empty
  std::string request_id() const;
  std::string origin() const;  ///< the Origin header

  /// Sets a header, or a cookie, of the response; neither is sent if the callback fails or throws
  /// PreventUpdate. Throws Error for names and values that HTTP does not allow, and for headers
  /// that are the server's own, such as Content-Length.
  void set_header(std::string_view name, std::string_view value) const;
  void set_cookie(std::string_view name, std::string_view value,
                  const CookieOptions& options = {}) const;
  /// Takes a cookie away from the browser.
  void delete_cookie(std::string_view name, const CookieOptions& options = {}) const;

  /// Sets properties of any component, whether or not they are outputs: see ekiden::set_props.
  void set_props(const Json& id, Json::Object properties) const;

  /// Shows in the dev tools' callback graph how long a part took; heeded under --debug. Throws
  /// Error if `name` was used in this call before, or is not a token such as "load-data".
  void record_timing(std::string_view name, std::chrono::duration<double> duration,
                     std::string_view description = {}) const;

  /// True once the client has hung up, which is noticed within half a second, or has been told that
  /// --request-timeout is over, so that nobody will see the result. A long computation may ask
  /// between its steps, and throw PreventUpdate.
  bool cancelled() const;

 private:
  friend class worker::CallbackCall;
  explicit CallbackContext(worker::CallbackCall& call) : call_(call) {}

  worker::CallbackCall& call_;
};

/// The context of the callback that runs on this thread. Throws MissingCallbackContextException if
/// none does. The reference is valid until the callback returns.
const CallbackContext& callback_context();

/// Sets properties of the component `id`, a string or the object of a pattern's id, when the
/// callback is done, just before its outputs: `set_props("status", {{"children", "Saved"}})`. A
/// Patch is a value, too. Of several values for one property the last counts.
///
/// Throws MissingCallbackContextException outside a callback, Error if `id` is not an id.
void set_props(const Json& id, Json::Object properties);

}  // namespace ekiden
