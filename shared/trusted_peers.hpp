// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::shared {

/// Addresses and networks whose word about a client is believed, such as a proxy's: a list
/// "127.0.0.1,10.0.0.0/8,::1", or "*" for everybody. An IPv4 address is the same one as its
/// IPv4-mapped IPv6 address.
///
/// Thread safety: immutable.
class TrustedPeers {
 public:
  TrustedPeers() = default;  ///< nobody

  /// nullopt: not such a list. A network whose address has bits behind its prefix is refused, since
  /// it may be meant to be one address.
  static std::optional<TrustedPeers> parse(std::string_view list);

  /// Of an address as text. False if it is not an address.
  bool trusts(std::string_view address) const noexcept;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address{};
    unsigned prefix = 128;

    bool has(const std::array<std::uint8_t, 16>& one) const noexcept;
  };

  std::vector<Network> networks_;
  bool everybody_ = false;
};

/// Whether the text is an IPv4 or IPv6 address, without brackets, port or zone.
bool is_ip_address(std::string_view text) noexcept;

}  // namespace ekiden::shared
