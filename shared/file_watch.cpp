// SPDX-License-Identifier: MIT
#include "shared/file_watch.hpp"

#include <sys/stat.h>

namespace ekiden::shared {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool is_hidden(const fs::directory_entry& entry) {
  return entry.path().filename().string().starts_with('.');
}

}  // namespace

FileWatch::FileWatch() : FileWatch(is_hidden) {}

void FileWatch::watch_assets(const fs::path& folder) {
  assets_ = folder;
  watch(folder);
}

void FileWatch::watch(const fs::path& file_or_folder) {
  roots_.push_back(file_or_folder);
  known_ = seen_ = look();
}

FileWatch::State FileWatch::look() const {
  State state;
  const auto add = [&state](const fs::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    state[file.string()] = {status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
                            static_cast<std::uint64_t>(status.st_size)};
  };
  for (const fs::path& root : roots_) {
    add(root);
    std::error_code error;
    fs::recursive_directory_iterator entry(root, error);
    for (const fs::recursive_directory_iterator end; !error && entry != end;
         entry.increment(error)) {
      if (left_out_(*entry)) {
        entry.disable_recursion_pending();
      } else {
        add(entry->path());
      }
    }
  }
  return state;
}

std::vector<ChangedFile> FileWatch::changes() {
  State now = look();
  const bool settled = now == seen_;
  seen_ = std::move(now);
  if (!settled || seen_ == known_) return {};
  auto files = difference(seen_);
  known_ = seen_;
  return files;
}

std::vector<ChangedFile> FileWatch::difference(const State& now) const {
  std::vector<ChangedFile> files;
  const auto add = [&](const std::string& path, std::int64_t modified) {
    const fs::path below = fs::path(path).lexically_relative(assets_);
    const bool asset = !assets_.empty() && !below.empty() && *below.begin() != "..";
    files.push_back({asset ? below.generic_string() : "", modified});
  };
  for (const auto& [path, state] : now) {
    const auto before = known_.find(path);
    if (before == known_.end() || before->second != state) add(path, state.first / kSecond);
  }
  for (const auto& [path, state] : known_) {
    if (!now.contains(path)) add(path, 0);
  }
  return files;
}

}  // namespace ekiden::shared
