// SPDX-License-Identifier: MIT
#include "worker/shown_call.hpp"

#include <chrono>

namespace ekiden::worker {
namespace {

struct ShownCall {
  shared::CallWord* word = nullptr;
  std::uint64_t began_ns = 0, queued_ns = 0;
};
thread_local ShownCall shown;

std::chrono::milliseconds milliseconds(std::uint64_t ns) {
  return std::chrono::milliseconds(ns / 1'000'000);
}

}  // namespace

void show_calls_in(shared::CallWord* word) noexcept { shown = {word}; }

void begin_shown_call(std::uint64_t now_ns, std::uint64_t queued_ns) noexcept {
  shown.began_ns = now_ns;
  shown.queued_ns = queued_ns;
}

void name_shown_call(std::uint32_t callback) noexcept {
  if (shown.word == nullptr) return;
  shown.word->show({callback, false, milliseconds(shown.began_ns), milliseconds(shown.queued_ns)});
}

void set_shown_call_waits(bool waits) noexcept {
  if (shown.word != nullptr) shown.word->set_waits(waits);
}

void end_shown_call() noexcept {
  if (shown.word != nullptr) shown.word->clear();
}

}  // namespace ekiden::worker
