// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ekiden::worker {

/// A variable in .data or .bss of a library.
struct DataSymbol {
  std::uintptr_t address = 0;  ///< in the file; the library's base comes on top
  std::size_t size = 0;
  std::string name;  ///< mangled
};

struct DataSymbols {
  std::vector<DataSymbol> variables;  ///< by address; without those that the loader makes read-only
  bool is_stripped = false;           ///< only what other libraries can see has a name
};

/// Reads the symbol table of an ELF library for x86-64; nothing of a file that is not one.
DataSymbols read_data_symbols(std::span<const std::byte> file);
/// The same, of a file; nothing if it cannot be read.
DataSymbols read_data_symbols(const std::string& path);

/// "counter", "(anonymous namespace)::counter", "next()::calls"; for the guard of a function's
/// static variable the variable's name.
std::string variable_name(const DataSymbol& symbol);
/// True for the guard that says whether a function's static variable was initialised.
bool is_guard(const DataSymbol& symbol);
/// Variables that a person has written, in the order of their addresses, with their sizes:
/// "counter (4 bytes)".
std::vector<std::string> writable_globals(const DataSymbols& symbols);

}  // namespace ekiden::worker
