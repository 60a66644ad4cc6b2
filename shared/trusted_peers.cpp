// SPDX-License-Identifier: MIT
#include "shared/trusted_peers.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace ekiden::shared {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0/96, before an IPv4 address

struct Address {
  Bytes bytes{};
  bool is_v4 = false;
};

std::optional<Address> read_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.size() >= name.size()) return std::nullopt;
  text.copy(name.data(), text.size());
  Address address;
  if (::inet_pton(AF_INET6, name.data(), address.bytes.data()) == 1) return address;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address.is_v4 = true;
  if (::inet_pton(AF_INET, name.data(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Bytes masked(Bytes bytes, unsigned prefix) noexcept {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(prefix, i * 8, i * 8 + 8) - i * 8;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> kept));
  }
  return bytes;
}

/// Of the 128 bits that an IPv4 address takes too.
std::optional<unsigned> read_prefix(std::string_view digits, bool is_v4) noexcept {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (!is_number || prefix > (is_v4 ? 32 : 128)) return std::nullopt;
  return is_v4 ? prefix + kMappedBits : prefix;
}

}  // namespace

bool TrustedPeers::Network::has(const Bytes& one) const noexcept {
  return masked(one, prefix) == address;
}

std::optional<TrustedPeers> TrustedPeers::parse(std::string_view list) {
  TrustedPeers peers;
  peers.everybody_ = trimmed(list) == "*";
  if (peers.everybody_ || trimmed(list).empty()) return peers;
  for (bool more = true; more;) {
    const std::size_t comma = list.find(',');
    const std::string_view item = trimmed(list.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) list.remove_prefix(comma + 1);
    const std::size_t slash = item.find('/');
    const std::optional<Address> address = read_address(item.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{address->bytes, 128};
    if (slash != std::string_view::npos) {
      const auto prefix = read_prefix(item.substr(slash + 1), address->is_v4);
      if (!prefix || masked(address->bytes, *prefix) != address->bytes) return std::nullopt;
      network.prefix = *prefix;
    }
    peers.networks_.push_back(network);
  }
  return peers;
}

bool TrustedPeers::trusts(std::string_view address) const noexcept {
  const std::optional<Address> one = read_address(address);
  if (!one) return false;
  return everybody_ || std::any_of(networks_.begin(), networks_.end(),
                                   [&](const Network& network) { return network.has(one->bytes); });
}

bool is_ip_address(std::string_view text) noexcept { return read_address(text).has_value(); }

}  // namespace ekiden::shared
