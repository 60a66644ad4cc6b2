// SPDX-License-Identifier: MIT
#include "worker/http/access_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {
namespace {

using namespace std::chrono;

enum class Escapes { c, json };

/// As nginx and Apache escape, or as JSON does: there, other bytes than ASCII too, since header
/// fields may hold any and a JSON reader takes only UTF-8.
void append_escaped(std::string& out, std::string_view text, Escapes escapes) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (escapes == Escapes::c && control) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else if (escapes == Escapes::json && (control || byte >= 0x80)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
}

std::string_view request_line(const Request& request) {
  const std::string_view head = request.head;
  return head.substr(0, head.find_first_of("\r\n"));
}

/// The words of the request line, which may be anything if the request was refused.
std::string_view word(std::string_view line, int which) {
  for (; which > 0; --which) {
    const std::size_t space = line.find(' ');
    line = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  }
  return line.substr(0, line.find(' '));
}

std::string_view header_of_answer(const Response& response, std::string_view name) {
  if (grammar::equal_any_case(name, "content-type")) return response.content_type;
  std::string_view rest = response.headers;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && grammar::equal_any_case(line.substr(0, colon), name)) {
      return grammar::trim(line.substr(colon + 1));
    }
  }
  return {};
}

std::string time_text(std::time_t time) {
  std::tm local{};
  localtime_r(&time, &local);
  std::array<char, 40> text;
  const std::size_t size =
      std::strftime(text.data(), text.size(), "[%d/%b/%Y:%H:%M:%S %z]", &local);
  return std::string(text.data(), size);
}

std::optional<int> base64_digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = kDigits.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional<int>(static_cast<int>(at));
}

/// The user's name in "Basic <base64 of name:password>"; never the password.
std::string basic_user(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (!grammar::equal_any_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  std::string user;
  unsigned bits = 0;
  int held = 0;
  for (const char c : grammar::trim(authorization.substr(kScheme.size()))) {
    const auto digit = base64_digit(c);
    if (!digit) return {};
    bits = (bits << 6 | static_cast<unsigned>(*digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const char decoded = static_cast<char>(bits >> held & 0xff);
    if (decoded == ':') return user;
    user += decoded;
  }
  return {};
}

std::string field_atom(std::string_view atom, const Exchange& exchange) {
  const std::size_t close = atom.find('}');
  if (close == std::string_view::npos || close + 2 != atom.size()) return {};
  const std::string name(atom.substr(1, close - 1));
  switch (atom.back()) {
    case 'i':
      return std::string(exchange.request.header(name));
    case 'o':
      return std::string(header_of_answer(exchange.response, name));
    case 'e': {
      if (name == "wsgi.url_scheme") return std::string(exchange.request.scheme);
      const char* value = std::getenv(name.c_str());
      return value == nullptr ? "" : value;
    }
    default:
      return {};
  }
}

template <class Unit>
std::string in(nanoseconds span) {
  return fmt::format("{}", duration_cast<Unit>(span).count());
}

using Value = std::string (*)(const Exchange& exchange);

struct Atom {
  std::string_view name;
  Value value;
};

constexpr std::array kAtoms{
    Atom{"h", [](const Exchange& one) { return one.request.remote; }},
    Atom{"u", [](const Exchange& one) { return basic_user(one.request.header("authorization")); }},
    Atom{"t", [](const Exchange& one) { return time_text(one.ended); }},
    Atom{"r", [](const Exchange& one) { return std::string(request_line(one.request)); }},
    Atom{"m", [](const Exchange& one) { return std::string(word(request_line(one.request), 0)); }},
    Atom{"U",
         [](const Exchange& one) {
           const std::string_view target = word(request_line(one.request), 1);
           return std::string(target.substr(0, target.find('?')));
         }},
    Atom{"q", [](const Exchange& one) { return std::string(one.request.query); }},
    Atom{"H", [](const Exchange& one) { return std::string(word(request_line(one.request), 2)); }},
    Atom{"s", [](const Exchange& one) { return fmt::format("{}", one.response.status); }},
    Atom{"B", [](const Exchange& one) { return fmt::format("{}", one.body_bytes); }},
    Atom{"b",
         [](const Exchange& one) {
           return one.body_bytes == 0 ? std::string() : fmt::format("{}", one.body_bytes);
         }},
    Atom{"f", [](const Exchange& one) { return std::string(one.request.header("referer")); }},
    Atom{"a", [](const Exchange& one) { return std::string(one.request.header("user-agent")); }},
    Atom{"T", [](const Exchange& one) { return in<seconds>(one.took); }},
    Atom{"M", [](const Exchange& one) { return in<milliseconds>(one.took); }},
    Atom{"D", [](const Exchange& one) { return in<microseconds>(one.took); }},
    Atom{"L",
         [](const Exchange& one) {
           return fmt::format("{:.6f}", duration<double>(one.took).count());
         }},
    Atom{"p", [](const Exchange&) { return fmt::format("<{}>", ::getpid()); }},
    Atom{"w", [](const Exchange& one) { return fmt::format("{}", one.worker); }},
    Atom{"gen", [](const Exchange& one) { return fmt::format("{}", one.generation); }},
    Atom{"cb", [](const Exchange& one) { return std::string(one.response.callback); }},
    Atom{"qms", [](const Exchange& one) { return in<milliseconds>(one.queued); }},
    Atom{"pin", [](const Exchange& one) { return fmt::format("{}", one.request.body.size()); }},
};

std::string value_of(std::string_view atom, const Exchange& exchange) {
  if (atom.starts_with('{')) return field_atom(atom, exchange);
  const auto known = std::find_if(kAtoms.begin(), kAtoms.end(),
                                  [atom](const Atom& one) { return one.name == atom; });
  return known == kAtoms.end() ? std::string() : known->value(exchange);
}

void append_member(std::string& line, std::string_view name, std::string_view text) {
  line += line.ends_with('{') ? "\"" : ",\"";
  line.append(name).append("\":\"");
  append_escaped(line, text, Escapes::json);
  line += '"';
}

void append_member(std::string& line, std::string_view name, double number) {
  fmt::format_to(std::back_inserter(line), ",\"{}\":{}", name, number);
}

void append_json(std::string& line, const Exchange& exchange) {
  line += '{';
  std::tm utc{};
  gmtime_r(&exchange.ended, &utc);
  std::array<char, 32> text;
  const std::size_t size = std::strftime(text.data(), text.size(), "%FT%TZ", &utc);
  append_member(line, "time", std::string_view(text.data(), size));
  append_member(line, "remote", exchange.request.remote);
  append_member(line, "scheme", exchange.request.scheme);
  append_member(line, "request_id", exchange.request.request_id);
  append_member(line, "method", word(request_line(exchange.request), 0));
  append_member(line, "target", word(request_line(exchange.request), 1));
  append_member(line, "protocol", word(request_line(exchange.request), 2));
  append_member(line, "status", exchange.response.status);
  append_member(line, "bytes_in", static_cast<double>(exchange.request.body.size()));
  append_member(line, "bytes_out", static_cast<double>(exchange.body_bytes));
  append_member(line, "seconds", duration<double>(exchange.took).count());
  append_member(line, "queue_seconds", duration<double>(exchange.queued).count());
  append_member(line, "callback", exchange.response.callback);
  append_member(line, "user", value_of("u", exchange));
  append_member(line, "referer", exchange.request.header("referer"));
  append_member(line, "user_agent", exchange.request.header("user-agent"));
  append_member(line, "pid", ::getpid());
  append_member(line, "worker", exchange.worker);
  append_member(line, "generation", exchange.generation);
  line += '}';
}

}  // namespace

AccessLogFormat::AccessLogFormat(std::string_view format) : json_(format == "json") {
  std::string text;
  while (!format.empty()) {
    const std::size_t close = format.find(")s");
    if (format.starts_with("%(") && close != std::string_view::npos) {
      parts_.push_back({std::exchange(text, {}), std::string(format.substr(2, close - 2))});
      format.remove_prefix(close + 2);
    } else {
      text += format.front();
      format.remove_prefix(format.starts_with("%%") ? 2 : 1);
    }
  }
  parts_.push_back({std::move(text), {}});
}

void AccessLogFormat::append(std::string& line, const Exchange& exchange) const {
  if (json_) {
    append_json(line, exchange);
  } else {
    for (const Part& part : parts_) {
      line += part.text;
      if (part.atom.empty()) continue;
      const std::string value = value_of(part.atom, exchange);
      append_escaped(line, value.empty() ? "-" : value, Escapes::c);
    }
  }
  line += '\n';
}

}  // namespace ekiden::worker
