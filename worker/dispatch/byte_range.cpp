// SPDX-License-Identifier: MIT
#include "worker/dispatch/byte_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {

namespace {

/// Digits alone; a number too large for a file is the largest.
std::optional<std::size_t> number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() ? value : static_cast<std::size_t>(-1);
}

ByteRange part(std::size_t first, std::size_t last, std::size_t size) {
  if (first >= size) return {ByteRange::Kind::unsatisfiable};
  return {ByteRange::Kind::part, first, std::min(last, size - 1) - first + 1};
}

/// A range of another version than the client has would give it a mixture of both.
bool is_for_this_version(std::string_view if_range, std::string_view etag) {
  return if_range.empty() || (if_range.size() == etag.size() + 2 && if_range.front() == '"' &&
                              if_range.back() == '"' && if_range.substr(1, etag.size()) == etag);
}

}  // namespace

ByteRange byte_range(std::string_view range, std::size_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!grammar::equal_any_case(range.substr(0, kUnit.size()), kUnit)) return {};
  range = grammar::trim(range.substr(kUnit.size()));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = number(range.substr(0, dash)), last = number(range.substr(dash + 1));
  if (dash == 0) {  // "-500": the last 500
    if (!last) return {};
    if (*last == 0) return {ByteRange::Kind::unsatisfiable};
    return part(size - std::min(*last, size), size, size);
  }
  if (!first) return {};
  if (dash + 1 == range.size()) return part(*first, size, size);
  return last && *last >= *first ? part(*first, *last, size) : ByteRange{};
}

void send_static_ranges(const StaticContent& content, Caching caching, const Request& request,
                        Response& response) {
  const std::size_t size = content.identity.size();
  ByteRange range;
  if (request.method == Method::get &&
      !etag_matches(request.header("If-None-Match"), content.etag) &&
      is_for_this_version(request.header("If-Range"), content.etag)) {
    range = byte_range(request.header("Range"), size);
  }
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    response.status = 416;
    response.headers += fmt::format("Content-Range: bytes */{}\r\n", size);
    return;
  }
  if (range.kind == ByteRange::Kind::all) {
    send_static(content, caching, request, response);
    response.headers += "Accept-Ranges: bytes\r\n";
    return;
  }
  StaticContent whole = content;
  whole.gzip = whole.brotli = {};
  send_static(whole, caching, request, response);
  if (!content.gzip.empty() || !content.brotli.empty()) {
    response.headers += "Vary: Accept-Encoding\r\n";
  }
  response.status = 206;
  response.static_body = content.identity.substr(range.first, range.length);
  response.headers += fmt::format("Content-Range: bytes {}-{}/{}\r\n", range.first,
                                  range.first + range.length - 1, size);
}

}  // namespace ekiden::worker
