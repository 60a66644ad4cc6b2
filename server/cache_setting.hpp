// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "server/cli.hpp"
#include "shared/cache_settings.hpp"

namespace ekiden::server {

/// Why `value` is not allowed for --cache; empty if it is.
std::string why_no_cache(const std::string& value);
/// Why these settings do not go together; empty if they do.
std::string why_not_together(const shared::CacheSettings& cache);

/// A setting that a variable of Flask-Caching's gives, in our words.
struct CacheVariable {
  std::string variable, given;  ///< "CACHE_TYPE", "SimpleCache"
  std::string setting, value;   ///< "cache", "shm"
};
/// All that the environment says in the words of Flask-Caching's configuration: CACHE_TYPE,
/// CACHE_DIR, CACHE_DEFAULT_TIMEOUT, CACHE_KEY_PREFIX, CACHE_THRESHOLD, and for RedisCache
/// CACHE_REDIS_URL or _HOST, _PORT, _PASSWORD, _DB, or else REDIS_URL.
std::vector<CacheVariable> cache_variables(const Environment& environment);

}  // namespace ekiden::server
