// SPDX-License-Identifier: MIT
#include "shared/scoreboard.hpp"

#include <fmt/format.h>

#include <new>
#include <stdexcept>

namespace ekiden::shared {
namespace {

constexpr std::size_t kSlotBytes = sizeof(WorkerSlot) * kMaxWorkers;
constexpr std::size_t kBytes = kSlotBytes + sizeof(WorkerSlot);
constexpr std::size_t kCallBytes = sizeof(CallRow) * kMaxWorkers;
constexpr auto kRelaxed = std::memory_order_relaxed;

static_assert(sizeof(WorkerSlot) % alignof(CallRow) == 0);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<WorkerState>::is_always_lock_free &&
                  std::atomic<pid_t>::is_always_lock_free,
              "slots are shared between processes");

void clear(CallRow& row) noexcept {
  const std::uint32_t used = row.threads_used();
  row.used.store(0, kRelaxed);
  for (std::uint32_t thread = 0; thread < used; ++thread) row.threads[thread].call.clear();
  row.queue_length.store(0, kRelaxed);
  for (CallWord& call : row.queue) call.clear();
}

}  // namespace

Scoreboard::Scoreboard(int descriptor)
    : pages_("scoreboard", kBytes + kCallBytes, descriptor),
      slots_(reinterpret_cast<WorkerSlot*>(pages_.data())),
      head_(reinterpret_cast<Head*>(pages_.data() + kSlotBytes)),
      // Zeros are what they are to hold; those of slots that are not used need no memory.
      calls_(reinterpret_cast<CallRow*>(pages_.data() + kBytes)) {
  if (descriptor >= 0) {
    const std::uint32_t layout = head_->layout.load(kRelaxed);
    if (layout == kLayout) return;
    throw std::runtime_error(
        fmt::format("scoreboard: layout {}, where this version has {}", layout, kLayout));
  }
  for (std::size_t slot = 0; slot < kMaxWorkers; ++slot) {
    new (pages_.data() + slot * sizeof(WorkerSlot)) WorkerSlot();
  }
  new (head_) Head{{0}, {kLayout}};
}

bool Scoreboard::sibling_has_free_thread(std::uint32_t self) const noexcept {
  for (std::uint32_t slot = 0; slot < kMaxWorkers; ++slot) {
    const WorkerSlot& worker = slots_[slot];
    if (slot == self || worker.state.load(kRelaxed) != WorkerState::ready) continue;
    if (worker.busy.load(kRelaxed) < worker.threads.load(kRelaxed)) return true;
  }
  return false;
}

void Scoreboard::reset(std::uint32_t slot, std::uint32_t generation) noexcept {
  WorkerSlot& worker = slots_[slot];
  worker.pid.store(0, kRelaxed);
  worker.generation.store(generation, kRelaxed);
  worker.threads.store(0, kRelaxed);
  worker.busy.store(0, kRelaxed);
  worker.connections.store(0, kRelaxed);
  worker.heartbeat_ns.store(0, kRelaxed);
  worker.accepted.store(0, kRelaxed);
  worker.requests.store(0, kRelaxed);
  worker.callbacks.store(0, kRelaxed);
  worker.passed.store(0, kRelaxed);
  worker.address.store(0, kRelaxed);
  for (auto& offer : worker.offers) offer.store(0, kRelaxed);
  for (auto& character : worker.last_words) character.store('\0', kRelaxed);
  clear(calls_[slot]);
  worker.state.store(WorkerState::booting, std::memory_order_release);
}

std::string_view name(WorkerState state) noexcept {
  switch (state) {
    case WorkerState::vacant:
      return "vacant";
    case WorkerState::booting:
      return "booting";
    case WorkerState::ready:
      return "ready";
    case WorkerState::draining:
      return "draining";
    case WorkerState::dead:
      return "dead";
  }
  return "unknown";
}

}  // namespace ekiden::shared
