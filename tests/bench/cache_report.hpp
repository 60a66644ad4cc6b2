// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shared/clock.hpp"

/// Measuring, and the table of the report.
namespace ekiden::bench {

inline volatile unsigned char sink;

inline void touch(const void* bytes, std::size_t size) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  sink = static_cast<unsigned char>(at[0] ^ at[size - 1]);
}

/// Times of one operation, in nanoseconds.
class Samples {
 public:
  void add(double nanoseconds) { all_.push_back(nanoseconds); }
  double median() const {
    std::vector<double> sorted = all_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
  }

 private:
  std::vector<double> all_;
};

/// `count` samples, each the mean of `batch` calls in a row, over all keys in turn.
template <class Operation>
void take_samples(Samples& samples, int count, int batch, std::size_t keys, Operation&& operation) {
  std::size_t key = 0;
  for (int sample = -count / 10 - 1; sample < count; ++sample) {
    const std::uint64_t start = shared::monotonic_ns();
    for (int turn = 0; turn < batch; ++turn) operation(key = (key + 7) % keys);
    const auto took = static_cast<double>(shared::monotonic_ns() - start);
    if (sample >= 0) samples.add(took / batch);
  }
}

/// What flask_caching_bench.py has measured, by name; empty if it could not run.
using Figures = std::map<std::string, double>;

/// What a row promises.
struct Goal {
  enum class Kind { none, faster_than, at_most_ratio, at_most, at_least };
  Kind kind = Kind::none;
  double value = 0;
};

enum class Unit { nanoseconds, number };

void print_head();
/// `ratio`: how many times the peer's figure is ours. For Goal::at_most_ratio: how many times ours
/// is the peer's. A peer of 0 is none.
void print_row(const std::string& row, double ours, const std::string& peer_name, double peer,
               const Goal& goal, Unit unit = Unit::nanoseconds);

}  // namespace ekiden::bench
