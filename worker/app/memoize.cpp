// SPDX-License-Identifier: MIT
#include "worker/app/memoize.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <ekiden/memoize.hpp>
#include <ekiden/update.hpp>
#include <memory>
#include <mutex>
#include <utility>

#include "shared/key_hash.hpp"
#include "shared/log.hpp"
#include "shared/tiered_cache.hpp"
#include "worker/app/background.hpp"
#include "worker/app/definition.hpp"
#include "worker/app/frame_access.hpp"
#include "worker/app/frame_place.hpp"
#include "worker/app/held_memory.hpp"
#include "worker/seal/app_call.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden {

namespace {

/// Takes a result that no cache keeps.
class PrivateWriter final : public shared::ValueWriter {
 public:
  std::span<std::byte> reserve(std::size_t bytes) override {
    memory_ = make_ref<worker::HeapMemory>(bytes);
    return memory_->bytes();
  }
  void expire_in(std::chrono::nanoseconds) override {}
  detail::HeldBytes held() const {
    return {memory_ ? memory_->bytes() : std::span<std::byte>(), memory_};
  }

 private:
  Ref<worker::HeapMemory> memory_;
};

}  // namespace

namespace worker {
namespace {

shared::TieredCache* current_cache = nullptr;
std::function<void()> before_computing;

std::atomic<std::uint32_t> cache_epoch{1};

CacheDefaults& defaults() {
  static CacheDefaults defaults;
  return defaults;
}

std::string& build_id() {
  static std::string id;
  return id;
}

}  // namespace

void set_before_computing(std::function<void()> hook) { before_computing = std::move(hook); }

void set_cache(shared::TieredCache* cache) noexcept {
  current_cache = cache;
  cache_epoch.fetch_add(1);
}

void set_cache(shared::MemoCache* cache) {
  static std::unique_ptr<shared::TieredCache> plain;
  set_cache(static_cast<shared::TieredCache*>(nullptr));
  plain = cache == nullptr ? nullptr : std::make_unique<shared::TieredCache>(*cache);
  set_cache(plain.get());
}

shared::TieredCache* process_cache() noexcept { return current_cache; }

std::uint32_t process_cache_epoch() noexcept { return cache_epoch.load(std::memory_order_acquire); }

void set_cache_defaults(CacheDefaults given) { defaults() = std::move(given); }

const CacheDefaults& cache_defaults() noexcept { return defaults(); }

void set_app_build_id(std::string id) { build_id() = std::move(id); }

const std::string& app_build_id() noexcept { return build_id(); }

}  // namespace worker

DependsOn::DependsOn(const Frame& frame) {
  const auto bytes = frame.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr shared::HashSeed kSeed{0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
                                   0xd6e8feb86659fd93};
  digest_ = shared::hash_key(text, kSeed).low;
}

void DependsOn::write_key(detail::KeyWriter& key) const {
  if (file_.empty()) return key.raw(digest_);
  struct stat status {};
  key.text(file_);
  if (stat(file_.c_str(), &status) != 0) return key.tag('n');
  key.raw(static_cast<std::uint64_t>(status.st_ino));
  key.raw(static_cast<std::int64_t>(status.st_size));
  key.raw(static_cast<std::int64_t>(status.st_mtim.tv_sec));
  key.raw(static_cast<std::int64_t>(status.st_mtim.tv_nsec));
}

namespace detail {
namespace {

/// What is learned of a function after set-up, when the function itself is read-only.
struct Numbers {
  std::atomic<std::uint32_t> epoch;  ///< of the cache
  shared::Names names;
  std::uint32_t function;
  worker::ResultFrame result_frame;
};

constexpr std::uint32_t kMostFunctions = 4096;
std::uint32_t functions_made = 0;
std::array<Numbers, kMostFunctions> known_numbers;

}  // namespace

bool has_cache() noexcept { return worker::process_cache() != nullptr; }

std::span<std::byte> reserve(shared::ValueWriter& result, std::size_t bytes) {
  return result.reserve(bytes);
}

void do_not_keep(shared::ValueWriter& result) { result.expire_in(std::chrono::nanoseconds(0)); }

Frame frame_of(HeldBytes held) { return FrameAccess::make(held.bytes, std::move(held.owner)); }

namespace {

/// Runs the app's function. A result that it has after a write was refused is not published; those
/// who wait for it get this text.
template <class Compute>
void run(const Compute& compute, shared::ValueWriter& result) {
  if (worker::before_computing) worker::before_computing();
  try {
    worker::in_app_code([&] { compute(result); });
  } catch (const worker::GlobalWrite&) {
    throw Error("it modified something outside its scope");
  }
}

}  // namespace

HeldBytes compute_alone(const Computation& computation) {
  PrivateWriter result;
  run([&](shared::ValueWriter& to) { computation.run(computation.call, to); }, result);
  return result.held();
}

/// How the cache is asked for a result of the function.
struct MemoizedBase::Place {
  Place(const MemoizedBase& function, shared::MemoCache& memory, std::string_view key)
      : call{{key, function.cache_name_, function.cache_tags_}, {}} {
    shared::StoreOptions& options = call.options;
    const MemoizeOptions& given = function.options_;
    options.timeout = given.timeout.value_or(worker::cache_defaults().timeout);
    options.stale_while_revalidate = given.stale_while_revalidate;
    options.early_recompute = given.early_recompute;
    const Numbers& numbers = numbers_of(function, memory);
    options.names = numbers.names;
    options.function = numbers.function;
  }

  shared::TieredCache::Call call;

 private:
  static const Numbers& numbers_of(const MemoizedBase& function, shared::MemoCache& memory) {
    static std::mutex mutex;
    Numbers& numbers = known_numbers[function.ordinal_];
    const std::uint32_t epoch = worker::process_cache_epoch();
    if (numbers.epoch.load(std::memory_order_acquire) == epoch) return numbers;
    const std::lock_guard lock(mutex);
    numbers.names = memory.names(function.cache_name_, function.cache_tags_);
    numbers.function = memory.function(function.name_);
    numbers.epoch.store(epoch, std::memory_order_release);
    return numbers;
  }
};

namespace {

void check_options(const std::string& name, const MemoizeOptions& options, std::size_t arguments) {
  const auto fail = [&name](const std::string& what) {
    throw Error("memoize(\"" + name + "\"): " + what);
  };
  if (options.timeout && options.timeout->count() < 0) {
    fail("the timeout is negative; 0 means for ever");
  }
  if (options.stale_while_revalidate.count() < 0) fail("stale_while_revalidate is negative");
  if (!(options.early_recompute >= 0)) fail("early_recompute is negative; 0 means never");
  if (options.tags.size() > 7) {
    fail("it has " + std::to_string(options.tags.size()) + " tags; at most 7 are possible");
  }
  for (const std::size_t argument : options.args_to_ignore) {
    if (argument < arguments && argument < 64) continue;
    fail("args_to_ignore names argument " + std::to_string(argument) + ", but the function has " +
         std::to_string(arguments) + ", counted from 0");
  }
}

}  // namespace

MemoizedBase::MemoizedBase(std::string name, const MemoizeOptions& options,
                           std::string_view result_type, std::size_t arguments)
    : ordinal_(functions_made++),
      name_(options.make_name ? options.make_name(name) : std::move(name)),
      options_(options) {
  check_options(name_, options_, arguments);
  if (ordinal_ >= kMostFunctions) throw Error("memoize(\"" + name_ + "\"): too many functions");
  for (const std::size_t argument : options_.args_to_ignore) ignored_ |= 1ULL << argument;
  cache_name_ = "f:" + name_;
  for (const std::string& tag : options_.tags) cache_tags_.push_back("t:" + tag);
  KeyWriter prefix("");
  prefix.text(worker::app_build_id());
  prefix.text(name_);
  prefix.text(result_type);
  key_prefix_ = prefix.view();
}

namespace {

std::function<void(shared::ValueWriter&)> logged(const std::string& function,
                                                 const Computation& computation) {
  return [&](shared::ValueWriter& result) {
    shared::log(shared::LogLevel::debug, "computing '{}'", function);
    run([&](shared::ValueWriter& to) { computation.run(computation.call, to); }, result);
  };
}

}  // namespace

shared::Pin MemoizedBase::pin(std::string_view key, const Computation& computation,
                              bool forced) const {
  shared::TieredCache& cache = *worker::process_cache();
  const Place place(*this, cache.memory(), key);
  if (forced) return cache.refresh(place.call, logged(name_, computation));
  try {
    shared::Pin found = cache.get_or_compute(place.call, logged(name_, computation));
    if (found.wants_refresh()) refresh_later(key, computation);
    return found;
  } catch (const shared::ComputationFailed& failure) {
    throw ComputationFailed(
        name_ + ": another callback was computing this value and failed: " + failure.what());
  } catch (const shared::WaitGivenUp&) {
    throw WaitCancelled();
  }
}

void MemoizedBase::refresh_later(std::string_view key, const Computation& computation) const {
  worker::run_in_background([self = Ref<const MemoizedBase>(this), key = std::string(key),
                             compute = computation.copy(computation.call)] {
    shared::TieredCache* cache = worker::process_cache();
    if (cache == nullptr) return;
    shared::log(shared::LogLevel::debug, "refreshing '{}'", self->name_);
    cache->refresh(Place(*self, cache->memory(), key).call,
                   [&](shared::ValueWriter& result) { run(compute, result); });
  });
}

HeldBytes MemoizedBase::get(const KeyWriter& key, const Computation& computation,
                            bool forced) const {
  if (!has_cache()) return compute_alone(computation);
  const auto* memory = new worker::PinnedMemory(pin(key.view(), computation, forced));
  return {memory->bytes(), Ref<const Counted>(memory)};
}

void MemoizedBase::get(const KeyWriter& key, const Computation& computation, bool forced,
                       std::span<std::byte> result) const {
  if (!has_cache()) {
    std::memcpy(result.data(), compute_alone(computation).bytes.data(), result.size());
    return;
  }
  const shared::Pin pinned = pin(key.view(), computation, forced);
  std::memcpy(result.data(), pinned.bytes().data(), result.size());
}

Frame MemoizedBase::make_frame(shared::ValueWriter& result, const std::function<Frame()>& make,
                               bool& in_place) const {
  worker::FramesInPlace frames(result, known_numbers[ordinal_].result_frame);
  Frame frame = make();
  in_place = frames.accept(frame);
  return frame;
}

bool MemoizedBase::erase(const KeyWriter& key) const {
  return has_cache() && worker::process_cache()->erase(key.view());
}

void MemoizedBase::invalidate() const {
  if (has_cache()) worker::process_cache()->invalidate(cache_name_);
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
