// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "worker/http/chunked_body.hpp"
#include "worker/http/forwarded.hpp"
#include "worker/http/header_policy.hpp"

namespace {

using namespace ekiden::worker;

void check(bool holds) {
  if (!holds) std::abort();
}

/// Whatever a trusted proxy says, what is left of it can be shown and put into URLs.
void check_forwarded(Request& request) {
  request.remote = "127.0.0.1";
  read_forwarded(ekiden::shared::TrustedPeers::parse("127.0.0.1,10.0.0.0/8").value(), request);
  check(ekiden::shared::is_ip_address(request.remote));
  check(request.scheme == "http" || request.scheme == "https");
  check(request.prefix.empty() || request.prefix.front() == '/');
  check(request.request_id.size() <= 128);
}

/// Whatever is accepted must be read alike by everybody, wherever the network splits it.
void check_head(std::string_view bytes) {
  const HeadLimits limits{1000, 4000, 20, 1000};
  HeadScanner whole, piecewise;
  const auto state = whole.scan(bytes, limits);
  auto in_pieces = HeadScanner::State::incomplete;
  for (std::size_t i = 1; i <= bytes.size() && in_pieces == HeadScanner::State::incomplete; ++i) {
    in_pieces = piecewise.scan(bytes.substr(0, i), limits);
  }
  check((state == HeadScanner::State::refused) == (in_pieces == HeadScanner::State::refused));
  if (state != HeadScanner::State::complete) return;
  check(whole.end() == piecewise.end());

  Request request;
  Framing framing;
  const std::string_view head = bytes.substr(whole.begin(), whole.end() - whole.begin());
  if (parse_head(head, limits, request, framing)) return;
  check(!(framing.chunked && framing.has_length));
  check(framing.length <= limits.body_bytes);
  check(request.headers.size() <= limits.header_count);
  check(request.path.find('\0') == std::string::npos);
  check(request.version == 10 || !request.header("Host").empty());
  check_forwarded(request);
}

void check_chunks(std::string_view bytes) {
  const HeadLimits limits{1000, 4000, 20, 1000};
  ChunkedBody whole{limits}, piecewise{limits};
  std::string body, body_in_pieces;
  std::size_t consumed = 0, total = 0, step = 0;
  const auto state = whole.feed(bytes, consumed, body);
  auto in_pieces = ChunkedBody::State::incomplete;
  while (total < bytes.size() && in_pieces == ChunkedBody::State::incomplete) {
    in_pieces = piecewise.feed(bytes.substr(total, 1), step, body_in_pieces);
    total += step;
  }
  check(state == in_pieces && consumed == total && body == body_in_pieces);
  check(body.size() <= limits.body_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_head(bytes);
  check_chunks(bytes);
  return 0;
}
