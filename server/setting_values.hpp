// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/log.hpp"
#include "shared/proxy_protocol.hpp"
#include "shared/seal_mode.hpp"

namespace ekiden::server {

/// Values of settings from text and back. nullopt: not a value of that kind.

std::optional<std::uint64_t> parse_count(std::string_view text);    ///< "4"
std::optional<std::uint64_t> parse_size(std::string_view text);     ///< "8190", "128M", "1 GiB"
std::optional<std::uint64_t> parse_seconds(std::string_view text);  ///< "1.5" is 1500 ms
std::optional<std::uint64_t> parse_flag(std::string_view text);     ///< "true", "0", "on"
std::optional<std::uint64_t> parse_level(std::string_view text);    ///< "warning"
std::optional<std::uint64_t> parse_seal(std::string_view text);     ///< "error"
/// "auto"; as gunicorn has it, also "true" and "false", which is off.
std::optional<std::uint64_t> parse_proxy_protocol(std::string_view text);

std::string format_size(std::uint64_t bytes);            ///< "128M"
std::string format_seconds(std::uint64_t milliseconds);  ///< "1.5"
std::string_view level_name(shared::LogLevel level);
std::string_view seal_name(shared::SealMode mode);
std::string_view proxy_protocol_name(shared::ProxyProtocol protocol);

}  // namespace ekiden::server
