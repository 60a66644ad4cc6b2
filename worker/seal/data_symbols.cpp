// SPDX-License-Identifier: MIT
#include "worker/seal/data_symbols.hpp"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "worker/app/exception_text.hpp"

namespace ekiden::worker {

namespace {

/// A file that may end anywhere.
class ElfFile {
 public:
  explicit ElfFile(std::span<const std::byte> bytes) : bytes_(bytes) {
    const auto* header = at<Elf64_Ehdr>(0);
    const bool ours = header != nullptr && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                      header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_type == ET_DYN;
    if (!ours) return;
    sections_ = array<Elf64_Shdr>(header->e_shoff, header->e_shnum);
    segments_ = array<Elf64_Phdr>(header->e_phoff, header->e_phnum);
  }

  const Elf64_Shdr* section_of_type(std::uint32_t type) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [type](const auto& one) { return one.sh_type == type; });
    return found == sections_.end() ? nullptr : &*found;
  }
  std::span<const Elf64_Sym> symbols(const Elf64_Shdr& section) const {
    return array<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym));
  }
  std::string_view name(const Elf64_Shdr& table, const Elf64_Sym& symbol) const {
    if (table.sh_link >= sections_.size()) return {};
    const Elf64_Shdr& names = sections_[table.sh_link];
    const auto text = array<char>(names.sh_offset, names.sh_size);
    if (symbol.st_name >= text.size()) return {};
    const std::string_view rest(text.data() + symbol.st_name, text.size() - symbol.st_name);
    return rest.substr(0, rest.find('\0'));
  }
  bool stays_writable(const Elf64_Sym& symbol) const {
    if (symbol.st_shndx >= sections_.size()) return false;
    if ((sections_[symbol.st_shndx].sh_flags & SHF_WRITE) == 0) return false;
    return std::none_of(segments_.begin(), segments_.end(), [&](const Elf64_Phdr& one) {
      return one.p_type == PT_GNU_RELRO && symbol.st_value >= one.p_vaddr &&
             symbol.st_value < one.p_vaddr + one.p_memsz;
    });
  }

 private:
  template <class T>
  const T* at(std::size_t offset) const {
    const auto found = array<T>(offset, 1);
    return found.empty() ? nullptr : found.data();
  }
  /// Empty if it does not lie in the file as a whole.
  template <class T>
  std::span<const T> array(std::size_t offset, std::size_t count) const {
    const bool inside = offset <= bytes_.size() && offset % alignof(T) == 0 &&
                        count <= (bytes_.size() - offset) / sizeof(T);
    if (!inside) return {};
    return {reinterpret_cast<const T*>(bytes_.data() + offset), count};
  }

  std::span<const std::byte> bytes_;
  std::span<const Elf64_Shdr> sections_;
  std::span<const Elf64_Phdr> segments_;
};

constexpr std::string_view kGuard = "_ZGV";

/// Of the compiler, the linker or a sanitizer.
bool is_made_by_tools(std::string_view name) {
  constexpr std::string_view kNames[] = {"_DYNAMIC", "_GLOBAL_OFFSET_TABLE_", "completed.0"};
  return name.starts_with("__") || name.starts_with("DW.ref.") || name.starts_with("_ZT") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

DataSymbols read_data_symbols(std::span<const std::byte> file) {
  DataSymbols found;
  const ElfFile elf(file);
  const Elf64_Shdr* table = elf.section_of_type(SHT_SYMTAB);
  found.is_stripped = table == nullptr;
  if (table == nullptr) table = elf.section_of_type(SHT_DYNSYM);
  if (table == nullptr) return found;
  for (const Elf64_Sym& symbol : elf.symbols(*table)) {
    const int type = ELF64_ST_TYPE(symbol.st_info);
    const bool is_variable = type == STT_OBJECT && symbol.st_size > 0;
    if (!is_variable || !elf.stays_writable(symbol)) continue;
    found.variables.push_back(
        {symbol.st_value, symbol.st_size, std::string(elf.name(*table, symbol))});
  }
  std::sort(found.variables.begin(), found.variables.end(),
            [](const auto& a, const auto& b) { return a.address < b.address; });
  return found;
}

DataSymbols read_data_symbols(const std::string& path) {
  DataSymbols found;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd >= 0 && ::fstat(fd, &status) == 0 && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes != MAP_FAILED) {
      found = read_data_symbols(std::span(static_cast<const std::byte*>(bytes), size));
      ::munmap(bytes, size);
    }
  }
  if (fd >= 0) ::close(fd);
  return found;
}

bool is_guard(const DataSymbol& symbol) { return symbol.name.starts_with(kGuard); }

std::string variable_name(const DataSymbol& symbol) {
  const std::string mangled =
      is_guard(symbol) ? "_Z" + symbol.name.substr(kGuard.size()) : symbol.name;
  std::string name = demangled(mangled.c_str());
  constexpr std::string_view kTag = "[abi:cxx11]";
  if (const auto at = name.find(kTag); at != std::string::npos) name.erase(at, kTag.size());
  return name;
}

std::vector<std::string> writable_globals(const DataSymbols& symbols) {
  std::vector<std::string> lines;
  for (const DataSymbol& symbol : symbols.variables) {
    if (is_guard(symbol) || is_made_by_tools(symbol.name)) continue;
    lines.push_back(fmt::format("{} ({} byte{})", variable_name(symbol), symbol.size,
                                symbol.size == 1 ? "" : "s"));
  }
  return lines;
}

}  // namespace ekiden::worker
