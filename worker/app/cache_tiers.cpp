// SPDX-License-Identifier: MIT
#include "worker/app/cache_tiers.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shared/cache_order.hpp"
#include "shared/disk_tier.hpp"
#include "shared/heritage.hpp"
#include "shared/log.hpp"
#include "shared/memo_cache.hpp"
#include "shared/redis_tier.hpp"
#include "shared/tiered_cache.hpp"
#include "worker/app/background.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden::worker {
namespace {

using Tiers = std::vector<std::unique_ptr<shared::Tier>>;

constexpr std::chrono::seconds kFlush{5};

shared::DiskTier* disk_tier = nullptr;

void add_disk(Tiers& tiers, shared::MemoCache& memory, const shared::CacheSettings& settings) {
  shared::DiskTier::Options options{settings.folder, settings.disk_bytes};
  options.later = run_in_background;
  options.pin = [&memory](std::string_view key) { return memory.find(key); };
  auto tier = std::make_unique<shared::DiskTier>(std::move(options));
  disk_tier = tier.get();
  tiers.push_back(std::move(tier));
}

void add_redis(Tiers& tiers, shared::MemoCache& memory, const shared::CacheSettings& settings) {
  shared::RedisTier::Options options;
  options.url = shared::RedisUrl::parse(settings.backend);
  options.prefix += settings.key_prefix;
  tiers.push_back(std::make_unique<shared::RedisTier>(memory, std::move(options)));
}

void attempt(const char* what, const std::function<void()>& add) {
  try {
    add();
  } catch (const std::exception& error) {
    shared::log(shared::LogLevel::error, "the cache goes on without {}: {}", what, error.what());
  }
}

}  // namespace

void open_process_cache(const shared::Heritage& heritage) {
  const shared::CacheSettings& settings = heritage.settings.cache;
  if (heritage.cache == nullptr || settings.is_off()) return set_cache(nullptr);
  heritage.cache->attach(heritage.slot);
  Tiers tiers;
  if (settings.has_disk()) {
    attempt("the disk", [&] { add_disk(tiers, *heritage.cache, settings); });
  }
  if (settings.has_redis()) {
    attempt("Redis", [&] { add_redis(tiers, *heritage.cache, settings); });
  }
  // Never destroyed: frames and views hold on to it until the process ends.
  set_cache(new shared::TieredCache(*heritage.cache, std::move(tiers)));
}

void obey_cache_order(std::string_view order) {
  if (order.empty()) return;
  run_in_background([what = order[0], name = std::string(order.substr(1))] {
    shared::TieredCache* cache = process_cache();
    if (cache == nullptr) return;
    if (what == shared::kClearOrder) cache->clear();
    if (what == shared::kVoidOrder) cache->invalidate(name);
  });
}

void flush_process_cache() {
  if (disk_tier != nullptr) disk_tier->flush(kFlush);
}

}  // namespace ekiden::worker
