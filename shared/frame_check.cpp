// SPDX-License-Identifier: MIT
// The check that bytes from elsewhere pass before anything follows an offset in them.
#include <fmt/format.h>

#include <algorithm>

#include "shared/frame.hpp"

namespace ekiden::shared {

namespace {

using Fault = std::optional<std::string>;

class Checker {
 public:
  explicit Checker(std::span<const std::byte> bytes) : bytes_(bytes), view_(bytes.data()) {}

  Fault run() const {
    if (Fault fault = check_header()) return fault;
    for (const FrameColumn& column : view_.columns()) {
      if (!inside(column.name_offset, column.name_bytes)) return "a column's name lies outside";
    }
    if (schema_hash(view_.columns(), bytes_.data()) != view_.header().schema) {
      return "the columns do not match the header's schema";
    }
    if (Fault fault = check_names()) return fault;
    for (const FrameColumn& column : view_.columns()) {
      if (const char* fault = column_fault(column)) {
        return fmt::format("column \"{}\": {}", view_.name(column), fault);
      }
    }
    return {};
  }

 private:
  Fault check_header() const {
    if (reinterpret_cast<std::uintptr_t>(bytes_.data()) % alignof(FrameHeader) != 0) {
      return fmt::format("a frame must start at a multiple of {} in memory", alignof(FrameHeader));
    }
    if (bytes_.size() < sizeof(FrameHeader)) {
      return fmt::format("{} bytes are too few for a frame", bytes_.size());
    }
    const FrameHeader& header = view_.header();
    if (header.magic != FrameHeader::kMagic) return "this is not a frame";
    if (header.version != FrameHeader::kVersion) {
      return fmt::format("the frame has version {}, known is {}", header.version,
                         FrameHeader::kVersion);
    }
    if (header.bytes != bytes_.size()) {
      return fmt::format("the frame has {} bytes, given are {}", header.bytes, bytes_.size());
    }
    if (header.columns > (bytes_.size() - sizeof header) / sizeof(FrameColumn)) {
      return fmt::format("{} columns do not fit", header.columns);
    }
    return {};
  }

  Fault check_names() const {
    std::vector<std::string_view> names;
    for (const FrameColumn& column : view_.columns()) names.push_back(view_.name(column));
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) return fmt::format("two columns are named \"{}\"", *twice);
    return {};
  }

  const char* column_fault(const FrameColumn& column) const {
    if (const char* fault = bitmap_fault(column)) return fault;
    switch (column.type) {
      case ColumnType::float64:
      case ColumnType::int64:
        return is_array(column.data_offset, view_.rows(), sizeof(double))
                   ? nullptr
                   : "the values lie outside";
      case ColumnType::text:
        return text_fault(column);
      case ColumnType::boolean:
        return boolean_fault(column);
      case ColumnType::timestamp:
        return timestamp_fault(column);
    }
    return "its type is not known to this version";
  }

  const char* bitmap_fault(const FrameColumn& column) const {
    if (column.nulls_offset == 0) return nullptr;
    if (column.type == ColumnType::float64 || column.type == ColumnType::int64) {
      return "numbers have no bitmap of missing values";
    }
    if (!is_bitmap(column.nulls_offset)) return "the missing values lie outside";
    return has_clear_end(view_.valid(column)) ? nullptr : "a value is missing beyond the last row";
  }

  const char* boolean_fault(const FrameColumn& column) const {
    if (!is_bitmap(column.data_offset)) return "the values lie outside";
    const auto flags = view_.flags(column), valid = view_.valid(column);
    if (!has_clear_end(flags)) return "there are values beyond the last row";
    for (std::size_t i = 0; i < valid.size(); ++i) {
      if ((flags[i] & ~valid[i]) != 0) return "a missing value is true";
    }
    return nullptr;
  }

  const char* timestamp_fault(const FrameColumn& column) const {
    if (!is_array(column.data_offset, view_.rows(), sizeof(std::int64_t))) {
      return "the values lie outside";
    }
    const auto times = view_.values<std::int64_t>(column);
    for (std::size_t row = 0; row < times.size(); ++row) {
      if ((times[row] == kNoTime) != view_.is_missing(column, row)) {
        return "the missing values are not those of the bitmap";
      }
    }
    return nullptr;
  }

  const char* text_fault(const FrameColumn& column) const {
    if (column.code_bytes != code_bytes_for(column.dictionary_size)) {
      return "the codes' size does not fit the dictionary";
    }
    if (!is_array(column.data_offset, view_.rows(), column.code_bytes)) {
      return "the codes lie outside";
    }
    if (!is_array(column.dictionary_offset, std::uint64_t{column.dictionary_size} + 1,
                  sizeof(std::uint64_t)) ||
        !inside(column.text_offset, column.text_bytes)) {
      return "the dictionary lies outside";
    }
    if (!dictionary_is_sound(column)) return "the dictionary's offsets are wrong";
    const bool codes_are_sound = view_.with_codes(column, [&](auto codes) {
      return std::all_of(codes.begin(), codes.end(),
                         [&](auto code) { return code < column.dictionary_size; });
    });
    if (!codes_are_sound) return "a code is beyond the dictionary";
    return missing_texts_are_sound(column) ? nullptr
                                           : "the missing values are not those of the bitmap";
  }

  bool missing_texts_are_sound(const FrameColumn& column) const {
    if (column.nulls_offset == 0) return true;
    if (column.dictionary_size == 0) return false;
    const std::uint64_t missing = FrameView::missing_code(column);
    if (!view_.text(column, missing).empty()) return false;
    return view_.with_codes(column, [&](auto codes) {
      for (std::size_t row = 0; row < codes.size(); ++row) {
        if ((codes[row] == missing) != view_.is_missing(column, row)) return false;
      }
      return true;
    });
  }

  bool has_clear_end(std::span<const std::uint64_t> bitmap) const {
    const std::size_t used = view_.rows() % 64;
    return used == 0 || (bitmap.back() >> used) == 0;
  }
  bool is_bitmap(std::uint64_t offset) const {
    return is_array(offset, bitmap_words(view_.rows()), sizeof(std::uint64_t));
  }

  bool dictionary_is_sound(const FrameColumn& column) const {
    const auto* offsets =
        reinterpret_cast<const std::uint64_t*>(bytes_.data() + column.dictionary_offset);
    const std::uint64_t* last = offsets + column.dictionary_size;
    return offsets[0] == 0 && *last == column.text_bytes && std::is_sorted(offsets, last + 1);
  }

  bool inside(std::uint64_t offset, std::uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  bool is_array(std::uint64_t offset, std::uint64_t count, std::uint64_t size) const {
    return offset % kFrameAlignment == 0 && offset <= bytes_.size() &&
           count <= (bytes_.size() - offset) / size;
  }

  const std::span<const std::byte> bytes_;
  const FrameView view_;
};

}  // namespace

std::optional<std::string> frame_fault(std::span<const std::byte> bytes) {
  return Checker(bytes).run();
}

}  // namespace ekiden::shared
