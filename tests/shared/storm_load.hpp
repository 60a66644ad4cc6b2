// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "shared/futex.hpp"
#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"

// What the workers of a kill storm do, and how each of them notices what went wrong.
namespace ekiden::shared {

constexpr std::uint32_t kWorkers = 6;
constexpr std::uint32_t kThreads = 2;
constexpr std::uint32_t kLoads = kWorkers * kThreads;
constexpr std::uint32_t kKept = 40;  ///< values that the master has pinned
constexpr std::uint64_t kKeys = 3000;
constexpr std::uint32_t kTags = 4;
constexpr std::uint32_t kCounters = 8;
constexpr std::uint32_t kEpochs = 1U << 16;

struct Board {
  std::atomic<std::uint32_t> operations;  ///< futex word
  std::array<std::atomic<std::uint64_t>, kLoads> turns;
  std::atomic<std::uint64_t> corrupt;    ///< values that are not whole
  std::atomic<std::uint64_t> lost;       ///< promised values that were missing, or older ones there
  std::atomic<std::uint64_t> went_back;  ///< counters that forgot an addition
  std::atomic<std::uint64_t> revenants;  ///< values found after they were voided
  std::atomic<std::uint64_t> refused, touched, promised, relied_on, added;

  /// Of the cache as a whole; `clearing` is set while a load is at it.
  std::atomic<std::uint32_t> clears;
  std::array<std::atomic<bool>, kLoads> clearing;
  /// Times that a tag's values were voided.
  struct Voidings {
    std::atomic<std::uint64_t> begun, done;
  };
  std::array<Voidings, kTags> voidings;
  /// The lives of each load's worker so far; the master's stays 0.
  std::array<std::atomic<std::uint32_t>, kLoads + kKept> lives;
  std::array<std::atomic<std::uint64_t>, kLoads + kKept> promises;
  /// Of each beginning of a counter: additions that were confirmed, and the highest.
  struct Tally {
    std::atomic<std::uint32_t> additions, highest;
  };
  std::atomic<std::uint32_t> epochs;
  std::array<Tally, kEpochs> tallies;

  bool being_cleared() const {
    for (const auto& load : clearing) {
      if (load) return true;
    }
    return false;
  }
};

/// Values that must be found. Their owner has each pinned from before it is published until the
/// next one is, so they cannot be evicted; nobody voids them, unless by clearing the cache. A
/// promise names the owner's life, the clearings so far, and the value's number: as long as the
/// first two are the same, this value or a later one is there.
class Promises {
 public:
  Promises(MemoCache& cache, Board& board) : cache_(cache), board_(board) {}

  void make(std::uint32_t which, std::uint32_t life, std::uint32_t number, Pin& pin) {
    const std::uint32_t clears = board_.clears;
    const bool disturbed = board_.being_cleared();
    const std::size_t size = 64 + number % 200 * 8;
    pin = cache_.refresh(name(which), {}, [&](ValueWriter& writer) {
      fill_pattern(writer.reserve(size), kFirstKey + which, number);
    });
    ++board_.promised;
    board_.promises[which] = disturbed ? 0 : Promise{life, clears, number}.pack();
  }

  void check(std::uint32_t which) {
    const Promise promise = Promise::unpack(board_.promises[which]);
    const auto pin = cache_.find(name(which));
    if (pin && !whole_pattern(pin->bytes(), kFirstKey + which)) ++board_.corrupt;
    if (promise.number == 0) return;
    const bool holds = (board_.lives[which] & 0xffffU) == promise.life &&
                       (board_.clears & 0xffffU) == promise.clears;
    if (pin ? pattern_seed(pin->bytes()) < promise.number : holds) ++board_.lost;
    if (holds) ++board_.relied_on;
  }

 private:
  static constexpr std::uint64_t kFirstKey = 1'000'000;
  struct Promise {
    std::uint32_t life, clears, number;  ///< the first two modulo 2^16
    std::uint64_t pack() const {
      return std::uint64_t{life & 0xffffU} << 48U | std::uint64_t{clears & 0xffffU} << 32U | number;
    }
    static Promise unpack(std::uint64_t word) {
      return {static_cast<std::uint32_t>(word >> 48U),
              static_cast<std::uint32_t>(word >> 32U & 0xffffU), static_cast<std::uint32_t>(word)};
    }
  };
  static std::string name(std::uint32_t which) { return "promise " + std::to_string(which); }

  MemoCache& cache_;
  Board& board_;
};

/// Counters made of store_if, which anybody adds to. One that was evicted begins a new epoch. In
/// each epoch every number is stored once, and nobody reads less than was confirmed before.
class Counters {
 public:
  Counters(MemoCache& cache, Board& board) : cache_(cache), board_(board) {}

  void add(std::uint32_t which) {
    const std::string name = "counter " + std::to_string(which);
    const std::uint64_t key = kFirstKey + which;
    const auto pin = cache_.find(name);
    if (!pin) {
      const std::uint32_t epoch = board_.epochs++;
      if (epoch < kEpochs) store(name, key, std::nullopt, epoch, 1);
      return;
    }
    if (!whole_pattern(pin->bytes(), key)) {
      ++board_.corrupt;
      return;
    }
    const std::uint64_t seed = pattern_seed(pin->bytes());
    const auto epoch = static_cast<std::uint32_t>(seed >> 32U);
    const std::uint32_t confirmed = board_.tallies[epoch].highest;
    const auto again = cache_.find(name);
    if (again && pattern_seed(again->bytes()) >> 32U == epoch &&
        static_cast<std::uint32_t>(pattern_seed(again->bytes())) < confirmed) {
      ++board_.went_back;
    }
    store(name, key, pin->bytes(), epoch, static_cast<std::uint32_t>(seed) + 1);
  }

 private:
  static constexpr std::uint64_t kFirstKey = 2'000'000;

  void store(const std::string& name, std::uint64_t key,
             std::optional<std::span<const std::byte>> expected, std::uint32_t epoch,
             std::uint32_t number) {
    const std::string value = pattern(64, key, std::uint64_t{epoch} << 32U | number);
    if (cache_.store_if(name, expected, bytes(value)) != MemoCache::StoredIf::stored) return;
    Board::Tally& tally = board_.tallies[epoch];
    std::uint32_t highest = tally.highest;
    while (highest < number && !tally.highest.compare_exchange_weak(highest, number)) {
    }
    ++tally.additions;
    ++board_.added;
  }

  MemoCache& cache_;
  Board& board_;
};

/// One thread of a worker: does all that can be done to a cache, without end.
class Load {
 public:
  Load(MemoCache& cache, Board& board, std::uint32_t number, std::uint32_t life)
      : cache_(cache),
        board_(board),
        number_(number),
        life_(life),
        random_(life * 1000 + number),
        promises_(cache, board),
        counters_(cache, board),
        promised_(life * kPromisesOfALife) {}

  [[noreturn]] void run() {
    for (;;) {
      step();
      ++board_.turns[number_];
      if (board_.operations.fetch_add(1) % 64 == 0) futex_wake_all(board_.operations);
    }
  }

 private:
  static constexpr std::uint32_t kPromisesOfALife = 100'000;  ///< so that numbers only grow

  struct Held {
    Pin pin;
    std::uint64_t key = 0;
  };
  static std::string name(std::uint64_t key) { return "storm key " + std::to_string(key); }
  static std::string tag(std::uint64_t key) { return "tag " + std::to_string(key % kTags); }
  /// Values of these keys have a function and a tag. They are computed, never stored: the names
  /// count from where the computation begins.
  static bool tagged(std::uint64_t key) { return key % 3 == 0; }

  void step() {
    const std::uint64_t key = random_() % kKeys;
    const std::uint64_t action = random_() % 1000;
    if (action < 450) {
      find(key);
    } else if (action < 560) {
      store(key);
    } else if (action < 740) {
      compute(key, action % 4 == 0);
    } else if (action < 790) {
      refresh(key);
    } else if (action < 830) {
      touch(key);
    } else if (action < 890) {
      counters_.add(static_cast<std::uint32_t>(key % kCounters));
    } else if (action < 920) {
      promises_.make(number_, life_, ++promised_, promise_);
    } else if (action < 970) {
      promises_.check(static_cast<std::uint32_t>(key % board_.promises.size()));
    } else if (action < 990) {
      cache_.erase(name(key));
    } else if (action < 998) {
      invalidate(key);
    } else if (key % 100 == 0) {
      clear();
    }
  }

  /// 64 bytes to 2 KB; each 7th key up to 30 KB, each 50th up to 600 KB. All together exceed the
  /// cache several times.
  std::size_t size_of(std::uint64_t key) {
    const std::uint64_t most = key % 50 == 0 ? 600'000 : key % 7 == 0 ? 30'000 : 2'000;
    return 64 + random_() % most / 8 * 8;
  }
  StoreOptions options_of(std::uint64_t key) const {
    StoreOptions options;
    if (tagged(key)) {
      const std::string own = tag(key);
      options.names = cache_.names("storm function", std::span(&own, 1));
    }
    if (key % 4 == 1) options.timeout = std::chrono::milliseconds(20);
    if (key % 8 == 1) options.stale_while_revalidate = std::chrono::seconds(1);
    return options;
  }
  /// A value says how many voidings of its tag had begun before it was computed.
  std::uint64_t seed_of(std::uint64_t key) {
    return tagged(key) ? board_.voidings[key % kTags].begun.load() : random_();
  }
  void fill(std::uint64_t key, ValueWriter& writer) {
    const std::uint64_t seed = seed_of(key);
    fill_pattern(writer.reserve(size_of(key)), key, seed);
  }

  void check(const Pin& pin, std::uint64_t key) {
    if (!whole_pattern(pin.bytes(), key)) ++board_.corrupt;
  }
  /// Holds the pin for a while, and looks at the value again before it lets go.
  void keep(Pin pin, std::uint64_t key) {
    check(pin, key);
    Held& held = held_[random_() % held_.size()];
    if (!held.pin.bytes().empty()) check(held.pin, held.key);
    held = {std::move(pin), key};
  }
  void find(std::uint64_t key) {
    const std::uint64_t voided = board_.voidings[key % kTags].done;
    auto pin = cache_.find(name(key));
    if (!pin) return;
    // More voidings are done than had begun then: one of them began later.
    if (tagged(key) && pattern_seed(pin->bytes()) < voided) ++board_.revenants;
    const bool wants_refresh = pin->wants_refresh();
    keep(std::move(*pin), key);
    if (wants_refresh) refresh(key);
  }
  void store(std::uint64_t key) {
    if (tagged(key)) return;
    const std::string value = pattern(size_of(key), key, random_());
    if (!cache_.store(name(key), bytes(value), options_of(key))) ++board_.refused;
  }
  void compute(std::uint64_t key, bool nested) {
    const std::uint64_t chance = random_();
    try {
      keep(cache_.get_or_compute(name(key), options_of(key),
                                 [&](ValueWriter& writer) {
                                   if (chance % 20 == 0) throw std::runtime_error("storm");
                                   if (nested) compute((key + chance % 5) % kKeys, false);
                                   fill(key, writer);
                                 }),
           key);
    } catch (const std::runtime_error&) {
    }
  }
  void refresh(std::uint64_t key) {
    keep(
        cache_.refresh(name(key), options_of(key), [&](ValueWriter& writer) { fill(key, writer); }),
        key);
  }
  void touch(std::uint64_t key) {
    if (cache_.touch(name(key), std::chrono::milliseconds(20))) ++board_.touched;
  }
  void invalidate(std::uint64_t key) {
    Board::Voidings& voidings = board_.voidings[key % kTags];
    if (key % 40 == 0) return cache_.invalidate("storm function");
    ++voidings.begun;
    cache_.invalidate(tag(key));
    ++voidings.done;
  }
  void clear() {
    board_.clearing[number_] = true;
    ++board_.clears;
    cache_.clear();
    board_.clearing[number_] = false;
  }

  MemoCache& cache_;
  Board& board_;
  std::uint32_t number_;
  std::uint32_t life_;
  std::mt19937_64 random_;
  Promises promises_;
  Counters counters_;
  std::uint32_t promised_;
  Pin promise_;
  std::array<Held, 8> held_;
};

}  // namespace ekiden::shared
