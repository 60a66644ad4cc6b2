// SPDX-License-Identifier: MIT
#include "shared/segment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "shared/memory_limit.hpp"

namespace ekiden::shared {
namespace {

namespace bip = boost::interprocess;

/// A sealed memfd, none of whose memory is there yet.
int make_memfd(std::size_t bytes) {
  const int fd = memfd_create("ekiden", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  // Sizes were checked, so off_t holds them.
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0 ||
      fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    const int error = errno;
    close(fd);
    throw std::system_error(error, std::generic_category(), "sealing the cache segment");
  }
  return fd;
}

/// Throws std::runtime_error, with `whole`, all that is wanted, if there is no memory.
void reserve_memory(int fd, std::size_t begin, std::size_t bytes, std::size_t whole) {
  int error = EINTR;
  // It gives its error as result.
  while (error == EINTR) {
    error = posix_fallocate(fd, static_cast<off_t>(begin), static_cast<off_t>(bytes));
  }
  if (error == 0) return;
  throw std::runtime_error(fmt::format(
      "cache: cannot reserve {} MiB of shared memory: {} (choose a smaller --cache-size)",
      whole >> 20U, std::generic_category().message(error)));
}

/// What mapped_region wants to have.
struct Mappable {
  int fd;
  bip::mapping_handle_t get_mapping_handle() const {
    return bip::ipcdetail::mapping_handle_from_file_handle(fd);
  }
  bip::mode_t get_mode() const { return bip::read_write; }
};

constexpr std::size_t kPage = 4096;
/// No head of a free block of the heap is larger.
constexpr std::size_t kHeapHead = 256;

std::size_t page_aligned(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

void check_memory(std::size_t bytes) {
  const MemoryLeft left = memory_left();
  if (bytes <= left.bytes) return;
  throw std::runtime_error(fmt::format(
      "cache: {} MiB of shared memory asked for, but {} leaves {} MiB (choose a smaller "
      "--cache-size)",
      bytes >> 20U, left.limited_by, left.bytes >> 20U));
}

}  // namespace

Segment::Segment(std::size_t table_bytes, std::size_t data_bytes, Reserve reserve)
    : descriptor_(-1) {
  table_bytes = page_aligned(table_bytes);
  data_bytes = page_aligned(data_bytes);
  check_memory(table_bytes + data_bytes);
  descriptor_ = make_memfd(table_bytes + data_bytes);
  try {
    reserve_memory(descriptor_, 0, table_bytes, table_bytes + data_bytes);
    map(table_bytes, data_bytes);
    heap_ = Heap(bip::create_only, whole_.get_address(), table_bytes);
    directory_ = heap_.construct<Directory>("directory")();
    directory_->layout = kLayout;
    if (reserve == Reserve::at_once) this->reserve();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

Segment::Segment(std::size_t table_bytes, std::size_t data_bytes, int descriptor)
    : descriptor_(descriptor), adopted_(true) {
  table_bytes = page_aligned(table_bytes);
  data_bytes = page_aligned(data_bytes);
  try {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 ||
        status.st_size != static_cast<off_t>(table_bytes + data_bytes)) {
      throw std::runtime_error(fmt::format("cache: {} KiB, where this version has {}",
                                           status.st_size >> 10U,
                                           (table_bytes + data_bytes) >> 10U));
    }
    map(table_bytes, data_bytes);
    heap_ = Heap(bip::open_only, whole_.get_address(), table_bytes);
    directory_ = heap_.find<Directory>("directory").first;
    if (directory_ == nullptr || directory_->layout != kLayout) {
      throw std::runtime_error("cache: another layout than this version's");
    }
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

Segment::~Segment() { close(descriptor_); }

void Segment::reserve() {
  const std::size_t table_bytes = whole_.get_size() - read_only_data_.get_size();
  reserve_memory(descriptor_, table_bytes, read_only_data_.get_size(), whole_.get_size());
}

void Segment::map(std::size_t table_bytes, std::size_t data_bytes) {
  const Mappable memfd{descriptor_};
  whole_ = bip::mapped_region(memfd, bip::read_write, 0, table_bytes + data_bytes);
  read_only_data_ = bip::mapped_region(memfd, bip::read_only,
                                       static_cast<bip::offset_t>(table_bytes), data_bytes);
  writable_data_ = static_cast<std::byte*>(whole_.get_address()) + table_bytes;
}

void* Segment::place(std::size_t bytes, std::size_t alignment) {
  auto* base = static_cast<std::byte*>(whole_.get_address());
  if (adopted_) {
    const bool there = found_ < directory_->count && directory_->places[found_].bytes == bytes;
    if (!there) throw std::runtime_error("cache: another layout than this version's");
    return base + directory_->places[found_++].offset;
  }
  if (directory_->count == directory_->places.size()) {
    throw std::logic_error("cache: more structures than the segment's directory holds");
  }
  void* memory = heap_.allocate_aligned(bytes, alignment);
  // The heap has written nothing but the heads of its blocks, one of which may have been here.
  std::memset(memory, 0, std::min(bytes, kHeapHead));
  const auto offset = static_cast<std::uint64_t>(static_cast<std::byte*>(memory) - base);
  directory_->places[directory_->count++] = {offset, bytes};
  return memory;
}

void Segment::map_now(std::span<std::byte> place) noexcept {
  constexpr std::size_t kLarge = 1U << 20;
  if (place.size() < kLarge) return;
  const auto first = reinterpret_cast<std::uintptr_t>(place.data()) / kPage * kPage;
  const auto end = reinterpret_cast<std::uintptr_t>(place.data() + place.size());
  // Before Linux 5.14 this is refused, and the pages come one by one.
  madvise(reinterpret_cast<void*>(first), end - first, MADV_POPULATE_WRITE);
}

std::span<const std::byte> Segment::readable_data() const noexcept {
  return {static_cast<const std::byte*>(read_only_data_.get_address()), read_only_data_.get_size()};
}

}  // namespace ekiden::shared
