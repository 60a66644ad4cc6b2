// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "shared/disk_record.hpp"

namespace ekiden::shared {

/// What was voided on disk, in a file of its own that is written through: what the index says of it
/// may be lost with the machine, and the large values, whose files are left, must not come back.
struct Voiding {
  std::uint64_t number;  ///< the count of voidings then
  std::uint64_t slot;    ///< as name_slot and key_slot, or kAllSlots
};
inline constexpr std::uint64_t kAllSlots = 2 * std::uint64_t{kNameSlots};

/// False if it could not be written. Waits for the disk.
bool add_voiding(const std::filesystem::path& folder, const Voiding& voiding);
/// In the order they were written; up to the first that is damaged.
std::vector<Voiding> read_voidings(const std::filesystem::path& folder);
/// Puts these in the place of what is there.
void replace_voidings(const std::filesystem::path& folder, const std::vector<Voiding>& voidings);

}  // namespace ekiden::shared
