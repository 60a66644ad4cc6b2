// SPDX-License-Identifier: MIT
#include "shared/slab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

constexpr std::size_t kLinesInLargest = kLargestInSlab / kLineBytes;

/// The item sizes, ascending: by 64 up to 256, then four to the octave, each stretched to use up
/// its slab.
struct Classes {
  std::array<std::uint32_t, 32> item_bytes{};
  std::uint32_t count = 0;
  std::array<std::uint8_t, kLinesInLargest + 1> of_lines{};

  constexpr void add(std::size_t bytes) {
    const std::size_t items = kSlabBytes / bytes;
    const auto stretched = static_cast<std::uint32_t>(kSlabBytes / items / kLineBytes * kLineBytes);
    const std::uint32_t last = count == 0 ? 0 : item_bytes[count - 1];
    if (stretched > last) item_bytes[count++] = stretched;
  }

  constexpr Classes() {
    for (std::size_t bytes = kLineBytes; bytes < 256; bytes += kLineBytes) add(bytes);
    for (std::size_t octave = 256; octave < kLargestInSlab; octave *= 2) {
      for (std::size_t quarter = 0; quarter < 4; ++quarter) add(octave + octave / 4 * quarter);
    }
    add(kLargestInSlab);
    std::uint8_t size_class = 0;
    for (std::size_t lines = 0; lines <= kLinesInLargest; ++lines) {
      while (item_bytes[size_class] < lines * kLineBytes) ++size_class;
      of_lines[lines] = size_class;
    }
  }
};
constexpr Classes kClasses;

std::uint32_t class_of(std::size_t bytes) {
  return kClasses.of_lines[(bytes + kLineBytes - 1) / kLineBytes];
}
std::uint32_t item_bytes(std::uint32_t size_class) { return kClasses.item_bytes[size_class]; }
std::uint32_t items(std::uint32_t size_class) {
  return static_cast<std::uint32_t>(kSlabBytes) / item_bytes(size_class);
}
std::size_t pages_for(std::size_t bytes) { return (bytes + kPageBytes - 1) / kPageBytes; }

constexpr std::uint64_t kSlabPagesMask = (1U << kSlabPages) - 1;
constexpr std::size_t kSlabsInWord = 64 / kSlabPages;

}  // namespace

SlabAllocator::SlabAllocator(Segment& segment, std::size_t data_bytes)
    : pages_(data_bytes / kPageBytes),
      slabs_(segment.allocate<SlabMeta>(pages_ / kSlabPages)),
      page_map_(segment.allocate<std::uint64_t>((pages_ + 63) / 64)),
      lists_(segment.allocate<Lists>(1)) {
  static_assert(kClasses.count <= kMostClasses);
  if (!segment.adopted()) reset();
}

std::size_t SlabAllocator::bytes_for(std::size_t data_bytes) {
  return data_bytes / kSlabBytes * sizeof(SlabMeta) + data_bytes / kPageBytes / 8 + sizeof(Lists) +
         4096;
}

std::size_t SlabAllocator::rounded(std::size_t bytes) noexcept {
  return in_slab(bytes) ? item_bytes(class_of(bytes)) : pages_for(bytes) * kPageBytes;
}

std::optional<std::uint64_t> SlabAllocator::find(std::size_t bytes) const noexcept {
  if (!in_slab(bytes)) return find_pages(pages_for(bytes));
  const std::uint32_t size_class = class_of(bytes);
  const std::uint32_t slab = lists_->partial[size_class];
  if (slab == kNone) return find_free_slab();
  const auto& taken = slabs_[slab].taken;
  for (std::size_t word = 0; word < taken.size(); ++word) {
    if (taken[word] == ~0ULL) continue;
    const std::size_t item = word * 64 + static_cast<std::size_t>(std::countr_one(taken[word]));
    return slab * kSlabBytes + item * item_bytes(size_class);
  }
  return std::nullopt;
}

/// First fit from the low end, where slabs are.
std::optional<std::uint64_t> SlabAllocator::find_free_slab() const noexcept {
  for (std::size_t slab = 0; slab < pages_ / kSlabPages; ++slab) {
    const std::uint64_t word = page_map_[slab / kSlabsInWord];
    if (word == ~0ULL) {
      slab |= kSlabsInWord - 1;
    } else if ((word >> (slab % kSlabsInWord * kSlabPages) & kSlabPagesMask) == 0) {
      return slab * kSlabBytes;
    }
  }
  return std::nullopt;
}

/// First fit from the high end, away from the slabs.
std::optional<std::uint64_t> SlabAllocator::find_pages(std::size_t count) const noexcept {
  if (count > pages_) return std::nullopt;
  std::size_t run = 0;
  for (std::size_t page = pages_; page-- > 0;) {
    const std::uint64_t word = page_map_[page / 64];
    if (word == ~0ULL) {
      run = 0;
      page &= ~std::size_t{63};
      continue;
    }
    run = page_taken(page) ? 0 : run + 1;
    if (run == count) return page * kPageBytes;
  }
  return std::nullopt;
}

void SlabAllocator::set_pages(std::size_t first, std::size_t count, bool taken) noexcept {
  for (std::size_t page = first; page < first + count; ++page) {
    const std::uint64_t bit = 1ULL << (page % 64);
    page_map_[page / 64] = taken ? page_map_[page / 64] | bit : page_map_[page / 64] & ~bit;
  }
}

void SlabAllocator::list(std::uint32_t slab) noexcept {
  std::uint32_t& head = lists_->partial[slabs_[slab].size_class];
  slabs_[slab].next = head;
  slabs_[slab].previous = kNone;
  if (head != kNone) slabs_[head].previous = slab;
  head = slab;
}

void SlabAllocator::unlist(std::uint32_t slab) noexcept {
  const SlabMeta& meta = slabs_[slab];
  if (meta.next != kNone) slabs_[meta.next].previous = meta.previous;
  if (meta.previous != kNone) {
    slabs_[meta.previous].next = meta.next;
  } else {
    lists_->partial[meta.size_class] = meta.next;
  }
}

void SlabAllocator::mark(std::uint64_t offset, std::size_t bytes) noexcept {
  if (!in_slab(bytes)) {
    set_pages(offset / kPageBytes, pages_for(bytes), true);
    return;
  }
  const auto slab = static_cast<std::uint32_t>(offset / kSlabBytes);
  SlabMeta& meta = slabs_[slab];
  if (meta.size_class == kNoClass) {
    meta.size_class = class_of(bytes);
    meta.free_items = items(meta.size_class);
    meta.taken.fill(~0ULL);
    for (std::uint32_t item = 0; item < meta.free_items; ++item) {
      meta.taken[item / 64] &= ~(1ULL << (item % 64));
    }
    set_pages(slab * kSlabPages, kSlabPages, true);
    list(slab);
  }
  const std::size_t item = offset % kSlabBytes / item_bytes(meta.size_class);
  meta.taken[item / 64] |= 1ULL << (item % 64);
  if (--meta.free_items == 0) unlist(slab);
}

void SlabAllocator::unmark(std::uint64_t offset, std::size_t bytes) noexcept {
  if (!in_slab(bytes)) {
    set_pages(offset / kPageBytes, pages_for(bytes), false);
    return;
  }
  const auto slab = static_cast<std::uint32_t>(offset / kSlabBytes);
  SlabMeta& meta = slabs_[slab];
  const std::size_t item = offset % kSlabBytes / item_bytes(meta.size_class);
  meta.taken[item / 64] &= ~(1ULL << (item % 64));
  if (++meta.free_items == 1) list(slab);
  if (meta.free_items == items(meta.size_class)) {
    unlist(slab);
    meta.size_class = kNoClass;
    set_pages(slab * kSlabPages, kSlabPages, false);
  }
}

void SlabAllocator::reset() noexcept {
  lists_->partial.fill(kNone);
  std::fill_n(page_map_, (pages_ + 63) / 64, 0ULL);
  // Pages beyond the data, in the last word of the map.
  for (std::size_t page = pages_; page % 64 != 0; ++page)
    page_map_[page / 64] |= 1ULL << (page % 64);
  for (std::size_t slab = 0; slab < pages_ / kSlabPages; ++slab) slabs_[slab].size_class = kNoClass;
}

std::size_t SlabAllocator::taken_bytes() const noexcept {
  std::size_t bytes = 0;
  for (std::size_t page = 0; page < pages_; ++page) {
    const SlabMeta& meta = slabs_[page / kSlabPages];
    if (meta.size_class == kNoClass) {
      bytes += page_taken(page) ? kPageBytes : 0;
    } else if (page % kSlabPages == 0) {
      bytes += (items(meta.size_class) - meta.free_items) * item_bytes(meta.size_class);
    }
  }
  return bytes;
}

std::string SlabAllocator::check() const {
  for (std::uint32_t slab = 0; slab < pages_ / kSlabPages; ++slab) {
    const SlabMeta& meta = slabs_[slab];
    if (meta.size_class == kNoClass) continue;
    std::uint32_t vacant = 0;
    for (const std::uint64_t word : meta.taken)
      vacant += static_cast<std::uint32_t>(std::popcount(~word));
    if (vacant != meta.free_items) {
      return fmt::format("slab {}: {} items vacant, {} counted", slab, vacant, meta.free_items);
    }
    bool listed = false;
    for (std::uint32_t at = lists_->partial[meta.size_class]; at != kNone; at = slabs_[at].next) {
      listed = listed || at == slab;
    }
    if (listed != (vacant > 0)) return fmt::format("slab {}: wrongly listed", slab);
    for (std::size_t page = 0; page < kSlabPages; ++page) {
      if (!page_taken(slab * kSlabPages + page))
        return fmt::format("slab {}: page not taken", slab);
    }
  }
  return {};
}

}  // namespace ekiden::shared
