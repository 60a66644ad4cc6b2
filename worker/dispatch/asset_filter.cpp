// SPDX-License-Identifier: MIT
#include "worker/dispatch/asset_filter.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes std::regex for uninitialized when a sanitizer is on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <algorithm>
#include <ekiden/json.hpp>
#include <regex>
#include <string>
#include <vector>

namespace ekiden::worker {

namespace {

std::regex compiled(const char* setting, const std::string& pattern) {
  try {
    return std::regex(pattern);
  } catch (const std::regex_error& error) {
    throw Error(std::string(setting) + ": \"" + pattern +
                "\" is no regular expression: " + error.what());
  }
}

bool matches(std::string_view text, const std::regex& pattern) {
  return std::regex_search(text.begin(), text.end(), pattern);
}

}  // namespace

struct AssetFilter::Patterns {
  std::vector<std::regex> files, folders;

  static bool any(std::string_view text, const std::vector<std::regex>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::regex& pattern) { return matches(text, pattern); });
  }
};

AssetFilter::AssetFilter(const PageSettings& page) {
  auto patterns = std::make_unique<Patterns>();
  if (!page.assets_ignore.empty()) {
    patterns->files.push_back(compiled("assets_ignore", page.assets_ignore));
  }
  for (const std::string& pattern : page.assets_path_ignore) {
    patterns->folders.push_back(compiled("assets_path_ignore", pattern));
  }
  patterns_ = std::move(patterns);
}

AssetFilter::~AssetFilter() = default;

bool AssetFilter::in_page(std::string_view path) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (Patterns::any(path.substr(0, slash), patterns_->folders)) return false;
    path.remove_prefix(slash + 1);
  }
  return !Patterns::any(path, patterns_->files);
}

}  // namespace ekiden::worker
