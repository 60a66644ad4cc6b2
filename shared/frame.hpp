// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The bytes of a table.
///
///     FrameHeader | FrameColumn × columns | names | buffers, each at a multiple of 64
///
/// Buffers are Arrow's (little-endian values; dictionary-coded text: codes, offsets as in
/// large_utf8, bytes), but found by offsets from the start of the frame instead of pointers. So a
/// frame is read where it lies: in the segment, in a mapped file, in private memory.
///
/// Written once, then immutable: readers need no synchronisation beyond that of whoever hands the
/// bytes over. Bytes that come from outside this server pass frame_fault() once before they are
/// viewed; a FrameView checks nothing.
namespace ekiden::shared {

/// Where a frame, and each buffer in it, should start: a cache line, and Arrow's recommendation.
inline constexpr std::size_t kFrameAlignment = 64;

enum class ColumnType : std::uint32_t {
  float64 = 1,
  int64 = 2,
  text = 3,       ///< unsigned codes of 1, 2 or 4 bytes into a dictionary of different strings
  boolean = 4,    ///< one bit per row, in words of 64
  timestamp = 5,  ///< int64 nanoseconds since 1970, UTC
};

/// The value of a timestamp's row that has none.
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

struct FrameHeader {
  static constexpr std::uint32_t kMagic = 0x46'4B'45'2E;  // ".EKF"
  static constexpr std::uint32_t kVersion = 2;

  std::uint32_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint64_t schema = 0;  ///< hash of the columns' names and types
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< of the whole frame
  std::uint32_t columns = 0;
  std::uint32_t reserved[7] = {};
};
static_assert(sizeof(FrameHeader) == 64);

struct FrameColumn {
  ColumnType type = ColumnType::float64;
  std::uint32_t code_bytes = 0;  ///< of one code; 0 without a dictionary
  std::uint64_t name_offset = 0;
  std::uint32_t name_bytes = 0;
  std::uint32_t dictionary_size = 0;
  /// A bitmap like a boolean's values: the rows that have a value. 0: all have one, as doubles and
  /// integers always do (a double may be NaN). Rows without have kNoTime, false, or the last code,
  /// whose string is empty: so readers of codes need not look at the bitmap.
  std::uint64_t nulls_offset = 0;
  std::uint64_t data_offset = 0;        ///< values, or codes
  std::uint64_t dictionary_offset = 0;  ///< uint64[dictionary_size + 1]: where strings start
  std::uint64_t text_offset = 0;        ///< the bytes of the dictionary's strings
  std::uint64_t text_bytes = 0;
};
static_assert(sizeof(FrameColumn) == 64);

/// Why these bytes are not a frame that may be viewed; nullopt if they are one. Reads all codes and
/// dictionaries, so its time grows with the frame.
std::optional<std::string> frame_fault(std::span<const std::byte> bytes);

std::uint64_t schema_hash(std::span<const FrameColumn> columns, const std::byte* frame) noexcept;

/// The bytes of one code for a dictionary of that size.
constexpr std::uint32_t code_bytes_for(std::uint32_t dictionary_size) noexcept {
  return dictionary_size <= 0x100 ? 1 : dictionary_size <= 0x1'0000 ? 2 : 4;
}

/// 64 rows to a word; the bits beyond the last row are 0.
constexpr std::uint64_t bitmap_words(std::uint64_t rows) noexcept {
  return rows / 64 + (rows % 64 != 0);
}

/// Reads a frame in place.
class FrameView {
 public:
  /// REQUIRES: `frame` starts at a multiple of 8 and holds a whole frame without fault.
  explicit FrameView(const std::byte* frame) noexcept : frame_(frame) {}

  const FrameHeader& header() const noexcept {
    return *reinterpret_cast<const FrameHeader*>(frame_);
  }
  std::size_t rows() const noexcept { return header().rows; }
  std::span<const FrameColumn> columns() const noexcept {
    return {at<FrameColumn>(sizeof(FrameHeader)), header().columns};
  }
  const FrameColumn* find(std::string_view name) const noexcept;
  std::string_view name(const FrameColumn& column) const noexcept {
    return {at<char>(column.name_offset), column.name_bytes};
  }

  /// REQUIRES: T is what the column's type or code_bytes says.
  template <class T>
  std::span<const T> values(const FrameColumn& column) const noexcept {
    return {at<T>(column.data_offset), rows()};
  }
  /// The rows whose value is true, of a boolean column.
  std::span<const std::uint64_t> flags(const FrameColumn& column) const noexcept {
    return {at<std::uint64_t>(column.data_offset), bitmap_words(rows())};
  }
  /// The rows that have a value; empty if all have.
  std::span<const std::uint64_t> valid(const FrameColumn& column) const noexcept {
    if (column.nulls_offset == 0) return {};
    return {at<std::uint64_t>(column.nulls_offset), bitmap_words(rows())};
  }
  bool is_missing(const FrameColumn& column, std::size_t row) const noexcept {
    return column.nulls_offset != 0 && !bit(valid(column), row);
  }
  static bool bit(std::span<const std::uint64_t> bitmap, std::size_t row) noexcept {
    return (bitmap[row / 64] >> row % 64 & 1) != 0;
  }
  /// The code of the rows of a text column that have no value; beyond all codes if all have.
  static std::uint64_t missing_code(const FrameColumn& column) noexcept {
    return column.nulls_offset != 0 ? std::uint64_t{column.dictionary_size} - 1
                                    : std::numeric_limits<std::uint64_t>::max();
  }
  /// Calls `use` with the column's codes as a span of the right unsigned type.
  template <class Use>
  decltype(auto) with_codes(const FrameColumn& column, Use&& use) const {
    if (column.code_bytes == 1) return use(values<std::uint8_t>(column));
    if (column.code_bytes == 2) return use(values<std::uint16_t>(column));
    return use(values<std::uint32_t>(column));
  }
  /// Where the dictionary's strings start in its text, and where the last one ends.
  std::span<const std::uint64_t> offsets(const FrameColumn& column) const noexcept {
    return {at<std::uint64_t>(column.dictionary_offset), std::size_t{column.dictionary_size} + 1};
  }
  const char* text(const FrameColumn& column) const noexcept {
    return at<char>(column.text_offset);
  }
  /// The dictionary's string of that code.
  std::string_view text(const FrameColumn& column, std::uint64_t code) const noexcept {
    const std::uint64_t* offset = at<std::uint64_t>(column.dictionary_offset) + code;
    return {text(column) + offset[0], offset[1] - offset[0]};
  }

 private:
  template <class T>
  const T* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<const T*>(frame_ + offset);
  }

  const std::byte* frame_;
};

/// What the room for a dictionary depends on.
struct DictionaryShape {
  std::uint32_t size = 0;        ///< with the string of missing values, if there are any
  std::uint64_t text_bytes = 0;  ///< of all its strings
};

/// Plans a frame, so that its size is known before there is memory for it, and begins to write it.
class FrameLayout {
 public:
  explicit FrameLayout(std::uint64_t rows) : rows_(rows) {}

  /// REQUIRES: a dictionary is given for text only, doubles and integers miss no values, and names
  /// differ.
  void add(std::string_view name, ColumnType type, DictionaryShape dictionary = {},
           bool has_missing = false);

  /// Gives everything its place and returns the bytes needed. Call it after the last add().
  std::size_t finish();
  /// Writes header, descriptors, names and the gaps between buffers. The caller fills the buffers,
  /// at the offsets that columns() has.
  /// REQUIRES: finish() was called; `to` has that many bytes.
  void write(std::span<std::byte> to) const;
  std::span<const FrameColumn> columns() const noexcept { return columns_; }

 private:
  struct Gap {
    std::uint64_t from, to;
  };

  std::uint64_t place(std::uint64_t bytes);

  std::uint64_t rows_;
  std::uint64_t end_ = 0;
  std::vector<FrameColumn> columns_;
  std::string names_;
  std::vector<Gap> gaps_;
};

}  // namespace ekiden::shared
