// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/frame.hpp>
#include <ekiden/memoize_key.hpp>
#include <functional>

namespace ekiden::worker {

/// What this process remembers at most: small results only, the least lately used go first.
inline constexpr std::size_t kRememberedBytes = 1U << 20;
inline constexpr std::size_t kMostOfOneResult = 64U << 10;
/// Of fewer rows a result is had as soon as it is found.
inline constexpr std::size_t kFewestRows = 4096;

/// `make()`, or the frame that it made when it was last called for the same `source` and
/// `operation`, in this process.
///
/// The problem: a graph of each day's sums adds up the same cached 400,000 rows for each request,
/// hundreds of times as long as all the rest of the answer takes. Frames do not change, so the sums
/// can be remembered; they are as far as `source` is a large value of the cache and the result is
/// small.
///
/// A value of the cache is known by its entry's number and how many values that has held before
/// (MemoCache::identity), never by its address or its key: so another value that comes to lie
/// there, or takes its place, is another source. What is remembered of values that are gone is not
/// asked for again, and goes when room is needed; it keeps nothing of them.
///
/// REQUIRES: what `make` returns depends on the bytes of `source` and on `operation` alone.
/// Thread safety: any. Fork: a worker begins with nothing.
Frame remembered(const Frame& source, const detail::KeyWriter& operation,
                 const std::function<Frame()>& make);

/// For tests.
std::size_t remembered_bytes();

}  // namespace ekiden::worker
