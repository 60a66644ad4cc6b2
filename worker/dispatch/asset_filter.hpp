// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string_view>

#include "worker/app/page_settings.hpp"

namespace ekiden::worker {

/// Which of the assets an app keeps out of its page. Used in set-up only.
class AssetFilter {
 public:
  /// Throws Error naming the setting if it is no regular expression.
  explicit AssetFilter(const PageSettings& page);
  ~AssetFilter();

  /// True if the asset at `path`, "css/page.css", may stand in the page.
  bool in_page(std::string_view path) const;

 private:
  struct Patterns;
  std::unique_ptr<const Patterns> patterns_;
};

}  // namespace ekiden::worker
