// SPDX-License-Identifier: MIT
#include "server/setting_values.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace ekiden::server {
namespace {

constexpr std::array<std::string_view, 5> kLevels{"debug", "info", "warning", "error", "critical"};
constexpr std::array<std::string_view, 3> kSealModes{"error", "warn", "off"};
constexpr std::array<std::string_view, 4> kProxyProtocols{"off", "auto", "v1", "v2"};
constexpr std::string_view kUnits = "KMGT";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Bits to shift by for the unit "", "b", "k", "kb", "kib", "m" …
std::optional<unsigned> shift_of(std::string unit) {
  unit.erase(0, unit.find_first_not_of(' ') == std::string::npos ? unit.size()
                                                                 : unit.find_first_not_of(' '));
  if (unit.empty() || unit == "b") return 0;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const std::string letter = lower(kUnits.substr(i, 1));
    if (unit == letter || unit == letter + "b" || unit == letter + "ib") {
      return static_cast<unsigned>(10 * (i + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) digits = text.size();
  const auto number = parse_count(text.substr(0, digits));
  const auto shift = shift_of(lower(text.substr(digits)));
  if (!number || !shift) return std::nullopt;
  if (*number > std::numeric_limits<std::uint64_t>::max() >> *shift) return std::nullopt;
  return *number << *shift;
}

std::optional<std::uint64_t> parse_seconds(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto whole = parse_count(text.substr(0, dot));
  if (!whole || *whole > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  if (dot == std::string_view::npos) return *whole * 1000;
  std::string fraction(text.substr(dot + 1));
  if (fraction.empty() || !parse_count(fraction)) return std::nullopt;
  fraction.resize(3, '0');
  return *whole * 1000 + *parse_count(fraction);
}

std::optional<std::uint64_t> parse_flag(std::string_view text) {
  const std::string word = lower(text);
  for (const auto* yes : {"true", "1", "on", "yes"}) {
    if (word == yes) return 1;
  }
  for (const auto* no : {"false", "0", "off", "no"}) {
    if (word == no) return 0;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_level(std::string_view text) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), lower(text));
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<std::uint64_t>(found - kLevels.begin());
}

std::optional<std::uint64_t> parse_seal(std::string_view text) {
  const auto found = std::find(kSealModes.begin(), kSealModes.end(), lower(text));
  if (found == kSealModes.end()) return std::nullopt;
  return static_cast<std::uint64_t>(found - kSealModes.begin());
}

std::optional<std::uint64_t> parse_proxy_protocol(std::string_view text) {
  const std::string word = lower(text);
  if (word == "true" || word == "false") return word == "true" ? 1 : 0;
  const auto found = std::find(kProxyProtocols.begin(), kProxyProtocols.end(), word);
  if (found == kProxyProtocols.end()) return std::nullopt;
  return static_cast<std::uint64_t>(found - kProxyProtocols.begin());
}

std::string format_size(std::uint64_t bytes) {
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{}", bytes) : fmt::format("{}{}", bytes, kUnits[unit - 1]);
}

std::string format_seconds(std::uint64_t milliseconds) {
  if (milliseconds % 1000 == 0) return fmt::format("{}", milliseconds / 1000);
  std::string text = fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string_view level_name(shared::LogLevel level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::string_view seal_name(shared::SealMode mode) {
  return kSealModes[static_cast<std::size_t>(mode)];
}

std::string_view proxy_protocol_name(shared::ProxyProtocol protocol) {
  return kProxyProtocols[static_cast<std::size_t>(protocol)];
}

}  // namespace ekiden::server
