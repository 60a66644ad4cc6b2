// SPDX-License-Identifier: MIT
#include "worker/seal/violation.hpp"

#include <unwind.h>

#include <mutex>

#include "worker/seal/app_call.hpp"

namespace ekiden::worker {

namespace {

struct Note {
  std::uint32_t count = 0;
  Violation violation;
};
thread_local constinit Note note;

constinit std::mutex stray_mutex;
constinit Violation stray;

/// Where a walk of the stack stands.
struct Walk {
  Violation& violation;
  bool below_fault;            ///< the frames of the handler, above the interrupted one
  const std::uintptr_t limit;  ///< of the stack: Ekiden's call of the app
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* data) {
  Walk& walk = *static_cast<Walk*>(data);
  Violation& violation = walk.violation;
  int interrupted = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  if (interrupted != 0) {
    walk.below_fault = true;
    violation.frame_count = 0;
  }
  const bool beyond = walk.limit != 0 && _Unwind_GetCFA(context) > walk.limit;
  if (beyond || violation.frame_count == violation.frames.size()) return _URC_END_OF_STACK;
  // A return address: the call is before it.
  if (walk.below_fault) violation.frames[violation.frame_count++] = address - (interrupted == 0);
  return _URC_NO_REASON;
}

}  // namespace

void note_violation(Violation::Kind kind, std::uintptr_t address, const void* caller) noexcept {
  const bool is_cause = note.count == 0 || (note.violation.kind == Violation::Kind::release &&
                                            kind != Violation::Kind::release);
  ++note.count;
  if (!is_cause) return;
  note.violation.kind = kind;
  note.violation.address = address;
  note.violation.frame_count = 0;
  const AppCall* call = AppCall::current();
  Walk walk{note.violation, caller != nullptr, reinterpret_cast<std::uintptr_t>(call)};
  _Unwind_Backtrace(add_frame, &walk);
}

void note_release(const void* block, const void* caller) noexcept {
  if (AppCall::current() == nullptr) return;
  note_violation(Violation::Kind::release, reinterpret_cast<std::uintptr_t>(block), caller);
}

void adopt_violation(const Violation& violation) noexcept {
  if (note.count++ == 0) note.violation = violation;
}

std::uint32_t violations_noted() noexcept { return note.count; }

std::optional<Violation> take_violation() noexcept {
  if (note.count == 0) return std::nullopt;
  note.count = 0;
  return note.violation;
}

void keep_stray_violation(const Violation& violation) {
  const std::lock_guard lock(stray_mutex);
  stray = violation;
}

Violation last_stray_violation() {
  const std::lock_guard lock(stray_mutex);
  return stray;
}

}  // namespace ekiden::worker
