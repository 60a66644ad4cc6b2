// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ekiden::shared {

/// A value found in the cache. While it lives, the bytes stay where they are, whatever is evicted
/// or replaced meanwhile. Movable, not copyable; may be released on another thread of the process
/// than the one that got it.
class Pin {
 public:
  Pin() noexcept = default;
  Pin(Pin&& other) noexcept;
  Pin& operator=(Pin&& other) noexcept;
  ~Pin();
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  friend class MemoCache;
  std::span<const std::byte> bytes_;
  // the cache's hold: an entry's pin slot, or the private copy of a value that did not fit
};

/// Where a computation puts its result. `reserve` is called once with the exact size and gives the
/// place to fill: in the segment itself if it fits there, else in private memory.
class ValueWriter {
 public:
  virtual std::span<std::byte> reserve(std::size_t bytes) = 0;

 protected:
  ~ValueWriter() = default;
};

/// The computation that this caller waited for failed in another callback; carries its text.
class ComputationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct StoreOptions {
  std::chrono::nanoseconds timeout{0};  ///< 0: never expires
};

struct CacheCounters {
  std::uint64_t hits, misses, computations, waits, take_overs, evictions, rebuilds, uncached;
  std::uint64_t entries, payload_bytes, data_bytes;
};

/// The cache of serialised results that every worker of one server sees. (Replace this comment by
/// the full contract: style.md habit 8.)
class MemoCache {
 public:
  struct Limits {
    std::size_t data_bytes = 128U << 20;
  };

  /// Makes the segment. The master constructs it before the first fork.
  /// Throws std::system_error or Error-like std::runtime_error if memory cannot be reserved.
  explicit MemoCache(const Limits& limits);
  ~MemoCache();

  /// Makes this process the owner of `slot`'s pins. Called by a worker after fork.
  void attach(std::uint32_t slot);
  /// Master only, and only after waitpid() has proved the worker of `slot` dead: frees what it
  /// held, lets a follower take over what it was computing. Returns false if the writer lock could
  /// not be had in a few milliseconds: call again.
  bool reap(std::uint32_t slot);

  std::optional<Pin> find(std::string_view key);
  /// False if it could not fit even after evicting all that may be evicted.
  bool store(std::string_view key, std::span<const std::byte> value, StoreOptions options = {});
  bool erase(std::string_view key);
  void clear();

  /// find(key), or else compute. Of all callers in all workers that miss at once, one computes and
  /// the others wait; if its worker dies one of them takes over.
  Pin get_or_compute(std::string_view key, StoreOptions options,
                     const std::function<void(ValueWriter&)>& compute);

  /// Called around every wait for another's computation, on the waiting thread, so that the worker
  /// can let another callback run meanwhile.
  void set_wait_hooks(std::function<void()> begin, std::function<void()> end);

  CacheCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ekiden::shared
