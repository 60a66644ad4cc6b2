// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <ekiden/json.hpp>
#include <vector>

namespace ekiden::detail {

/// A list of nothing but numbers in a fifth of the memory: a callback that takes a
/// std::vector<double> never needs each as a Json.
///
/// A whole number stands for an integer, as it does in the browser. REQUIRES: whole numbers were
/// written as integers and lie within ±2^53.
///
/// Thread safety: as `const` as it looks.
class JsonNumberList : public Counted {
 public:
  explicit JsonNumberList(std::vector<double> values) : values_(std::move(values)) {}
  JsonNumberList(const JsonNumberList&) = delete;
  JsonNumberList& operator=(const JsonNumberList&) = delete;
  ~JsonNumberList() override { delete items_.load(std::memory_order_acquire); }

  const std::vector<double>& values() const noexcept { return values_; }
  /// The same as Jsons, made when somebody first asks.
  const Json::Array& items() const;

 private:
  const std::vector<double> values_;
  mutable std::atomic<const Json::Array*> items_{nullptr};
};

/// Whether the number has no fraction and lies within ±2^53.
bool is_whole(double value) noexcept;

}  // namespace ekiden::detail
