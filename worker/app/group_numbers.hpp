// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <optional>
#include <span>
#include <vector>

#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_ranks.hpp"

namespace ekiden::worker {

/// The groups that the rows of a frame belong to, as numbers in the order of the keys; read a block
/// at a time, so that they need not all be written to memory.
class GroupNumbers {
 public:
  virtual ~GroupNumbers() = default;
  /// Writes the numbers of as many rows from `first` on. False if a key has no number: then start
  /// anew with other numbers.
  virtual bool read(std::size_t first, std::span<std::uint32_t> numbers) = 0;
  /// All numbers read so far are below it.
  virtual std::size_t size() const noexcept = 0;
  /// As size(), without the number of the rows that belong to no group.
  virtual std::size_t groups() const noexcept { return size(); }
  /// The columns of the keys. REQUIRES: each of the groups has rows.
  virtual std::vector<FramePart> keys(std::span<const std::uint32_t> groups) const = 0;
};

/// One key of integers that lie close together, such as days and years: its number is its distance
/// from the least, found while the column is read for the first time.
class CloseKeys final : public GroupNumbers {
 public:
  /// nullopt unless there is one key, of integers.
  static std::optional<CloseKeys> of(const Frame& frame, const Names& by);

  /// Looks at all keys, so that each has a number. False if they do not lie close together.
  bool look_at_all();

  bool read(std::size_t first, std::span<std::uint32_t> numbers) override;
  std::size_t size() const noexcept override { return size_; }
  std::vector<FramePart> keys(std::span<const std::uint32_t> groups) const override;

 private:
  CloseKeys(std::string name, std::span<const std::int64_t> values)
      : name_(std::move(name)), values_(values) {}

  std::size_t most() const noexcept;

  std::string name_;
  std::span<const std::int64_t> values_;
  std::uint64_t least_ = 0;  ///< as unsigned numbers, whose differences do not overflow
  std::size_t size_ = 0;
};

/// Keys of any kind, by their ranks.
class RankedKeys final : public GroupNumbers {
 public:
  RankedKeys(const Frame& frame, const Names& by)
      : frame_(frame), by_(by), ranks_(ranks({&frame, 1}, by.list())) {}

  bool read(std::size_t first, std::span<std::uint32_t> numbers) override;
  std::size_t size() const noexcept override { return std::size_t{ranks_.size} + 1; }
  std::size_t groups() const noexcept override { return ranks_.size; }
  std::vector<FramePart> keys(std::span<const std::uint32_t> groups) const override;

 private:
  const Frame frame_;
  const Names& by_;
  const Ranks ranks_;
};

}  // namespace ekiden::worker
