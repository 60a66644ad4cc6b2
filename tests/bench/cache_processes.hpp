// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "shared/memo_cache.hpp"

/// What the cache does when several processes meet in one key. Each makes a cache and forks, so
/// they are called before the program has threads.
namespace ekiden::bench {

/// Computations per key when 8 processes miss it together; each takes 20 ms.
double herd_computations();
/// From the end of a computation in one process until another that waits for it has the value.
double follower_wake_ns();
/// From a kill -9 of the process that computes until one that waits for it has begun to compute.
double take_over_ns();
/// From an RPUSH in one process until another that waits in BLPOP has the element.
double redis_wake_ns(const std::string& socket_path);
/// The memory of five workers that have read all of one value of `bytes`, which another one has
/// built: their proportional set sizes and the master's, by its size.
double readers_memory(std::size_t bytes, const std::function<void(shared::ValueWriter&)>& build);

}  // namespace ekiden::bench
