// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ekiden::worker {

/// A write of the app's code to what set-up has made, or a use of what set-up has left behind.
/// Plain data of fixed size: it is filled in on the way out of a signal handler.
struct Violation {
  enum class Kind : std::uint8_t {
    global,     ///< a write to .data or .bss
    memory,     ///< a write to what set-up allocated
    release,    ///< `delete` or free of that
    reference,  ///< a read or write of set-up's own stack
    view,       ///< a write to a value in the cache
  };

  Kind kind = Kind::global;
  std::uintptr_t address = 0;
  /// The faulting instruction, then the calls around it, innermost first, down to where Ekiden
  /// called the app.
  std::array<std::uintptr_t, 32> frames{};
  std::size_t frame_count = 0;

  std::span<const std::uintptr_t> stack() const noexcept { return {frames.data(), frame_count}; }
};

/// What is thrown in place of a refused write. Not a std::exception: an app that handles its own
/// errors should not handle this one, and if it does, the thread's note remains.
struct GlobalWrite {};

/// Notes that the app's code, called by this thread, did it. Of several, the first is kept, but a
/// write beats a release, of which it is the cause. `caller` stands at the top of the stack unless
/// it is nullptr; else the instruction that a signal interrupted does. Async-signal-safe.
void note_violation(Violation::Kind kind, std::uintptr_t address, const void* caller) noexcept;

/// Notes a release of sealed memory. Outside of the app's code that means nothing.
void note_release(const void* block, const void* caller) noexcept;

/// Notes what another thread has noted on behalf of the call that this one is in.
void adopt_violation(const Violation& violation) noexcept;

/// Keeps the violation of a thread that the app has started itself in a call that is over, for the
/// callback that gets its exception handed on; the last one.
void keep_stray_violation(const Violation& violation);
Violation last_stray_violation();

/// How many violations this thread has noted since its outermost AppCall began.
std::uint32_t violations_noted() noexcept;
/// The thread's note, which is then forgotten.
std::optional<Violation> take_violation() noexcept;

}  // namespace ekiden::worker
