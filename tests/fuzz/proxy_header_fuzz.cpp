// SPDX-License-Identifier: MIT
// The first byte says which versions are allowed; the rest is what a connection begins with. The
// same is read wherever the network splits it, never beyond what is there, and a client that is
// named is one that the access log can print.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/trusted_peers.hpp"
#include "worker/http/proxy_header.hpp"

namespace {

using namespace ekiden;
using worker::ProxyHeader;
using State = ProxyHeader::State;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_complete(const ProxyHeader& header, std::string_view bytes) {
  check(header.size <= bytes.size() && header.size <= worker::kLongestProxyHeader);
  const std::string& client = header.client;
  check(client.empty() || client == "unix:" || shared::is_ip_address(client));
  const std::string_view taken = bytes.substr(0, header.size);
  check(taken.front() != 'P' || (taken.size() <= 107 && taken.ends_with("\r\n")));
}

void check_header(std::string_view bytes, shared::ProxyProtocol allowed) {
  const ProxyHeader whole = worker::read_proxy_header(bytes, allowed);
  ProxyHeader in_pieces;
  std::size_t seen = 0;
  while (in_pieces.state == State::incomplete && seen < bytes.size()) {
    in_pieces = worker::read_proxy_header(bytes.substr(0, ++seen), allowed);
  }
  check(whole.state == in_pieces.state);
  check(whole.size == in_pieces.size && whole.client == in_pieces.client);
  check((whole.state == State::refused) != whole.fault.empty());
  if (whole.state == State::complete) {
    check(seen == whole.size);
    check_complete(whole, bytes);
  }
  if (whole.state == State::incomplete) check(bytes.size() < worker::kLongestProxyHeader);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_header(bytes, static_cast<shared::ProxyProtocol>(1 + data[0] % 3));
  return 0;
}
