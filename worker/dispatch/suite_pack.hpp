// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace ekiden::worker {

/// One front-end file embedded in the program, with its compressed forms. All views point into
/// read-only pages of the executable.
struct SuiteFile {
  std::string_view package;       ///< "dash" or "plotly", … : first segment of the URL
  std::string_view path;          ///< "dcc/dash_core_components.js"
  std::string_view version;       ///< npm version, for the fingerprint
  std::string_view content_type;  ///< "application/javascript; charset=utf-8"
  std::string_view etag;          ///< hex digest of `identity`, without quotes
  /// gzip and brotli may be empty; identity too, if there is gzip.
  std::string_view identity, gzip, brotli;
  std::string_view public_url = {};  ///< where the same file is on the internet
};

/// A script the index page loads, in order, already grouped: deps, renderer, component libraries.
struct SuiteScript {
  std::string_view package, path;
  bool before_app_scripts;  ///< deps come before external scripts and assets, the rest after
  /// What a page with development bundles loads instead; if `path` is empty: beside the others.
  std::string_view development = {};
};

/// All files, sorted by (package, path). Defined by the generated suite_pack.cpp.
std::span<const SuiteFile> suite_files();
std::span<const SuiteScript> suite_scripts();
/// The object literal for the config's `children_props`: {"namespace": {"Type": ["path"]}}.
std::string_view suite_children_props();

}  // namespace ekiden::worker
