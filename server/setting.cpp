// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "server/cache_setting.hpp"
#include "server/cpu_count.hpp"
#include "server/listener.hpp"
#include "server/proxy.hpp"
#include "server/setting_values.hpp"
#include "server/settings.hpp"
#include "shared/trusted_peers.hpp"

namespace ekiden::server {
namespace {

using enum SettingKind;

bool parse_variables(const std::vector<std::string>& values, Settings& settings) {
  std::vector<std::string> given;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    if (const std::size_t equals = value.find('='); equals == 0 || equals == value.npos)
      return false;
    given.push_back(value);
  }
  settings.env = std::move(given);
  return true;
}

/// Up to three octal digits, perhaps after zeros, or nothing.
bool is_mode(std::string_view text) {
  if (!text.empty() && text.find_first_not_of('0') == text.npos) return true;
  const std::string_view digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
  return digits.size() <= 3 && digits.find_first_not_of("01234567") == digits.npos;
}

bool parse_addresses(const std::vector<std::string>& values, Settings& settings) {
  const bool valid = !values.empty() && std::all_of(values.begin(), values.end(), [](auto& text) {
    return parse_address(text).has_value();
  });
  if (valid) settings.bind = values;
  return valid;
}

}  // namespace

std::string Setting::environment_name() const {
  if (!dash.empty()) return "DASH_" + std::string(dash);
  std::string result = "EKIDEN_";
  for (const char c : name) {
    result += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string_view Setting::value_name() const {
  switch (kind) {
    case addresses:
      return "ADDRESS";
    case variables:
      return "NAME=VALUE";
    case SettingKind::octal:
      return "MODE";
    case count:
      return special == Special::automatic ? "N|auto" : "N";
    case size:
      return "SIZE";
    case seconds:
      return "SECONDS";
    case flag:
    case toggle:
      return "";
    case SettingKind::proxy:
      return "URL::URL";
    case SettingKind::socket:
      return "PATH|auto";
    case SettingKind::cache:
      return "BACKEND";
    case SettingKind::peers:
      return "ADDRESSES";
    case SettingKind::proxy_protocol:
      return "[VERSION]";
    case SettingKind::text:
      return "TEXT";
    case level:
      return "LEVEL";
    case SettingKind::seal:
      return "MODE";
  }
  return "VALUE";
}

std::string Setting::value_in(const Settings& settings) const {
  switch (kind) {
    case addresses:
      return fmt::format("{}", fmt::join(settings.bind, " "));
    case variables:
      return fmt::format("{}", fmt::join(settings.env, " "));
    case count:
      return fmt::format("{}", get(settings));
    case size:
      return format_size(get(settings));
    case seconds:
      return format_seconds(get(settings));
    case flag:
    case toggle:
      if (get(settings) > 1) return "as --debug";
      return get(settings) != 0 ? "true" : "false";
    case SettingKind::proxy:
      return settings.proxy;
    case SettingKind::socket:
      return settings.control_socket;
    case SettingKind::cache:
    case SettingKind::peers:
    case SettingKind::text:
    case SettingKind::octal:
      return get_text(settings);
    case level:
      return std::string(level_name(settings.log_level));
    case SettingKind::seal:
      return std::string(seal_name(settings.worker.seal));
    case SettingKind::proxy_protocol:
      return std::string(proxy_protocol_name(settings.worker.proxy_protocol));
  }
  return {};
}

std::string Setting::default_value() const { return value_in(Settings{}); }

std::string Setting::allowed() const {
  switch (kind) {
    case addresses:
      return "127.0.0.1:8050, [::1]:8050, localhost:8050, :8050 for all interfaces, or "
             "unix:/path/to/socket";
    case count:
      return fmt::format("{}{} to {}",
                         special == Special::automatic ? "auto, or "
                         : special == Special::zero    ? "0, or "
                                                       : "",
                         least, most);
    case size:
      return fmt::format("{}{} to {}, such as 8190, 64K, 128M, 1G",
                         special == Special::zero ? "0, or " : "", format_size(least),
                         format_size(most));
    case seconds:
      return fmt::format("{}{} to {} seconds, fractions too",
                         special == Special::zero ? "0, or " : "", format_seconds(least),
                         format_seconds(most));
    case flag:
    case toggle:
      return "true, false";
    case SettingKind::proxy:
      return "http://HOST:PORT of the server::URL outside, such as "
             "http://127.0.0.1:8050::https://example.com/app/";
    case SettingKind::socket:
      return "auto, a path of at most 107 bytes, or empty for none";
    case SettingKind::cache:
      return "auto, shm, filesystem, null, redis://HOST:PORT/DB or unix:///SOCKET";
    case SettingKind::peers:
      return "*, or addresses and networks such as 127.0.0.1,::1,10.0.0.0/8; empty for nobody";
    case SettingKind::text:
      return "any text";
    case variables:
      return "NAME=VALUE";
    case SettingKind::octal:
      return "0 to 777, octal";
    case level:
      return "debug, info, warning, error, critical";
    case SettingKind::seal:
      return "error (it is refused), warn (it is logged), off";
    case SettingKind::proxy_protocol:
      return "off, auto (either version), v1, v2";
  }
  return {};
}

std::string Setting::refusal(const std::vector<std::string>& values) const {
  const bool one_cache = kind == SettingKind::cache && values.size() == 1;
  return one_cache ? why_no_cache(values.front()) : "allowed: " + allowed();
}

bool Setting::parse(const std::vector<std::string>& values, Settings& settings) const {
  if (kind == addresses) return parse_addresses(values, settings);
  if (kind == variables) return parse_variables(values, settings);
  if (values.size() != 1) return false;
  const std::string& given = values.front();
  if (kind == SettingKind::proxy) {
    if (!given.empty() && !parse_proxy(given)) return false;
    settings.proxy = given;
    return true;
  }
  if (kind == SettingKind::socket) {
    constexpr std::size_t kLongestPath = 107;
    if (given.size() > kLongestPath) return false;
    settings.control_socket = given;
    return true;
  }
  if (kind == SettingKind::cache && !why_no_cache(given).empty()) return false;
  if (kind == SettingKind::peers && !shared::TrustedPeers::parse(given)) return false;
  if (kind == SettingKind::octal && !is_mode(given)) return false;
  if (set_text != nullptr) {
    set_text(settings, given);
    return true;
  }
  std::optional<std::uint64_t> value;
  if (kind == count) {
    const bool automatic = special == Special::automatic && given == "auto";
    value = automatic ? std::min<std::uint64_t>(cpu_count(), most) : parse_count(given);
  }
  if (kind == size) value = parse_size(given);
  if (kind == seconds) value = parse_seconds(given);
  if (kind == flag || kind == toggle) value = parse_flag(given);
  if (kind == toggle && given == default_value()) value = get(Settings{});
  if (kind == level) value = parse_level(given);
  if (kind == SettingKind::seal) value = parse_seal(given);
  if (kind == SettingKind::proxy_protocol) value = parse_proxy_protocol(given);
  const bool zero = special == Special::zero && value == 0U;
  const bool follows = kind == toggle && value == get(Settings{});
  if (!value || (*value < least && !zero) || (*value > most && !follows)) return false;
  set(settings, *value);
  return true;
}

}  // namespace ekiden::server
