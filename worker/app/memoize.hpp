// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace ekiden::shared {
class MemoCache;
class TieredCache;
}  // namespace ekiden::shared

namespace ekiden::worker {

/// The cache that this process's memoized functions use; nullptr for none: then they compute each
/// time. Set by a worker once its cache is attached and before its first callback. The cache must
/// live until the process ends, since frames and views hold on to it.
void set_cache(shared::TieredCache* cache) noexcept;
/// As the other, for a cache without tiers.
void set_cache(shared::MemoCache* cache);
inline void set_cache(std::nullptr_t) { set_cache(static_cast<shared::MemoCache*>(nullptr)); }
shared::TieredCache* process_cache() noexcept;
/// Changes with each set_cache.
std::uint32_t process_cache_epoch() noexcept;

/// Called on the thread that is about to compute a memoized result. Set by a worker before its
/// first callback; must not throw.
void set_before_computing(std::function<void()> hook);

struct CacheDefaults {
  std::chrono::nanoseconds timeout{0};  ///< of whatever gives none; 0: for ever
  std::string key_prefix;               ///< of direct values: two apps with one Redis differ in it
};
/// Called in the mold before set-up runs.
void set_cache_defaults(CacheDefaults defaults);
const CacheDefaults& cache_defaults() noexcept;

/// Says which build of the app the following set-up belongs to, in practice a hash of its module:
/// results of another build are not found. Called in the mold before set-up runs.
void set_app_build_id(std::string id);
const std::string& app_build_id() noexcept;

}  // namespace ekiden::worker
