// SPDX-License-Identifier: MIT
#include "shared/build_state.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>
#include <system_error>

namespace ekiden::shared {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
/// A writer needs microseconds; one that is gone would need for ever.
constexpr int kTries = 100;

}  // namespace

/// A sequence lock: `sequence` is odd while the text is written.
struct BuildState::Area {
  std::atomic<std::uint32_t> sequence;
  std::atomic<std::uint32_t> size;
  std::atomic<char> text[kLongest];
};

BuildState::BuildState() {
  void* const memory =
      mmap(nullptr, sizeof(Area), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(), "no shared memory for build errors");
  }
  area_ = new (memory) Area();
}

BuildState::~BuildState() { munmap(area_, sizeof(Area)); }

void BuildState::write(std::string_view text) noexcept {
  text = text.substr(0, kLongest);
  const std::uint32_t sequence = area_->sequence.load(kRelaxed);
  area_->sequence.store(sequence + 1, kRelaxed);
  std::atomic_thread_fence(std::memory_order_release);
  area_->size.store(static_cast<std::uint32_t>(text.size()), kRelaxed);
  for (std::size_t i = 0; i < text.size(); ++i) area_->text[i].store(text[i], kRelaxed);
  area_->sequence.store(sequence + 2, std::memory_order_release);
}

void BuildState::fail(std::string_view output) noexcept {
  write(output.empty() ? "the build failed without a word" : output);
}

void BuildState::succeed() noexcept {
  if (area_->size.load(kRelaxed) != 0) write({});
}

std::uint32_t BuildState::version() const noexcept {
  return area_->sequence.load(std::memory_order_acquire) / 2;
}

std::string BuildState::error() const {
  std::string text;
  for (int i = 0; i < kTries; ++i) {
    const std::uint32_t before = area_->sequence.load(std::memory_order_acquire);
    text.resize(std::min<std::size_t>(area_->size.load(kRelaxed), kLongest));
    for (std::size_t at = 0; at < text.size(); ++at) text[at] = area_->text[at].load(kRelaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (before % 2 == 0 && area_->sequence.load(kRelaxed) == before) return text;
  }
  return {};
}

}  // namespace ekiden::shared
