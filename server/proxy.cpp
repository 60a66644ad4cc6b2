// SPDX-License-Identifier: MIT
#include "server/proxy.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

namespace ekiden::server {
namespace {

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) return text.size() > scheme.size();
  }
  return false;
}

/// Listeners are known by their address.
std::string with_address(std::string url) {
  constexpr std::string_view kName = "://localhost";
  const std::size_t at = url.find(kName);
  if (at != std::string::npos) url.replace(at + 3, kName.size() - 3, "127.0.0.1");
  return url;
}

}  // namespace

std::optional<Proxy> parse_proxy(std::string_view text) {
  // Not just "::", which an IPv6 address has too.
  const std::size_t at = text.find("::http");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view inside = text.substr(0, at), outside = text.substr(at + 2);
  if (!is_url(inside) || !is_url(outside)) return std::nullopt;
  while (inside.ends_with('/')) inside.remove_suffix(1);
  return Proxy{std::string(inside), std::string(outside)};
}

void check_proxy(const Proxy& proxy, std::span<const std::string> urls) {
  if (std::find(urls.begin(), urls.end(), with_address(proxy.inside)) != urls.end()) return;
  throw std::runtime_error(fmt::format(
      "--proxy {}::{}: the proxy asks for {}, but the server listens on {}; make --bind and "
      "--proxy agree",
      proxy.inside, proxy.outside, proxy.inside, fmt::join(urls, ", ")));
}

}  // namespace ekiden::server
