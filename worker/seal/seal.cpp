// SPDX-License-Identifier: MIT
#include "worker/seal/seal.hpp"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "worker/seal/arena.hpp"
#include "worker/seal/set_up_stack.hpp"

namespace ekiden::worker {

namespace {

struct State {
  shared::SealMode mode = shared::SealMode::off;
  std::array<SealedArea, 64> areas{};
  std::size_t count = 0;
};
constinit State state;

void protect(const AddressRange& range, int protection) {
  void* const start = reinterpret_cast<void*>(range.begin);
  if (::mprotect(start, range.end - range.begin, protection) == 0) return;
  throw std::system_error(errno, std::generic_category(), "cannot seal the app's memory");
}

/// With SealMode::warn its contents stay, for callbacks that are let have them.
void seal_set_up_stack() {
  const AddressRange stack = set_up_stack();
  if (stack.begin == stack.end) return;
  if (state.mode == shared::SealMode::error) {
    ::madvise(reinterpret_cast<void*>(stack.begin), stack.end - stack.begin, MADV_DONTNEED);
  }
  protect(stack, PROT_NONE);
  add_sealed_area({stack, Violation::Kind::reference});
}

}  // namespace

void begin_set_up(shared::SealMode mode) {
  state.mode = mode;
  if (mode == shared::SealMode::off) return;
  note_loaded_objects();
  arena::open();
}

void end_set_up() noexcept { arena::close(); }

void add_sealed_area(SealedArea area) {
  if (state.count < state.areas.size()) state.areas[state.count++] = area;
}

void seal_app() {
  if (state.mode == shared::SealMode::off) return;
  for (const AppObject& object : app_objects()) {
    for (const AddressRange& range : object.writable) {
      protect(range, PROT_READ);
      add_sealed_area({range, Violation::Kind::global});
    }
  }
  arena::seal();
  const auto pages = arena::pages();
  const auto begin = reinterpret_cast<std::uintptr_t>(pages.data());
  add_sealed_area({{begin, begin + pages.size()}, Violation::Kind::memory});
  seal_set_up_stack();
  std::atexit([] { unseal_app(); });
}

void unseal_app() noexcept {
  for (const SealedArea& area : sealed_areas()) {
    if (area.kind == Violation::Kind::view) continue;
    ::mprotect(reinterpret_cast<void*>(area.range.begin), area.range.end - area.range.begin,
               PROT_READ | PROT_WRITE);
  }
  arena::mark_unsealed();
  state.count = 0;
}

std::span<const SealedArea> sealed_areas() noexcept { return {state.areas.data(), state.count}; }

const SealedArea* sealed_area_of(std::uintptr_t address) noexcept {
  for (const SealedArea& area : sealed_areas()) {
    if (area.range.has(address)) return &area;
  }
  return nullptr;
}

shared::SealMode seal_mode() noexcept { return state.mode; }

}  // namespace ekiden::worker
