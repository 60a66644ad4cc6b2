// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace ekiden::shared {

/// A switch that follows another one until it is set.
enum class Switch : std::uint8_t { off, on, as_debug };

constexpr bool is_on(Switch value, bool debug) noexcept {
  return value == Switch::on || (value == Switch::as_debug && debug);
}

/// Dash's dev tools, each under its own name; most follow --debug.
struct DevTools {
  Switch ui = Switch::as_debug;                 ///< the menu, and errors in the page
  Switch props_check = Switch::as_debug;        ///< the page checks types of properties
  Switch serve_dev_bundles = Switch::as_debug;  ///< the renderer's development build
  Switch hot_reload = Switch::as_debug;         ///< files are watched, pages poll
  Switch prune_errors = Switch::as_debug;       ///< traces show the app's functions only
  Switch validate_callbacks = Switch::as_debug;
  bool silence_routes_logging = true;  ///< false: each request is a line in the log
  bool disable_version_check = true;
  std::chrono::milliseconds hot_reload_interval{3000};       ///< between two polls of a page
  std::chrono::milliseconds hot_reload_watch_interval{500};  ///< between two looks at the files
  std::uint32_t hot_reload_max_retry = 8;  ///< answers 500 after which a page stops polling
};

}  // namespace ekiden::shared
