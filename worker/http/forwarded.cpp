// SPDX-License-Identifier: MIT
#include "worker/http/forwarded.hpp"

#include <algorithm>
#include <random>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {
namespace {

constexpr std::size_t kLongestId = 128;

std::string_view last_in_list(std::string_view list) noexcept {
  const std::size_t comma = list.rfind(',');
  return grammar::trim(comma == std::string_view::npos ? list : list.substr(comma + 1));
}

/// "192.0.2.1:4711", "[2001:db8::1]:4711" and the like without brackets and port.
std::string_view without_port(std::string_view text) noexcept {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const std::size_t colon = text.find(':');
  return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

/// Goes on to the left while addresses are trusted. False: the end of the search.
bool search(const shared::TrustedPeers& trusted, std::string_view list, std::string& remote) {
  for (bool more = true; more;) {
    const std::string_view address = without_port(last_in_list(list));
    if (!shared::is_ip_address(address)) return false;
    remote = address;
    if (!trusted.trusts(address)) return false;
    const std::size_t comma = list.rfind(',');
    more = comma != std::string_view::npos;
    list = list.substr(0, more ? comma : 0);
  }
  return true;
}

bool is_request_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestId &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '_' || c == '-';
         });
}

/// A path such as "/sales"; "//host" would lead a browser elsewhere.
bool is_prefix(std::string_view text) noexcept {
  return text.starts_with('/') && !text.starts_with("//") &&
         text.find_first_of(" \t\\\"'<>?#") == std::string_view::npos;
}

/// What one field says of the scheme; empty: nothing.
std::string_view scheme_by(std::string_view name, std::string_view value) noexcept {
  struct Word {
    std::string_view field, value, scheme;
  };
  constexpr Word kWords[] = {
      {"X-Forwarded-Proto", "https", "https"},    {"X-Forwarded-Proto", "http", "http"},
      {"X-Forwarded-Protocol", "https", "https"}, {"X-Forwarded-Protocol", "http", "http"},
      {"X-Forwarded-Protocol", "ssl", "https"},   {"X-Forwarded-Ssl", "on", "https"},
      {"X-Forwarded-Ssl", "off", "http"},
  };
  const std::string_view last = last_in_list(value);
  for (const Word& word : kWords) {
    if (grammar::equal_any_case(name, word.field) && grammar::equal_any_case(last, word.value)) {
      return word.scheme;
    }
  }
  return {};
}

/// False if the fields do not agree.
bool read_scheme(Request& request) {
  std::string_view agreed;
  for (const auto& [name, value] : request.headers) {
    const std::string_view scheme = scheme_by(name, value);
    if (scheme.empty()) continue;
    if (!agreed.empty() && scheme != agreed) return false;
    agreed = scheme;
  }
  if (!agreed.empty()) request.scheme = agreed;
  return true;
}

void read_field(std::string_view name, std::string_view value, Request& request) {
  const auto is = [name](std::string_view other) { return grammar::equal_any_case(name, other); };
  const std::string_view last = last_in_list(value);
  if (is("X-Forwarded-Host")) {
    if (grammar::is_authority(last)) request.host = last;
  } else if (is("X-Forwarded-Prefix")) {
    if (is_prefix(last)) request.prefix = last;
  } else if (is("X-Request-Id")) {
    if (is_request_id(value)) request.request_id = value;
  }
}

}  // namespace

bool is_forwarded_field(std::string_view name) noexcept {
  return grammar::starts_with_any_case(name, "X-Forwarded-") ||
         grammar::equal_any_case(name, "X-Request-Id");
}

bool read_forwarded(const shared::TrustedPeers& trusted, Request& request) {
  for (const auto& [name, value] : request.headers) read_field(name, value, request);
  for (auto field = request.headers.rbegin(); field != request.headers.rend(); ++field) {
    if (!grammar::equal_any_case(field->first, "X-Forwarded-For")) continue;
    if (!search(trusted, field->second, request.remote)) break;
  }
  return read_scheme(request);
}

RequestIds::RequestIds()
    : state_((std::uint64_t{std::random_device()()} << 32) | std::random_device()()) {}

/// SplitMix64: each state gives another number, so that none comes twice.
void RequestIds::next(Digits& digits) noexcept {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  mixed ^= mixed >> 31;
  for (char& digit : digits) {
    digit = "0123456789abcdef"[mixed & 15];
    mixed >>= 4;
  }
}

}  // namespace ekiden::worker
