// SPDX-License-Identifier: MIT
#include "worker/seal/sites.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>
#include <system_error>

namespace ekiden::worker {

struct ViolationSites::Site {
  std::atomic<std::uint64_t> key, count;
};

namespace {

constexpr std::size_t kSites = 1024;

void* shared_memory(std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) return memory;
  throw std::system_error(errno, std::generic_category(), "no shared memory for reports");
}

}  // namespace

ViolationSites::ViolationSites()
    : sites_(static_cast<Site*>(shared_memory(sizeof(Site) * kSites))) {
  for (std::size_t i = 0; i < kSites; ++i) new (sites_ + i) Site();
}

std::uint64_t ViolationSites::add(std::uint64_t key) noexcept {
  for (std::size_t i = 0; i < kSites; ++i) {
    Site& site = sites_[(key + i) % kSites];
    std::uint64_t found = 0;
    if (site.key.compare_exchange_strong(found, key) || found == key) {
      return site.count.fetch_add(1) + 1;
    }
  }
  return 1;
}

bool is_power_of_ten(std::uint64_t number) noexcept {
  while (number >= 10 && number % 10 == 0) number /= 10;
  return number == 1;
}

}  // namespace ekiden::worker
