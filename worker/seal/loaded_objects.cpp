// SPDX-License-Identifier: MIT
#include "worker/seal/loaded_objects.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace ekiden::worker {

namespace {

constexpr std::uintptr_t kPage = 4096;

/// Link maps, which stay where they are while their objects are loaded.
struct Loaded {
  std::array<const link_map*, 256> maps{};
  std::size_t count = 0;
  const link_map* program = nullptr;

  bool has(const link_map* map) const noexcept {
    return std::find(maps.begin(), maps.begin() + count, map) != maps.begin() + count;
  }
};
constinit Loaded before;

const link_map* map_of(const void* code) noexcept {
  dl_find_object found{};
  if (::_dl_find_object(const_cast<void*>(code), &found) != 0) return nullptr;
  return found.dlfo_link_map;
}

bool is_of_system(std::string_view path) noexcept {
  constexpr auto kFolders =
      std::to_array<std::string_view>({"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"});
  return path.empty() || path.find('/') == std::string_view::npos ||
         std::any_of(kFolders.begin(), kFolders.end(),
                     [path](std::string_view folder) { return path.starts_with(folder); });
}

bool is_of_app(const link_map* map) noexcept {
  return !before.has(map) && !is_of_system(map->l_name);
}

/// The writable segments in whole pages, but for what the loader has made read-only itself.
std::vector<AddressRange> writable_ranges(const dl_phdr_info& object) {
  AddressRange relro;
  std::vector<AddressRange> ranges;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    const std::uintptr_t begin = object.dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (header.p_type == PT_GNU_RELRO) relro = {begin / kPage * kPage, end / kPage * kPage};
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    ranges.push_back({begin / kPage * kPage, (end + kPage - 1) / kPage * kPage});
  }
  for (AddressRange& range : ranges) {
    if (relro.begin <= range.begin && relro.end > range.begin) range.begin = relro.end;
  }
  std::erase_if(ranges, [](const AddressRange& range) { return range.begin >= range.end; });
  return ranges;
}

}  // namespace

void note_loaded_objects() {
  before = {};
  before.program = map_of(reinterpret_cast<const void*>(&note_loaded_objects));
  auto* map = static_cast<const link_map*>(nullptr);
  ::dlinfo(::dlopen(nullptr, RTLD_LAZY), RTLD_DI_LINKMAP, &map);
  for (; map != nullptr && before.count < before.maps.size(); map = map->l_next) {
    before.maps[before.count++] = map;
  }
}

Origin origin_of(const void* code) noexcept {
  const link_map* map = map_of(code);
  if (map == nullptr) return Origin::system;
  if (map == before.program) return Origin::program;
  if (std::strstr(map->l_name, "/libstdc++.so") != nullptr) return Origin::standard;
  return is_of_app(map) ? Origin::app : Origin::system;
}

std::vector<AppObject> app_objects() {
  std::vector<AppObject> objects;
  const auto add = [](dl_phdr_info* info, std::size_t, void* to) {
    const void* code = nullptr;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info->dlpi_phdr[i];
      if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
      code = reinterpret_cast<const void*>(info->dlpi_addr + header.p_vaddr);
    }
    if (code == nullptr || origin_of(code) != Origin::app) return 0;
    static_cast<std::vector<AppObject>*>(to)->push_back(
        {info->dlpi_name, info->dlpi_addr, writable_ranges(*info)});
    return 0;
  };
  ::dl_iterate_phdr(add, &objects);
  return objects;
}

}  // namespace ekiden::worker
