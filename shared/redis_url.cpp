// SPDX-License-Identifier: MIT
#include "shared/redis_url.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace ekiden::shared {
namespace {

/// A URL without its password, to be named in an error.
std::string without_password(std::string_view text) {
  const auto at = text.rfind('@');
  const auto begin = text.find("://");
  if (at == text.npos || begin == text.npos || at < begin) return std::string(text);
  return std::string(text.substr(0, begin + 3)) + "***" + std::string(text.substr(at));
}

[[noreturn]] void fail(std::string_view url, const std::string& what) {
  throw std::invalid_argument("'" + without_password(url) + "': " + what);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<unsigned char> hex_byte(std::string_view digits) {
  unsigned char value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return {};
  return value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  RedisUrl parse() {
    const bool unix_socket = scheme();
    const std::string_view query = cut_after('?');
    credentials();
    if (unix_socket) {
      path();
    } else {
      host_and_port();
    }
    parameters(query);
    return url_;
  }

 private:
  /// What follows the first `mark` in the rest; the rest ends before it.
  std::string_view cut_after(char mark) {
    const auto at = rest_.find(mark);
    if (at == rest_.npos) return {};
    const std::string_view after = rest_.substr(at + 1);
    rest_ = rest_.substr(0, at);
    return after;
  }

  /// True for a unix socket.
  bool scheme() {
    const auto end = text_.find("://");
    const std::string_view name = end == text_.npos ? text_ : text_.substr(0, end);
    if (name == "rediss") {
      fail(text_,
           "Redis over TLS is not supported; use redis:// to a TLS tunnel on this machine "
           "(stunnel, say), or a private network");
    }
    const bool unix_socket = name == "unix" || name == "redis+unix";
    if (end == text_.npos || (name != "redis" && !unix_socket)) {
      fail(text_,
           "not a Redis URL; write redis://[user:password@]host:port/db or "
           "unix:///path/of/socket?db=N");
    }
    rest_.remove_prefix(end + 3);
    return unix_socket;
  }

  std::string decoded(std::string_view part) const {
    std::string result;
    for (std::size_t at = 0; at < part.size(); ++at) {
      if (part[at] != '%') {
        result += part[at];
        continue;
      }
      const auto byte = hex_byte(part.substr(at + 1, 2));
      if (!byte) fail(text_, "a % in user, password or path must be followed by two hex digits");
      result += static_cast<char>(*byte);
      at += 2;
    }
    return result;
  }

  void credentials() {
    const auto at = rest_.rfind('@');
    if (at == rest_.npos) return;
    const std::string_view given = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    const auto colon = given.find(':');
    url_.user = decoded(given.substr(0, colon));
    if (colon != given.npos) url_.password = decoded(given.substr(colon + 1));
    if (url_.password.empty()) fail(text_, "there is a user but no password; write user:password@");
  }

  void path() {
    url_.unix_path = decoded(rest_);
    if (url_.unix_path.empty() || url_.unix_path.front() != '/') {
      fail(text_, "the socket's path must be absolute: unix:///run/redis/redis.sock");
    }
    constexpr std::size_t kLongest = 107;
    if (url_.unix_path.size() > kLongest) {
      fail(text_, "the socket's path is longer than " + std::to_string(kLongest) + " bytes");
    }
  }

  void host_and_port() {
    const std::string_view db = cut_after('/');
    if (!db.empty()) set_database(db);
    const bool bracketed = !rest_.empty() && rest_.front() == '[';
    const auto close = bracketed ? rest_.find(']') : 0;
    if (close == rest_.npos) fail(text_, "the IPv6 address has no closing ]");
    const auto colon = rest_.find(':', close);
    const std::string_view host = rest_.substr(0, colon);
    url_.host = bracketed ? host.substr(1, close - 1) : host;
    if (url_.host.empty()) url_.host = "localhost";
    if (colon == rest_.npos) return;
    const std::string_view given = rest_.substr(colon + 1);
    const auto port = number<std::uint16_t>(given);
    if (!port || *port == 0) {
      fail(text_, "the port '" + std::string(given) + "' is not a number from 1 to 65535");
    }
    url_.port = *port;
  }

  void set_database(std::string_view given) {
    const auto database = number<unsigned>(given);
    if (!database) fail(text_, "the database '" + std::string(given) + "' is not a number");
    url_.database = *database;
  }

  void parameters(std::string_view query) {
    while (!query.empty()) {
      const auto end = query.find('&');
      const std::string_view one = query.substr(0, end);
      query = end == query.npos ? std::string_view() : query.substr(end + 1);
      const auto equals = one.find('=');
      const std::string_view name = one.substr(0, equals);
      const std::string_view value =
          equals == one.npos ? std::string_view() : one.substr(equals + 1);
      if (name == "db") {
        set_database(value);
      } else if (name == "username") {
        url_.user = decoded(value);
      } else if (name == "password") {
        url_.password = decoded(value);
      } else {
        fail(text_,
             "unknown parameter '" + std::string(name) + "'; known are db, username and password");
      }
    }
  }

  std::string_view text_, rest_;
  RedisUrl url_;
};

}  // namespace

RedisUrl RedisUrl::parse(std::string_view text) { return Parser(text).parse(); }

std::string RedisUrl::shown() const {
  const std::string db = std::to_string(database);
  if (!unix_path.empty()) return "unix://" + unix_path + "?db=" + db;
  const bool bare = host.find(':') == host.npos;
  return "redis://" + (bare ? host : "[" + host + "]") + ":" + std::to_string(port) + "/" + db;
}

}  // namespace ekiden::shared
