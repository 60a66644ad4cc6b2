// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "worker/dispatch/suite_pack.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// The front-end files, and what the page says of them.
struct Suites {
  std::span<const SuiteFile> files;
  std::span<const SuiteScript> scripts;
  std::string_view children_props = "{}";
  /// The scripts of the app's own component packages, in the page's order; `files` has them too.
  std::span<const SuiteFile> package_scripts = {};
};

/// Those in the program. Inline, so that only who serves them must link them.
inline Suites embedded_suites() { return {suite_files(), suite_scripts(), suite_children_props()}; }

/// The file's URL below `_dash-component-suites/`, with its fingerprint:
/// "dash/dash-renderer/build/dash_renderer.v3_4_1m5d41402abc.min.js".
std::string fingerprinted_path(const SuiteFile& file);

/// A URL below `_dash-component-suites/`, taken apart.
struct SuitePath {
  std::string package;
  std::string path;         ///< without the fingerprint
  std::string fingerprint;  ///< "v3_4_1m5d41402abc", or empty
};
SuitePath parse_suite_path(std::string_view path);

/// nullptr if there is no such file.
const SuiteFile* find_suite_file(std::span<const SuiteFile> files, std::string_view package,
                                 std::string_view path);

/// Answers a GET of `_dash-component-suites/<path>` from `files`, the list of all that may be
/// asked for; 404 otherwise. Any well-formed fingerprint finds its file, as in Dash, but only the
/// file's own lets the browser keep it for ever: a bundle of another build, asked for under an
/// old page's URL, must not be stored under that name.
void send_suite_file(std::span<const SuiteFile> files, std::string_view path,
                     const Request& request, Response& response);

}  // namespace ekiden::worker
