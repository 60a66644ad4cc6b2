// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/frame.hpp>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/frame.hpp"

namespace ekiden::worker {

/// A text column to be: different strings, and each row's number among them.
struct TextPart {
  static constexpr std::uint32_t kMissing = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kMostStrings = kMissing - 1;

  std::vector<std::string_view> dictionary;
  std::vector<std::uint32_t> codes;  ///< kMissing: the row has none
};

/// 0, 1 or ColumnData::kMissingFlag, as the values of ColumnData.
using Flags = ColumnData::Flags;

using PartValues =
    std::variant<std::vector<double>, std::vector<std::int64_t>, TextPart, Flags,
                 std::vector<Timestamp>, std::span<const double>, std::span<const std::int64_t>,
                 std::span<const std::uint8_t>, std::span<const Timestamp>>;

/// A column to be, as the operations on frames make it. Spans need only live until the frame is
/// assembled.
struct FramePart {
  std::string name;
  PartValues values;
};

/// Makes a frame of parts of equal length. What text refers to need only live during the call.
/// Throws Error if two have the same name.
Frame assemble(std::span<const FramePart> parts);

/// A number of a row that stands for a missing one.
inline constexpr std::size_t kNoRow = std::numeric_limits<std::size_t>::max();

/// The column in the named rows; each row may occur any number of times. The values of kNoRow are
/// missing.
/// REQUIRES: the view outlives the part, if it is text.
FramePart take(const shared::FrameView& view, const shared::FrameColumn& column,
               std::span<const std::size_t> rows);
Frame take(const Frame& frame, std::span<const std::size_t> rows);

/// The column of that name. Throws Error, which lists the columns, if there is none.
const shared::FrameColumn& find_column(const Frame& frame, std::string_view name);

}  // namespace ekiden::worker
