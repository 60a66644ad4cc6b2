// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "shared/clock.hpp"

/// Measuring, and the table of the report.
namespace ekiden::bench {

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

/// A random way through all keys and back to the first.
class KeyOrder {
 public:
  explicit KeyOrder(std::size_t keys) : next_(keys) {
    std::vector<std::uint32_t> order(keys);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::minstd_rand(1));
    for (std::size_t at = 0; at < keys; ++at) next_[order[at]] = order[(at + 1) % keys];
  }
  std::size_t after(std::size_t key) const { return next_[key]; }

 private:
  std::vector<std::uint32_t> next_;
};

/// `count` samples, each the mean of `batch` calls in a row, over all keys in random order.
/// `operation` gets a key's number and returns the value's first byte, which must be 'x'. The next
/// key depends on it, so that no call begins before the one before it has its value: as in all
/// code that uses the value before it goes on.
template <class Operation>
void take_samples(Samples& samples, int count, int batch, const KeyOrder& order,
                  Operation&& operation) {
  std::size_t key = 0;
  std::size_t unexpected = 0;
  for (int sample = -count / 10 - 1; sample < count; ++sample) {
    const std::uint64_t start = shared::monotonic_ns();
    for (int turn = 0; turn < batch; ++turn) {
      const std::size_t difference = static_cast<unsigned char>(operation(key)) ^ 'x';
      unexpected |= difference;
      key = order.after(key + difference);
    }
    const auto took = static_cast<double>(shared::monotonic_ns() - start);
    if (sample >= 0) samples.add(took / batch);
  }
  if (unexpected != 0) throw std::runtime_error("a value is not the one that was stored");
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

/// Writes the ratios of all rows that have a peer into that file, for the report's picture:
/// support/hand_in.mjs says in what form.
void hand_in(const std::string& path);

}  // namespace ekiden::bench
