// SPDX-License-Identifier: MIT
// Data of one user's session on the server: the page gets an id that nobody can guess, and what the
// user saves lies in the cache under this id, for a while. A cookie that only the user's browser
// has is part of the key, so that an id alone, seen in a page or a log, is of no use.
#include <sys/random.h>

#include <array>
#include <chrono>
#include <ekiden/app.hpp>
#include <ekiden/context.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <optional>
#include <string>

using namespace ekiden;
using namespace std::chrono_literals;

namespace {

constexpr const char* kCookie = "ekiden-sessions";
constexpr auto kLifetime = 30min;

/// 128 bits from the kernel, in hexadecimal.
std::string random_id() {
  std::array<unsigned char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != std::ssize(bytes)) throw Error("getrandom");
  std::string text;
  for (const unsigned char byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string key_of(const std::string& session, const std::string& secret) {
  return "session/" + session + '/' + secret;
}

/// The secret of this browser; it gets one if it has none yet.
std::string secret_of_browser() {
  const CallbackContext& context = callback_context();
  std::string secret = context.cookie(kCookie);
  if (secret.empty()) {
    secret = random_id();
    context.set_cookie(kCookie, secret, {.http_only = true, .same_site = "Strict"});
  }
  return secret;
}

}  // namespace

EKIDEN_APP(app) {
  app.title("Sessions");
  // Made anew for each page load, so each has an id of its own.
  app.layout([] {
    return html::Div({
        dcc::Store("sessions-id").storage_type("session").data(random_id()),
        html::H3("A note for this session"),
        dcc::Input().id("sessions-note").placeholder("only you will see it"),
        html::Button("Save").id("sessions-save"),
        html::Button("Show").id("sessions-show"),
        html::Div().id("sessions-saved"),
        html::Div().id("sessions-found"),
    });
  });

  app.callback(Output{"sessions-saved", "children"}, Input{"sessions-save", "n_clicks"},
               State{"sessions-id", "data"}, State{"sessions-note", "value"},
               [&cache = app.cache()](std::optional<int> clicks, std::string session,
                                      std::optional<std::string> note) {
                 if (!clicks) throw PreventUpdate();
                 cache.set(key_of(session, secret_of_browser()), note.value_or(""), kLifetime);
                 return "Saved for half an hour.";
               });

  app.callback(
      Output{"sessions-found", "children"}, Input{"sessions-show", "n_clicks"},
      State{"sessions-id", "data"},
      [&cache = app.cache()](std::optional<int> clicks, std::string session) -> std::string {
        if (!clicks) throw PreventUpdate();
        const auto note =
            cache.get<std::string>(key_of(session, callback_context().cookie(kCookie)));
        return note ? "You noted: " + std::string(*note) : "Nothing is noted.";
      });
}
