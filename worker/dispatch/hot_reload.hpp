// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/changed_files.hpp"

namespace ekiden::worker {

/// What the server knows of the generations of an app; plain values.
struct ReloadState {
  std::uint64_t seed = 0;  ///< another one each time the server starts
  std::uint32_t generation = 1;
  /// The generation that serves; nullptr or 0: this one.
  const std::atomic<std::uint32_t>* serving = nullptr;
  std::vector<shared::ChangedFile> changed;  ///< shortly before this generation was loaded
};

/// The answer to `_reload-hash`, by which open pages learn that the app was loaded again.
///
/// The hash follows from the generation that serves, so all workers say the same. While old and
/// new workers serve side by side, the new ones still tell the old hash, and no page reloads twice.
/// What comes with a hash says how a page gets there from the one before: without `hard`, and with
/// the same packages, it fetches layout and dependencies again; otherwise, if `files` are
/// stylesheets only, it loads those, and else itself. The index page stands as a package, for only
/// the page knows which one it was made from.
class ReloadAnswer {
 public:
  /// `assets_url` is what the page puts before an asset's path: "/assets/".
  ReloadAnswer(ReloadState state, std::string_view index_page, std::string_view assets_url);

  std::string json() const;
  /// The answer while nothing is watched.
  static std::string_view off();

 private:
  ReloadState state_;
  std::string rest_;  ///< of the answer, after the hash
};

}  // namespace ekiden::worker
