// SPDX-License-Identifier: MIT
#include "worker/seal/arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <mutex>
#include <system_error>

namespace ekiden::worker::arena {

constinit Range range;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kUnit = 16;
constexpr std::size_t kStep = std::size_t{1} << 20;     ///< by which memory is made usable
constexpr std::size_t kLarge = std::size_t{128} << 10;  ///< released blocks of it give pages back
constexpr std::size_t kMost = std::size_t{64} << 30;
constexpr std::size_t kLeast = std::size_t{1} << 30;

/// Before each block. Sizes are multiples of kUnit, so the low bits are free for the flags.
struct Header {
  std::uint64_t word;  ///< bytes of header and block | flags; or the offset of an aligned block
  const void* caller;
};
static_assert(sizeof(Header) == kUnit);

constexpr std::uint64_t kFree = 1;
/// Not a block's own header, but one further inside, in front of what an alignment asked for.
constexpr std::uint64_t kInside = 2;
constexpr std::uint64_t kFlags = kUnit - 1;

constexpr std::size_t kSmall = 1024;  ///< up to here there is a list for each multiple of kUnit
constexpr std::size_t kSmallLists = kSmall / kUnit;
constexpr std::size_t kListsPerDoubling = 8;
constexpr std::size_t kLists = kSmallLists + kListsPerDoubling * 32;

/// Rounded up so that a list has blocks of one size.
std::size_t rounded(std::size_t size) noexcept {
  if (size <= kSmall) return (size + kUnit - 1) / kUnit * kUnit;
  const std::size_t step = std::bit_floor(size - 1) / kListsPerDoubling;
  return (size + step - 1) / step * step;
}

std::size_t list_of(std::size_t size) noexcept {
  if (size <= kSmall) return size / kUnit - 1;
  const std::size_t floor = std::bit_floor(size - 1);
  const std::size_t doublings = static_cast<std::size_t>(std::countr_zero(floor / kSmall));
  const std::size_t place = (size - floor) / (floor / kListsPerDoubling) - 1;
  return kSmallLists + doublings * kListsPerDoubling + place;
}

struct State {
  std::mutex mutex;
  std::byte* next = nullptr;    ///< behind the last block
  std::byte* usable = nullptr;  ///< end of what can be written
  std::array<Header*, kLists> released{};
  std::atomic<bool> open{false}, sealed{false};
};
constinit State state;

Header* header_of(const void* block) noexcept {
  auto* header = const_cast<Header*>(static_cast<const Header*>(block)) - 1;
  if ((header->word & kInside) == 0) return header;
  return reinterpret_cast<Header*>(reinterpret_cast<std::byte*>(header) - (header->word & ~kFlags));
}

Header*& link_of(Header* header) noexcept { return *reinterpret_cast<Header**>(header + 1); }

std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(range.begin); }

/// Raw memory from the end.
Header* grown_by(std::size_t size) noexcept {
  std::byte* const end = state.next + size;
  if (end > begin() + range.size) return nullptr;
  if (end > state.usable) {
    const auto missing = static_cast<std::size_t>(end - state.usable);
    const std::size_t more =
        std::min((missing + kStep - 1) / kStep * kStep,
                 static_cast<std::size_t>(begin() + range.size - state.usable));
    if (::mprotect(state.usable, more, PROT_READ | PROT_WRITE) != 0) return nullptr;
    state.usable += more;
  }
  auto* header = reinterpret_cast<Header*>(state.next);
  state.next = end;
  return header;
}

Header* take(std::size_t size) noexcept {
  Header*& first = state.released[list_of(size)];
  Header* const header = first != nullptr ? first : grown_by(size);
  if (header == nullptr) return nullptr;
  if (header == first) first = link_of(header);
  header->word = size;
  return header;
}

void give_pages_back(Header* header) noexcept {
  const auto block = reinterpret_cast<std::uintptr_t>(header + 1) + sizeof(Header*);
  const std::uintptr_t first = (block + kPage - 1) / kPage * kPage;
  const std::uintptr_t last =
      (reinterpret_cast<std::uintptr_t>(header) + header->word) / kPage * kPage;
  ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace

void open() {
  for (std::size_t size = kMost; range.size == 0; size /= 2) {
    void* memory =
        ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED && size <= kLeast) {
      throw std::system_error(errno, std::generic_category(),
                              "no address space for the app's set-up");
    }
    if (memory == MAP_FAILED) continue;
    state.next = state.usable = static_cast<std::byte*>(memory);
    range = {reinterpret_cast<std::uintptr_t>(memory), size};
  }
  state.open = true;
}

void close() noexcept { state.open = false; }

bool is_open() noexcept { return state.open.load(std::memory_order_relaxed); }

void seal() {
  state.sealed = true;
  if (::mprotect(begin(), static_cast<std::size_t>(state.usable - begin()), PROT_READ) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot seal what set-up allocated");
  }
}

void mark_unsealed() noexcept { state.sealed = false; }

bool is_sealed() noexcept { return state.sealed.load(std::memory_order_relaxed); }

void* allocate(std::size_t size, std::size_t alignment, const void* caller) noexcept {
  if (size > range.size) return nullptr;
  const std::size_t padding = alignment > kUnit ? alignment : 0;
  const std::size_t whole = rounded(sizeof(Header) + std::max(size, kUnit) + padding);
  const std::lock_guard lock(state.mutex);
  Header* const header = take(whole);
  if (header == nullptr) return nullptr;
  header->caller = caller;
  const auto block = reinterpret_cast<std::uintptr_t>(header + 1);
  if (padding == 0 || block % alignment == 0) return header + 1;
  const std::uintptr_t aligned = (block + alignment - 1) / alignment * alignment;
  auto* const inside = reinterpret_cast<Header*>(aligned) - 1;
  inside->word = (aligned - block) | kInside;
  return inside + 1;
}

std::size_t capacity(const void* block) noexcept {
  const Header* header = header_of(block);
  const auto end = reinterpret_cast<std::uintptr_t>(header) + header->word;
  return end - reinterpret_cast<std::uintptr_t>(block);
}

void release(void* block) noexcept {
  if (is_sealed()) return;
  const std::lock_guard lock(state.mutex);
  Header* const header = header_of(block);
  Header*& first = state.released[list_of(header->word)];
  link_of(header) = first;
  first = header;
  if (header->word >= kLarge) give_pages_back(header);
  header->word |= kFree;
}

std::optional<Block> next_block(const std::optional<Block>& previous) noexcept {
  const std::byte* at = begin();
  if (previous) at = previous->bytes.data() + previous->bytes.size();
  while (at < state.next) {
    const auto* header = reinterpret_cast<const Header*>(at);
    const std::size_t size = header->word & ~kFlags;
    if ((header->word & kFree) == 0) {
      return Block{{at + sizeof(Header), size - sizeof(Header)}, header->caller};
    }
    at += size;
  }
  return std::nullopt;
}

std::span<const std::byte> pages() noexcept { return {begin(), state.usable}; }

}  // namespace ekiden::worker::arena
