// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worker/dispatch/static_content.hpp"

namespace ekiden::worker {

/// One file of the app's assets folder.
struct Asset {
  std::string path;           ///< below the folder, with '/': "css/page.css"
  std::int64_t modified = 0;  ///< seconds since 1970, for `?m=`
  PreparedContent content;
};

/// The app's assets folder, read into memory when the app is loaded. A request is answered from
/// this list and never reaches the file system, so no URL can leave the folder. Hidden files are
/// left out, so that an editor's or git's leftovers are not published.
///
/// Thread safety: read-only. Fork: loaded in the mold, shared copy-on-write.
class Assets {
 public:
  Assets() = default;
  /// Empty if there is no such folder. Throws Error naming a file that cannot be read.
  static Assets load(const std::filesystem::path& folder);

  /// nullptr if there is no such file.
  const Asset* find(std::string_view path) const;
  /// In the order in which a page loads them: a folder's own files by name, then its subfolders'.
  std::span<const Asset> in_page_order() const { return files_; }

 private:
  std::vector<Asset> files_;
};

/// MIME type by the last extension; "application/octet-stream" if unknown.
std::string_view content_type_of(std::string_view path);

}  // namespace ekiden::worker
