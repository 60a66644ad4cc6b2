// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ekiden::worker {

/// Whose code an address is.
enum class Origin {
  program,   ///< Ekiden
  app,       ///< the module, and the libraries that came with it and are not the system's
  standard,  ///< libstdc++
  system,    ///< any other library
};

/// What was loaded by now is Ekiden's or the system's; what comes later and is not the system's is
/// the app's. The system's libraries are those below /lib, /lib64, /usr/lib and /usr/lib64.
void note_loaded_objects();

/// Lock-free, allocates nothing. REQUIRES: note_loaded_objects() was called.
Origin origin_of(const void* code) noexcept;

/// Addresses from `begin` to before `end`.
struct AddressRange {
  std::uintptr_t begin = 0, end = 0;
  bool has(std::uintptr_t address) const noexcept { return address >= begin && address < end; }
};

/// A module or library of the app.
struct AppObject {
  std::string path;  ///< as the loader knows it
  std::uintptr_t base = 0;
  std::vector<AddressRange> writable;  ///< whole pages: .data and .bss, without RELRO
};

std::vector<AppObject> app_objects();

}  // namespace ekiden::worker
