// SPDX-License-Identifier: MIT
#include "shared/void_journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

namespace ekiden::shared {
namespace {

struct Line {
  Voiding voiding;
  std::uint64_t checksum;
};

Line line_of(const Voiding& voiding) {
  return {voiding, Checksum::of(std::as_bytes(std::span(&voiding, 1)))};
}

std::filesystem::path path_in(const std::filesystem::path& folder) { return folder / "voided"; }

}  // namespace

bool add_voiding(const std::filesystem::path& folder, const Voiding& voiding) {
  const int fd =
      ::open(path_in(folder).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_DSYNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const Line line = line_of(voiding);
  const bool written = ::write(fd, &line, sizeof line) == static_cast<ssize_t>(sizeof line);
  ::close(fd);
  return written;
}

std::vector<Voiding> read_voidings(const std::filesystem::path& folder) {
  std::vector<Voiding> voidings;
  std::ifstream file(path_in(folder), std::ios::binary);
  Line line{};
  while (file.read(reinterpret_cast<char*>(&line), sizeof line)) {
    const bool whole = line.checksum == line_of(line.voiding).checksum;
    if (!whole || line.voiding.slot > kAllSlots) break;
    voidings.push_back(line.voiding);
  }
  return voidings;
}

void replace_voidings(const std::filesystem::path& folder, const std::vector<Voiding>& voidings) {
  const std::filesystem::path path = path_in(folder);
  const std::filesystem::path unfinished = path.string() + ".tmp";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  for (const Voiding& voiding : voidings) {
    const Line line = line_of(voiding);
    file.write(reinterpret_cast<const char*>(&line), sizeof line);
  }
  file.close();
  std::error_code ignored;
  if (file) std::filesystem::rename(unfinished, path, ignored);
}

}  // namespace ekiden::shared
