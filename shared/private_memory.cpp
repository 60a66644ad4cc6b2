// SPDX-License-Identifier: MIT
#include "shared/private_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace ekiden::shared {

std::size_t private_memory(const std::string& process) {
  std::ifstream in(process + "/smaps");
  std::size_t kib = 0;
  bool is_private = false;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    if (first == "Private_Dirty:" && is_private) {
      kib += std::stoull(second);
    } else if (!first.ends_with(':')) {
      is_private = second.ends_with('p');  // "7f12…-7f34… rw-p …": a mapping begins
    }
  }
  return kib * 1024;
}

std::size_t anonymous_memory(const std::string& process) {
  std::size_t size = 0, resident = 0, of_files_and_shared = 0;
  std::ifstream(process + "/statm") >> size >> resident >> of_files_and_shared;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (resident - std::min(resident, of_files_and_shared)) * page;
}

}  // namespace ekiden::shared
