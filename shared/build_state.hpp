// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ekiden::shared {

/// Whether the app's sources build, for `--reload`: one process builds and says it, workers tell
/// open pages. In shared memory.
///
/// Thread and process safety: one writer, any readers. Fork: construct before it. If the writer is
/// killed while it writes, readers go on with what was there before, without its text.
class BuildState {
 public:
  static constexpr std::size_t kLongest = 16U << 10;

  /// Throws std::system_error.
  BuildState();
  BuildState(const BuildState&) = delete;
  BuildState& operator=(const BuildState&) = delete;
  ~BuildState();

  /// What the compiler says; longer than kLongest is cut.
  void fail(std::string_view output) noexcept;
  /// The sources build again. Changes nothing if they did.
  void succeed() noexcept;

  /// Another one after each of these changes; 0 as long as all builds have succeeded.
  std::uint32_t version() const noexcept;
  /// Empty if the last build succeeded.
  std::string error() const;

 private:
  void write(std::string_view text) noexcept;

  struct Area;
  Area* area_;
};

}  // namespace ekiden::shared
