// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/memo_cache.hpp"
#include "shared/redis_tier.hpp"
#include "shared/tiered_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/redis_server.hpp"

namespace ekiden::shared {

/// A worker of a machine with a segment of its own and Redis behind it.
class RedisMachine {
 public:
  explicit RedisMachine(RedisTier::Options options)
      : own_(std::make_unique<MemoCache>(MemoCache::Limits{.data_bytes = 64U << 20})),
        memory_(*own_),
        cache_(memory_, make(memory_, 0, std::move(options))) {}
  /// One more worker of a machine that has its segment already.
  RedisMachine(MemoCache& memory, std::uint32_t slot, RedisTier::Options options)
      : memory_(memory), cache_(memory_, make(memory_, slot, std::move(options))) {}

  MemoCache& memory() { return memory_; }
  TieredCache& cache() { return cache_; }
  RedisTier& tier() { return *tier_; }
  bool reaches() {
    return eventually([this] { return tier_->reachable(); });
  }

  TieredCache::Call call(std::string_view key, std::chrono::nanoseconds timeout = {}) const {
    TieredCache::Call call{{key, function, tags}, {}};
    call.options.timeout = timeout;
    call.options.names = memory_.names(function, tags);
    return call;
  }
  /// The value of `key`; computed, it would be `value`, and counted.
  std::string get(std::string_view key, const std::string& value) {
    return text(cache_.get_or_compute(call(key), [&](ValueWriter& writer) {
      ++computations;
      computes(value)(writer);
    }));
  }
  std::string get(std::string_view key) {
    const auto pin = cache_.find(call(key));
    return pin ? text(*pin) : "nothing";
  }
  /// What the segment alone has.
  bool has(std::string_view key) { return memory_.find(key).has_value(); }

  std::string function = "f:function";
  std::vector<std::string> tags = {"t:one", "t:other"};
  int computations = 0;

 private:
  std::vector<std::unique_ptr<Tier>> make(MemoCache& memory, std::uint32_t slot,
                                          RedisTier::Options options) {
    memory.attach(slot);
    std::vector<std::unique_ptr<Tier>> tiers;
    auto tier = std::make_unique<RedisTier>(memory, std::move(options));
    tier_ = tier.get();
    tiers.push_back(std::move(tier));
    return tiers;
  }

  std::unique_ptr<MemoCache> own_;
  MemoCache& memory_;
  RedisTier* tier_ = nullptr;
  TieredCache cache_;
};

/// Patient, so that a busy computer makes no difference.
inline RedisTier::Options patient(const RedisUrl& url) {
  RedisTier::Options options;
  options.url = url;
  options.connect_timeout = std::chrono::seconds(10);
  options.command_timeout = std::chrono::seconds(10);
  return options;
}

}  // namespace ekiden::shared
