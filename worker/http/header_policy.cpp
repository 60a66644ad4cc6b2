// SPDX-License-Identifier: MIT
#include "worker/http/header_policy.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "worker/http/forwarded.hpp"
#include "worker/http/grammar.hpp"
#include "worker/http/request_target.hpp"

namespace ekiden::worker {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr Rejection kRequestLine{400, "The request line is not valid."};
constexpr Rejection kLineTooLong{414, "The request line is too long."};
constexpr Rejection kIncomplete{400, "The head is not complete."};
constexpr Rejection kHeadTooLarge{431, "The header fields are too large."};

Method method_named(std::string_view name) noexcept {
  if (name == "GET") return Method::get;
  if (name == "POST") return Method::post;
  if (name == "HEAD") return Method::head;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::delete_;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

/// Takes one line, without its line end, off `head`; parse_head has checked that there is one.
std::string_view next_line(std::string_view& head) noexcept {
  std::size_t end = head.find('\r');
  while (end != std::string_view::npos && head.substr(end, 2) != "\r\n") {
    end = head.find('\r', end + 1);
  }
  const std::string_view line = head.substr(0, end);
  head.remove_prefix(std::min(head.size(), end + 2));
  return line;
}

Rejection read_version(std::string_view text, int& version) noexcept {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool valid = text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) &&
                     text[6] == '.' && digit(text[7]);
  if (!valid) return kRequestLine;
  version = (text[5] - '0') * 10 + (text[7] - '0');
  if (version != 10 && version != 11)
    return {505, "This version of HTTP is not spoken here, only 1.0 and 1.1."};
  return {};
}

Rejection read_request_line(std::string_view line, Request& request) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return kRequestLine;
  const std::string_view method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  if (!grammar::is_token(method) || request.target.empty()) return kRequestLine;
  if (const Rejection refused = read_version(line.substr(last + 1), request.version)) {
    return refused;
  }
  request.method = method_named(method);
  if (request.method == Method::other) return {501, "This request method is not implemented."};
  return {};
}

/// The fields that the policy itself looks at, collected while the lines are read.
struct Collected {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  int types = 0;
  int expectations = 0;
  bool close = false;
  bool keep_alive = false;
  bool forwarded = false;
  std::string_view host, length, coding, expectation;
};

void read_connection_options(std::string_view list, Collected& seen) noexcept {
  while (!list.empty()) {
    const std::string_view option = grammar::next_in_list(list);
    if (grammar::equal_any_case(option, "close")) seen.close = true;
    if (grammar::equal_any_case(option, "keep-alive")) seen.keep_alive = true;
  }
}

void collect(std::string_view name, std::string_view value, Collected& seen) noexcept {
  const auto is = [name](std::string_view other) { return grammar::equal_any_case(name, other); };
  const auto note = [value](int& count, std::string_view& where) {
    ++count;
    where = value;
  };
  switch (name.size()) {  // spares most names every comparison
    case 4:
      if (is("Host")) note(seen.hosts, seen.host);
      break;
    case 6:
      if (is("Expect")) note(seen.expectations, seen.expectation);
      break;
    case 10:
      if (is("Connection")) read_connection_options(value, seen);
      break;
    case 12:
      if (is("Content-Type")) ++seen.types;
      if (is_forwarded_field(name)) seen.forwarded = true;
      break;
    case 14:
      if (is("Content-Length")) note(seen.lengths, seen.length);
      break;
    case 17:
      if (is("Transfer-Encoding")) note(seen.codings, seen.coding);
      if (is_forwarded_field(name)) seen.forwarded = true;
      break;
    case 15:
    case 16:
    case 18:
    case 20:
      if (is_forwarded_field(name)) seen.forwarded = true;
      break;
    default:
      break;
  }
}

Rejection read_fields(std::string_view head, const HeadLimits& limits, Request& request,
                      Collected& seen) {
  request.headers.clear();
  while (!head.starts_with(kLineEnd)) {
    if (request.headers.size() == limits.header_count) return {431, "Too many header fields."};
    if (head.starts_with(' ') || head.starts_with('\t')) return {400, "A header field is folded."};
    const std::size_t colon = grammar::token_length(head);
    if (colon == 0 || colon == head.size() || head[colon] != ':') {
      return {400, "A header field name is not valid."};
    }
    const std::string_view name = head.substr(0, colon);
    head.remove_prefix(colon + 1);
    const std::size_t end = grammar::field_value_length(head);
    if (head.substr(end, kLineEnd.size()) != kLineEnd) {
      return {400, "A header field value is not valid."};
    }
    const std::string_view value = grammar::trim(head.substr(0, end));
    head.remove_prefix(end + kLineEnd.size());
    collect(name, value, seen);
    request.headers.emplace_back(name, value);
  }
  if (head.size() != kLineEnd.size()) return kIncomplete;  // an empty line before the last
  return {};
}

Rejection check_host(const Collected& seen, int version) noexcept {
  if (seen.hosts > 1) return {400, "There is more than one Host field."};
  if (seen.hosts == 0 && version == 11) return {400, "The Host field is missing."};
  if (seen.hosts == 1 && !grammar::is_authority(seen.host)) {
    return {400, "The Host field is not valid."};
  }
  return {};
}

Rejection read_coding(const Collected& seen, int version, Framing& framing) noexcept {
  if (seen.codings == 0) return {};
  if (version == 10) return {400, "Transfer-Encoding needs HTTP/1.1."};
  if (seen.lengths != 0) return {400, "Transfer-Encoding and Content-Length exclude each other."};
  if (seen.codings > 1) return {400, "There is more than one Transfer-Encoding field."};
  if (grammar::equal_any_case(seen.coding, "chunked")) {
    framing.chunked = true;
    return {};
  }
  // Without chunked at the end nobody can tell where such a body ends (RFC 9112 6.3): 400. A
  // compressed body inside chunks is lawful; we only do not decode it.
  std::string_view list = seen.coding;
  const std::string_view first = grammar::next_in_list(list);
  std::string_view last = first;
  while (!list.empty()) last = grammar::next_in_list(list);
  const bool compressed = !grammar::equal_any_case(first, "chunked") &&
                          !grammar::equal_any_case(first, "identity") && grammar::is_token(first) &&
                          grammar::equal_any_case(last, "chunked");
  if (compressed) return {501, "Only the transfer coding chunked is implemented."};
  return {400, "The Transfer-Encoding field is not valid."};
}

Rejection read_length(const Collected& seen, const HeadLimits& limits, Framing& framing) noexcept {
  constexpr Rejection kInvalid{400, "The Content-Length field is not valid."};
  constexpr Rejection kTooLarge{413, "The request body is too large."};
  if (seen.lengths == 0) return {};
  if (seen.lengths > 1) return {400, "There is more than one Content-Length field."};
  const std::string_view digits = seen.length;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return kInvalid;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), framing.length);
  if (error == std::errc::result_out_of_range || framing.length > limits.body_bytes) {
    return kTooLarge;
  }
  framing.has_length = true;
  return {};
}

Rejection read_expectation(const Collected& seen, int version, Framing& framing) noexcept {
  if (seen.expectations == 0 || version == 10) return {};
  if (seen.expectations > 1 || !grammar::equal_any_case(seen.expectation, "100-continue")) {
    return {417, "Only the expectation 100-continue is understood."};
  }
  framing.expect_continue = true;
  return {};
}

/// In the absolute form the target's host is the truth, whatever the Host field says.
void replace_host(Request& request, std::string_view authority) {
  for (auto& [name, value] : request.headers) {
    if (grammar::equal_any_case(name, "Host")) value = authority;
  }
}

}  // namespace

HeadScanner::State HeadScanner::refuse(int status, std::string_view text) noexcept {
  rejection_ = {status, text};
  return State::refused;
}

/// One empty line before the request line is forgiven (RFC 9112 2.2). False: wait for more bytes.
bool HeadScanner::skip_leading_line(std::string_view bytes) noexcept {
  if (bytes.empty()) return false;
  if (bytes.front() == '\r') {
    if (bytes.size() < 2) return false;
    if (bytes[1] == '\n') begin_ = line_ = scanned_ = 2;
  }
  started_ = true;
  return true;
}

HeadScanner::State HeadScanner::check_partial(std::string_view bytes,
                                              const HeadLimits& limits) noexcept {
  const bool in_request_line = line_ == begin_;
  if (in_request_line && bytes.size() - begin_ > limits.request_line + 1) {
    return refuse(kLineTooLong.status, kLineTooLong.text);
  }
  if (bytes.size() - begin_ > limits.head_bytes) {
    return refuse(kHeadTooLarge.status, kHeadTooLarge.text);
  }
  return State::incomplete;
}

HeadScanner::State HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) noexcept {
  if (!started_ && !skip_leading_line(bytes)) return State::incomplete;
  if (bytes.size() > begin_ && !grammar::is_token_char(bytes[begin_])) {
    return refuse(kRequestLine.status, kRequestLine.text);
  }
  for (;;) {
    const std::size_t feed = bytes.find('\n', scanned_);
    if (feed == std::string_view::npos) break;
    if (feed == line_ || bytes[feed - 1] != '\r') {
      return refuse(400, "A line of the head ends without a carriage return.");
    }
    const bool request_line = line_ == begin_;
    if (request_line && feed - begin_ > limits.request_line + 1) {
      return refuse(kLineTooLong.status, kLineTooLong.text);
    }
    const bool empty = feed == line_ + 1;
    line_ = scanned_ = feed + 1;
    if (line_ - begin_ > limits.head_bytes) {
      return refuse(kHeadTooLarge.status, kHeadTooLarge.text);
    }
    if (empty) return State::complete;
  }
  scanned_ = bytes.size();
  return check_partial(bytes, limits);
}

Rejection parse_head(std::string_view head, const HeadLimits& limits, Request& request,
                     Framing& framing) {
  framing = Framing{};
  if (!head.ends_with("\r\n\r\n")) return kIncomplete;
  request.head.assign(head);
  std::string_view rest = request.head;
  const std::string_view request_line = next_line(rest);
  if (request_line.size() > limits.request_line) return kLineTooLong;
  if (head.size() > limits.head_bytes) return kHeadTooLarge;
  Collected seen;
  std::string_view authority;
  Rejection refused = read_request_line(request_line, request);
  if (!refused) refused = read_target(request, authority);
  if (!refused) refused = read_fields(rest, limits, request, seen);
  if (!refused) refused = check_host(seen, request.version);
  if (!refused) refused = read_coding(seen, request.version, framing);
  if (!refused) refused = read_length(seen, limits, framing);
  if (!refused && seen.types > 1) refused = {400, "There is more than one Content-Type field."};
  if (!refused) refused = read_expectation(seen, request.version, framing);
  if (refused) return refused;
  if (!authority.empty()) replace_host(request, authority);
  request.scheme = "http";
  request.host = authority.empty() ? seen.host : authority;
  request.prefix = {};
  framing.forwarded = seen.forwarded;
  framing.keep_alive = !seen.close && (request.version == 11 || seen.keep_alive);
  return {};
}

}  // namespace ekiden::worker
