// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

struct SiteOptions;

/// How open pages learn that the app was loaded again: they poll `_reload-hash`.
struct HotReload {
  bool on = false;
  long interval_ms = 3000;  ///< between two polls
  long max_retry = 8;       ///< failures after which the page gives up
};

/// As `--debug`, DASH_HOT_RELOAD, DASH_HOT_RELOAD_INTERVAL (seconds) and DASH_HOT_RELOAD_MAX_RETRY
/// say. Throws Error naming a variable that cannot be read.
HotReload hot_reload(const SiteOptions& options);

/// The answer to `_reload-hash`, the same in all workers of a generation and new in each. Pages
/// take a new hash for a soft reload: they fetch layout and dependencies again. If `index_page` is
/// another too (scripts, stylesheets, settings), they load themselves again.
std::string reload_hash_json(const HotReload& reload, std::string_view index_page);

}  // namespace ekiden::worker
