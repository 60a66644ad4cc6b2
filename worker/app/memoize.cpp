// SPDX-License-Identifier: MIT
#include "worker/app/memoize.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <ekiden/memoize.hpp>
#include <memory>
#include <utility>

#include "shared/log.hpp"
#include "shared/memo_cache.hpp"
#include "worker/app/definition.hpp"
#include "worker/app/frame_access.hpp"
#include "worker/app/held_memory.hpp"

namespace ekiden {

namespace {

shared::MemoCache* process_cache = nullptr;

std::string& app_build_id() {
  static std::string id;
  return id;
}

/// Takes a result where there is no cache.
class PrivateWriter final : public shared::ValueWriter {
 public:
  std::span<std::byte> reserve(std::size_t bytes) override {
    memory_ = make_ref<worker::HeapMemory>(bytes);
    return memory_->bytes();
  }
  void expire_in(std::chrono::nanoseconds) override {}
  detail::HeldBytes held() const { return {memory_->bytes(), memory_}; }

 private:
  Ref<worker::HeapMemory> memory_;
};

/// The pinned value of `key`, computed if it must be.
shared::Pin pin(shared::MemoCache& cache, const std::string& function, std::string_view key,
                std::chrono::nanoseconds timeout, detail::Computation computation) {
  try {
    return cache.get_or_compute(key, {timeout}, [&](shared::ValueWriter& result) {
      shared::log(shared::LogLevel::debug, "computing '{}'", function);
      computation.run(computation.call, result);
    });
  } catch (const shared::ComputationFailed& failure) {
    throw ComputationFailed(
        function + ": another callback was computing this value and failed: " + failure.what());
  }
}

}  // namespace

namespace worker {

void set_cache(shared::MemoCache* cache) noexcept { process_cache = cache; }

void set_app_build_id(std::string id) { app_build_id() = std::move(id); }

}  // namespace worker

namespace detail {

bool has_cache() noexcept { return process_cache != nullptr; }

std::span<std::byte> reserve(shared::ValueWriter& result, std::size_t bytes) {
  return result.reserve(bytes);
}

Frame frame_of(HeldBytes held) { return FrameAccess::make(held.bytes, std::move(held.owner)); }

MemoizedBase::MemoizedBase(std::string name, const MemoizeOptions& options,
                           std::string_view result_type)
    : name_(std::move(name)), timeout_(options.timeout) {
  if (timeout_ < std::chrono::nanoseconds::zero()) {
    throw Error("memoize(\"" + name_ + "\"): the timeout is negative; 0 means for ever");
  }
  KeyWriter prefix("");
  prefix.text(app_build_id());
  prefix.text(name_);
  prefix.text(result_type);
  key_prefix_ = prefix.view();
}

HeldBytes MemoizedBase::get(const KeyWriter& key, Computation computation) const {
  if (process_cache == nullptr) {
    PrivateWriter result;
    computation.run(computation.call, result);
    return result.held();
  }
  const auto* memory =
      new worker::PinnedMemory(pin(*process_cache, name_, key.view(), timeout_, computation));
  return {memory->bytes(), Ref<const Counted>(memory)};
}

void MemoizedBase::get(const KeyWriter& key, Computation computation,
                       std::span<std::byte> result) const {
  if (process_cache == nullptr) {
    PrivateWriter writer;
    computation.run(computation.call, writer);
    std::memcpy(result.data(), writer.held().bytes.data(), result.size());
    return;
  }
  const shared::Pin pinned = pin(*process_cache, name_, key.view(), timeout_, computation);
  std::memcpy(result.data(), pinned.bytes().data(), result.size());
}

bool MemoizedBase::erase(const KeyWriter& key) const {
  return process_cache != nullptr && process_cache->erase(key.view());
}

}  // namespace detail

void Cache::take_name(const std::string& name) {
  if (detail::set_up_is_over) {
    throw Error("memoize(\"" + name + "\"): set-up is over; make memoized functions in EKIDEN_APP");
  }
  if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
    throw Error("memoize(\"" + name +
                "\"): another function has this name; its results would be taken for this one's, "
                "so choose a different name");
  }
  names_.push_back(name);
}

Cache& App::cache() {
  if (!definition_->cache) definition_->cache = std::make_shared<Cache>();
  return *definition_->cache;
}

}  // namespace ekiden
