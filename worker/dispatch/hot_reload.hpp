// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/build_state.hpp"
#include "shared/changed_files.hpp"

namespace ekiden::worker {

/// What the server knows of the generations of an app; plain values.
struct ReloadState {
  std::uint64_t seed = 0;  ///< another one each time the server starts
  std::uint32_t generation = 1;
  /// The generation that serves; nullptr or 0: this one.
  const std::atomic<std::uint32_t>* serving = nullptr;
  std::vector<shared::ChangedFile> changed;   ///< shortly before this generation was loaded
  const shared::BuildState* build = nullptr;  ///< of the sources; nullptr: nothing is built
};

/// Of the stylesheet that shows a build error, below the prefix of URLs.
inline constexpr std::string_view kBuildErrorSheet = "_ekiden-build-error.css";

/// A stylesheet that lays the text over the page. By that the genuine renderer, which loads changed
/// stylesheets, shows it without a script of ours.
std::string build_error_sheet(std::string_view text);

/// The answer to `_reload-hash`, by which open pages learn that the app was loaded again.
///
/// The hash follows from the generation that serves, so all workers say the same. While old and
/// new workers serve side by side, the new ones still tell the old hash, and no page reloads twice.
/// What comes with a hash says how a page gets there from the one before: without `hard`, and with
/// the same packages, it fetches layout and dependencies again; otherwise, if `files` are
/// stylesheets only, it loads those, and else itself. The index page stands as a package, for only
/// the page knows which one it was made from.
///
/// A build that fails changes the hash, and a stylesheet that shows the error is what has changed;
/// one that succeeds again takes the sheet away. A generation that was loaded after a failure names
/// it as a package, so that a page that missed the sheet's end loads itself.
class ReloadAnswer {
 public:
  /// `assets_url` is what the page puts before an asset's path: "/assets/".
  /// `below` is the prefix of URLs.
  ReloadAnswer(ReloadState state, std::string_view index_page, std::string_view assets_url,
               std::string_view below);

  std::string json() const;
  /// The stylesheet for the present build error; nothing if there is none.
  std::string error_sheet() const;
  /// The answer while nothing is watched.
  static std::string_view off();

 private:
  std::string sheet_json(std::uint32_t modified) const;

  ReloadState state_;
  std::uint32_t builds_ = 0;  ///< the version of the build state when this generation began
  std::string sheet_url_;
  std::string rest_;  ///< of the answer, after the hash
};

}  // namespace ekiden::worker
