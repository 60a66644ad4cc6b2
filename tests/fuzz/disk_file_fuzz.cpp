// SPDX-License-Identifier: MIT
// A file of the disk cache with any content, and the same content with a head that adds up: it is
// read only if it is what it says, and then it says what was written.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "shared/disk_file.hpp"

namespace {

using namespace ekiden::shared;

void require(bool condition) {
  if (!condition) std::abort();
}

/// The value, if the file is taken.
std::optional<std::vector<std::byte>> read(std::span<const std::byte> content) {
  const int fd = memfd_create("value", MFD_CLOEXEC);
  require(write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  ValueFile file(fd);
  const auto record = file.record();
  if (!record) return std::nullopt;
  require(encode(*record) == file.head());
  require(record->head_bytes() + record->value_bytes == content.size());
  std::vector<std::byte> value(record->value_bytes);
  const bool good = file.check(*record);
  require(file.read(*record, value) == good);
  if (!good) return std::nullopt;
  require(std::equal(value.begin(), value.end(),
                     content.end() - static_cast<std::ptrdiff_t>(value.size())));
  return value;
}

/// A good file whose key, names and value come from the input; then with one byte changed.
void check_made(std::span<const std::byte> input) {
  if (input.size() < 8) return;
  const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(input[at]); };
  const auto rest = input.subspan(4);
  const std::size_t key_bytes = std::min(byte(0), rest.size());
  DiskRecord record;
  record.key = {reinterpret_cast<const char*>(rest.data()), key_bytes};
  record.name_count = static_cast<std::uint32_t>(byte(1) % (DiskRecord::kMostNames + 1));
  record.in_file = true;
  const auto value = rest.subspan(key_bytes);
  record.value_bytes = value.size();
  record.value_checksum = Checksum::of(value);
  const std::string head = encode(record);
  std::vector<std::byte> content(head.size() + value.size());
  std::memcpy(content.data(), head.data(), head.size());
  std::copy(value.begin(), value.end(), content.begin() + static_cast<std::ptrdiff_t>(head.size()));
  const auto whole = read(content);
  require(whole && std::equal(whole->begin(), whole->end(), value.begin(), value.end()));
  content[(byte(2) * 256 + byte(3)) % content.size()] ^= std::byte{0x10};
  require(!read(content));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span input(reinterpret_cast<const std::byte*>(data), size);
  read(input);
  check_made(input);
  return 0;
}
