// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::shared {

/// A file that changed on disk while an app ran.
struct ChangedFile {
  std::string asset;          ///< path below the assets folder; empty: another file, or unknown
  std::int64_t modified = 0;  ///< seconds since 1970; 0: deleted

  bool operator==(const ChangedFile&) const = default;
};

/// For the way from the mold to the master: "1700000000 css/page.css\n" for each.
inline std::string to_lines(const std::vector<ChangedFile>& files) {
  std::string text;
  for (const ChangedFile& file : files) {
    const bool plain = file.asset.find('\n') == std::string::npos;
    text += std::to_string(file.modified) + ' ' + (plain ? file.asset : "") + '\n';
  }
  return text;
}

inline std::vector<ChangedFile> changed_files(std::string_view lines) {
  std::vector<ChangedFile> files;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() < lines.size() ? line.size() + 1 : line.size());
    ChangedFile& file = files.emplace_back();
    std::size_t at = 0;
    while (at < line.size() && line[at] >= '0' && line[at] <= '9') {
      file.modified = file.modified * 10 + (line[at++] - '0');
    }
    if (at < line.size()) file.asset = line.substr(at + 1);
  }
  return files;
}

}  // namespace ekiden::shared
