// SPDX-License-Identifier: MIT
#include "shared/shared_pages.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace ekiden::shared {
namespace {

[[noreturn]] void fail(int descriptor, const char* name) {
  const int error = errno;
  close(descriptor);
  throw std::system_error(error, std::generic_category(), fmt::format("{}: no memory", name));
}

int make(const char* name, std::size_t bytes) {
  const int descriptor = memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) fail(descriptor, name);
  return descriptor;
}

void check_size(int descriptor, const char* name, std::size_t bytes) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) fail(descriptor, name);
  if (status.st_size == static_cast<off_t>(bytes)) return;
  close(descriptor);
  throw std::runtime_error(
      fmt::format("{}: {} bytes, where this version has {}", name, status.st_size, bytes));
}

}  // namespace

SharedPages::SharedPages(const char* name, std::size_t bytes, int descriptor)
    : bytes_(bytes), descriptor_(descriptor >= 0 ? descriptor : make(name, bytes)) {
  check_size(descriptor_, name, bytes);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) fail(descriptor_, name);
  data_ = static_cast<std::byte*>(memory);
}

SharedPages::~SharedPages() {
  munmap(data_, bytes_);
  close(descriptor_);
}

}  // namespace ekiden::shared
