// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/disk_folder.hpp"
#include "shared/disk_tier.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/support/temporary_folder.hpp"

// A disk tier in a folder of the test's own, and what a caller of it sees.
namespace ekiden::shared {

/// Takes what a tier gives.
class Taken final : public ValueWriter {
 public:
  std::span<std::byte> reserve(std::size_t bytes) override {
    if (text_) throw std::logic_error("reserved twice");
    text_.emplace(bytes, '\0');
    return std::as_writable_bytes(std::span(*text_));
  }
  void expire_in(std::chrono::nanoseconds timeout) override { timeout_ = timeout; }
  const std::optional<std::string>& text() const { return text_; }
  const std::optional<std::chrono::nanoseconds>& timeout() const { return timeout_; }

 private:
  std::optional<std::string> text_;
  std::optional<std::chrono::nanoseconds> timeout_;
};

inline std::atomic<std::uint64_t> disk_test_time{1'700'000'000'000'000'000};

/// A folder and the one worker that uses it. The order of members is that of a server's life.
class DiskSite {
 public:
  explicit DiskSite(std::uint64_t bytes = 64U << 20) : bytes_(bytes) { start(); }

  std::filesystem::path path() const { return temporary_.path() / "cache"; }
  DiskTier& tier() { return *tier_; }
  DiskFolder& folder() { return *folder_; }
  void start() {
    folder_.emplace(DiskFolder::Options{path(), bytes_, boot_id_});
    open_tier();
  }
  void open_tier() {
    DiskTier::Options options{path(), bytes_};
    options.wall = [] { return disk_test_time.load(); };
    tier_.emplace(options);
  }
  void close_tier() { tier_.reset(); }
  /// The server ends as if it were killed.
  void crash() {
    tier_.reset();
    folder_.reset();
  }
  void stop() {
    tier_.reset();
    folder_->close();
    folder_.reset();
  }
  void restart() {
    stop();
    start();
  }
  /// The machine starts anew.
  void reboot() { boot_id_ += "x"; }

  void save(std::string_view key, std::string_view value, std::chrono::nanoseconds timeout = {},
            std::string_view function = {}, const std::vector<std::string>& tags = {}) {
    const Tier::Item item{key, function, tags};
    tier().save(item, tier().begin(item), bytes(value), timeout);
  }
  std::optional<std::string> found(std::string_view key) {
    Taken taken;
    return tier().find({key, {}, {}}, taken) ? taken.text() : std::nullopt;
  }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path() / "values")) {
      files.push_back(entry.path());
    }
    return files;
  }

 private:
  worker::test::TemporaryFolder temporary_;
  std::uint64_t bytes_;
  std::string boot_id_ = "boot";
  std::optional<DiskFolder> folder_;
  std::optional<DiskTier> tier_;
};

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void overwrite(const std::filesystem::path& path, std::uint64_t offset,
                      std::string_view text) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file << text;
}

}  // namespace ekiden::shared
