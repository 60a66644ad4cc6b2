// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "worker/seal/data_symbols.hpp"

namespace ekiden::worker {

/// A variable of the app, as it lies in memory.
struct Global {
  std::string name;  ///< demangled
  std::span<const std::byte> bytes;
  bool is_guard = false;
};

/// The variables of all that was sealed. `module` are those of the app's module, whose file may
/// have been replaced; its libraries' are read from their files.
std::vector<Global> sealed_globals(std::uintptr_t module_base, const DataSymbols& module);

/// The variable at `address`, or nullptr.
const Global* global_at(std::span<const Global> globals, std::uintptr_t address);

/// The variable from which `address`, in a block of the arena, is reached over the fewest pointers;
/// nullptr if it is not reached from any. Looks at each sealed word once at most.
const Global* owner_of(std::span<const Global> globals, std::uintptr_t address);

/// The code that allocated the block at `address`; nullptr if none is there.
const void* allocator_of(std::uintptr_t address);

}  // namespace ekiden::worker
