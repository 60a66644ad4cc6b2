// SPDX-License-Identifier: MIT
#include "shared/pins.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include "shared/entry_table.hpp"
#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

constexpr std::uint32_t kHints = 64;
constexpr std::uint32_t kNoLine = kOwnLines;
constexpr std::uint32_t kUnknownLine = ~0U;

/// The lines that threads of this process have, one bit each.
std::atomic<std::uint32_t> lines_taken{0};
static_assert(kOwnLines < 32);

thread_local constinit std::uint32_t line_of_thread = kUnknownLine;

/// Gives the line back when its thread ends.
struct LineReturn {
  ~LineReturn() {
    if (line_of_thread < kOwnLines) lines_taken.fetch_and(~(1U << line_of_thread));
    line_of_thread = kNoLine;
  }
};

std::uint32_t take_line() noexcept {
  static thread_local const LineReturn at_exit;
  std::uint32_t taken = lines_taken.load();
  std::uint32_t line = 0;
  do {
    line = static_cast<std::uint32_t>(std::countr_one(taken));
    if (line >= kOwnLines) return line_of_thread = kNoLine;
  } while (!lines_taken.compare_exchange_weak(taken, taken | 1U << line));
  return line_of_thread = line;
}

/// This thread's line of slots, or kNoLine if there are too many threads.
std::uint32_t own_line() noexcept {
  return line_of_thread != kUnknownLine ? line_of_thread : take_line();
}

/// True if no other thread takes that slot or adds a view to it.
bool owned(std::uint32_t pin_slot) noexcept {
  return pin_slot < kFirstCommonSlot && pin_slot / kSlotsPerLine == own_line();
}

/// Where this thread last pinned an entry, by the entry's last bits. Only a hint, and so the same
/// for all caches of the process.
thread_local constinit std::array<std::uint16_t, kHints> hints{};

}  // namespace

PinTable::PinTable(Segment& segment)
    : rows_(segment.allocate<WorkerRow>(kMaxWorkers)),
      rows_used_(segment.allocate<std::atomic<std::uint32_t>>(1)) {
  void* page =
      mmap(nullptr, sizeof(Local), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  if (madvise(page, sizeof(Local), MADV_WIPEONFORK) != 0) {
    const int error = errno;
    munmap(page, sizeof(Local));
    throw std::system_error(error, std::generic_category(), "madvise(MADV_WIPEONFORK)");
  }
  local_ = new (page) Local{};
}

PinTable::~PinTable() { munmap(local_, sizeof(Local)); }

void PinTable::attach(std::uint32_t slot) {
  if (slot >= kMaxWorkers) {
    throw std::logic_error(fmt::format("cache: slot {} of {}", slot, kMaxWorkers));
  }
  WorkerRow& row = rows_[slot];
  const ProcessIdentity self = this_process();
  if (row.live.load() != 0 && row.pid.load() != self.pid) {
    throw std::logic_error(fmt::format("cache: slot {} still belongs to process {}: reap it first",
                                       slot, row.pid.load()));
  }
  if (local_->row != nullptr && local_->row != &row) {
    throw std::logic_error(
        fmt::format("cache: process {} is attached to slot {} already", self.pid, local_->slot));
  }
  row.pid.store(self.pid);
  row.start_ticks.store(self.start_ticks);
  row.live.store(1);
  std::uint32_t used = rows_used_->load();
  while (used <= slot && !rows_used_->compare_exchange_weak(used, slot + 1)) {
  }
  ++epoch_;
  local_->slot = slot;
  local_->row = &row;
}

/// Adds a view to a slot that pins `expected` already. The slot was validated then, and has kept
/// the entry since.
bool PinTable::share(std::uint32_t pin_slot, std::uint64_t expected) noexcept {
  const auto& pin = local_->row->pins[pin_slot];
  if (pin.load(memory_order_relaxed) != expected) return false;
  if (pin_slot < kFirstCommonSlot && !owned(pin_slot)) return false;
  auto& views = local_->views[pin_slot];
  std::uint64_t count = views.load(memory_order_relaxed);
  do {
    if (count == 0 || count == kClaimed) return false;
  } while (!views.compare_exchange_weak(count, count + 1, memory_order_acq_rel));
  if (pin.load(memory_order_relaxed) == expected) return true;
  release(pin_slot);  // it was released and taken again between the two looks
  return false;
}

void PinTable::raise_used(std::uint32_t pin_slot) noexcept {
  auto& used = local_->row->used_pins;
  std::uint32_t highest = used.load(memory_order_seq_cst);
  while (highest <= pin_slot && !used.compare_exchange_weak(highest, pin_slot + 1)) {
  }
}

bool PinTable::claim_common(std::uint32_t pin_slot) noexcept {
  auto& views = local_->views[pin_slot];
  std::uint64_t vacant = 0;
  return views.load(memory_order_relaxed) == 0 &&
         views.compare_exchange_strong(vacant, kClaimed, memory_order_acquire);
}

std::uint32_t PinTable::claim(Use use) noexcept {
  const std::uint32_t line = own_line();
  if (line != kNoLine) {
    const std::uint32_t first = line * kSlotsPerLine;
    for (std::uint32_t pin_slot = first; pin_slot < first + kSlotsPerLine; ++pin_slot) {
      if (local_->views[pin_slot].load(memory_order_acquire) == 0) return pin_slot;
    }
  }
  const std::uint32_t end = use == Use::copy_out ? kPinSlots : kFirstReservedSlot;
  for (std::uint32_t pin_slot = kFirstCommonSlot; pin_slot < end; ++pin_slot) {
    if (claim_common(pin_slot)) return pin_slot;
  }
  return kExhausted;
}

std::uint32_t PinTable::acquire(const std::atomic<std::uint64_t>& word, std::uint64_t expected,
                                Use use) noexcept {
  std::uint16_t& hint = hints[IndexWord::entry(expected) % kHints];
  if (share(hint, expected)) return hint;
  const std::uint32_t pin_slot = claim(use);
  if (pin_slot == kExhausted) return kExhausted;
  raise_used(pin_slot);
  auto& pin = local_->row->pins[pin_slot];
  pin.store(expected, memory_order_seq_cst);
  if (word.load(memory_order_seq_cst) != expected) {
    pin.store(0, memory_order_release);
    local_->views[pin_slot].store(0, memory_order_release);
    return kStale;
  }
  local_->views[pin_slot].store(1, memory_order_release);
  hint = static_cast<std::uint16_t>(pin_slot);
  return pin_slot;
}

void PinTable::release(std::uint32_t pin_slot) noexcept {
  auto& views = local_->views[pin_slot];
  std::uint64_t count = views.load(memory_order_acquire);
  // The last view of an own slot is this one, and nobody else can add another.
  const bool alone = count == 1 && owned(pin_slot);
  while (!alone) {
    if (count > 1) {
      if (views.compare_exchange_weak(count, count - 1, memory_order_acq_rel)) return;
    } else if (views.compare_exchange_weak(count, kClaimed, memory_order_acq_rel)) {
      break;
    }
  }
  local_->row->pins[pin_slot].store(0, memory_order_release);
  views.store(0, memory_order_release);
}

void PinTable::collect(EntrySet& set) const noexcept {
  std::fill(set.begin(), set.end(), 0ULL);
  const std::uint32_t rows = rows_used_->load(memory_order_seq_cst);
  for (std::uint32_t slot = 0; slot < rows; ++slot) {
    const std::uint32_t used = rows_[slot].used_pins.load(memory_order_seq_cst);
    for (std::uint32_t pin = 0; pin < used; ++pin) {
      const std::uint64_t word = rows_[slot].pins[pin].load(memory_order_seq_cst);
      if (word != 0) insert(set, IndexWord::entry(word));
    }
  }
}

void PinTable::clear_row(std::uint32_t slot) noexcept {
  WorkerRow& row = rows_[slot];
  for (auto& pin : row.pins) pin.store(0, memory_order_relaxed);
  row.used_pins.store(0, memory_order_relaxed);
  row.live.store(0, memory_order_seq_cst);
}

void PinTable::count(std::atomic<std::uint64_t> CounterStripe::*what) const noexcept {
  const std::uint32_t line = own_line();
  auto& counter = local_->row->counters[line].*what;
  if (line == kNoLine) {
    counter.fetch_add(1, memory_order_relaxed);
  } else {
    counter.store(counter.load(memory_order_relaxed) + 1, memory_order_relaxed);
  }
}

}  // namespace ekiden::shared
