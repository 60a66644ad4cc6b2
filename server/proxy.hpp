// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ekiden::server {

/// What Dash's DASH_PROXY says: under which URL the server listens, and under which one a proxy
/// shows it.
struct Proxy {
  std::string inside;   ///< "http://127.0.0.1:8050", without a path
  std::string outside;  ///< "https://example.com/app/"
};

/// From "http://127.0.0.1:8050::https://example.com/app/"; nullopt if it is not of that form.
std::optional<Proxy> parse_proxy(std::string_view text);

/// Throws std::runtime_error unless one of `urls`, those the server listens on, is the proxy's
/// inside.
void check_proxy(const Proxy& proxy, std::span<const std::string> urls);

}  // namespace ekiden::server
