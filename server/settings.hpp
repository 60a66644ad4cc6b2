// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/heritage.hpp"
#include "shared/log.hpp"

namespace ekiden::server {

/// All settings of one server, with their defaults.
struct Settings {
  std::string app;            ///< as given: a module's name or a path
  bool check_config = false;  ///< load the app, say what is wrong, do not serve
  bool print_config = false;  ///< print the settings before that
  /// Where the settings come from that are not defaults: "command line", "EKIDEN_WORKERS", a file.
  std::map<std::string, std::string, std::less<>> origins;
  std::vector<std::string> notes;  ///< on what was given and has no effect
  std::vector<std::string> bind{"127.0.0.1:8050"};
  std::string pid_file;                   ///< empty: none
  std::string name = "ekiden";            ///< of the processes, as ps shows them
  std::string chdir;                      ///< empty: stays where it is
  std::vector<std::string> env;           ///< "NAME=VALUE"
  std::string user, group;                ///< of mold and workers; empty: the master's
  std::string umask;                      ///< in octal digits; empty: as inherited
  std::string certfile, keyfile;          ///< PEM; empty: plain HTTP; the key in certfile, too
  std::string admin_bind;                 ///< an address as in bind; empty: none
  bool reload = false;                    ///< for development: build and load what changes
  std::string reload_build_dir = "auto";  ///< where, or "auto"
  std::string proxy;                      ///< "URL here::URL outside"; empty: none
  std::string control_socket = "auto";    ///< a path, "auto", or empty for none
  std::uint32_t workers = 1;              ///< 0: one process that loads and serves, no master
  std::uint32_t backlog = 2048;
  std::size_t cache_size = 128U << 20;  ///< bytes
  std::uint32_t cache_entries = 0;      ///< at most; 0: as the size allows
  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds load_timeout{60'000};
  std::chrono::milliseconds keep_generation{600'000};
  std::chrono::milliseconds drain_delay{0};
  shared::LogLevel log_level = shared::LogLevel::info;
  std::string access_logfile;       ///< a path, "-" for stdout, or empty for none
  std::string error_logfile = "-";  ///< a path, or "-" for stderr
  shared::WorkerSettings worker;
};

/// A toggle is a flag that can be switched off too.
enum class SettingKind {
  addresses,
  variables,  ///< NAME=VALUE, repeatable
  count,
  size,
  seconds,
  flag,
  toggle,
  level,
  seal,
  octal,
  proxy,
  socket,
  cache,
  peers,  ///< addresses and networks
  proxy_protocol,
  text
};

/// What is allowed beside least to most: "auto", the number of CPUs; or zero, for never.
enum class Special { none, automatic, zero };

/// One setting, declared once, in settings.cpp; its members are in setting.cpp. The command line,
/// the configuration file, the environment, --help, the table in server/README.md and the check of
/// values all come from that.
struct Setting {
  std::string_view name;        ///< "graceful-timeout": --graceful-timeout, the key in the file
  std::string_view short_name;  ///< "t", or empty
  std::string_view group;       ///< heading in --help
  SettingKind kind;
  std::uint64_t least, most;  ///< count: as is; size: bytes; seconds: milliseconds
  std::string_view text;      ///< what it does
  /// The value in `settings` as a number in the same unit; null for addresses.
  std::uint64_t (*get)(const Settings& settings);
  void (*set)(Settings& settings, std::uint64_t value);
  Special special = Special::none;
  std::string_view dash = {};  ///< "UI": Dash's own variable DASH_UI is its environment name

  /// Of a text: the place of its value.
  const std::string& (*get_text)(const Settings& settings) = nullptr;
  void (*set_text)(Settings& settings, std::string value) = nullptr;

  std::string environment_name() const;                  ///< "EKIDEN_GRACEFUL_TIMEOUT", "DASH_UI"
  std::string_view value_name() const;                   ///< "SECONDS", as in --help
  std::string value_in(const Settings& settings) const;  ///< "30", "128M", "info"
  std::string default_value() const;
  std::string allowed() const;  ///< "0 to 86400 seconds"
  /// The value that the option has if none follows it; empty: one has to.
  std::string_view value_alone() const noexcept {
    return kind == SettingKind::proxy_protocol ? "auto" : "";
  }
  bool repeatable() const noexcept {
    return kind == SettingKind::addresses || kind == SettingKind::variables;
  }

  /// What is wrong with a value that `parse` does not take, in brackets after it.
  std::string refusal(const std::vector<std::string>& values) const;
  /// Sets it from text. Returns false, and changes nothing, if that is not an allowed value.
  bool parse(const std::vector<std::string>& values, Settings& settings) const;
};

/// All of them, in the order of --help.
std::span<const Setting> all_settings();
const Setting* find_setting(std::string_view name);

/// The settings as a configuration file, each with where it comes from.
std::string print_config(const Settings& settings);

/// The table in server/README.md.
std::string settings_table();

}  // namespace ekiden::server
