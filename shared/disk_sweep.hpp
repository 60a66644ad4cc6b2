// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

namespace ekiden::shared {

enum class SweepMode {
  check,   ///< walks the index; removes files that it does not know
  rebuild  ///< enters all good files into an index that is empty; removes the others
};

/// Makes index and files of a disk tier's folder agree, and removes what was never finished. Says
/// in the log what it removes because it is damaged. Takes as long as walking the index, or reading
/// the head of each file. Run in a process of its own: see DiskFolder.
///
/// Throws std::runtime_error if the index is damaged. REQUIRES: no other process uses the folder.
void sweep_values(const std::filesystem::path& folder, std::uint64_t bytes, SweepMode mode);

}  // namespace ekiden::shared
