// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ekiden/json.hpp>
#include <ekiden/ref.hpp>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Tables: `Frame`, its columns, and the selection of rows.
namespace ekiden {

namespace shared {
struct FrameColumn;
}

class Column;
class Frame;

enum class ColumnType : std::uint32_t {
  float64 = 1,
  int64 = 2,
  text = 3,
  boolean = 4,
  timestamp = 5
};

/// A point in time, UTC, to the nanosecond: pandas' datetime64[ns].
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;
/// The time of a row that has none, as in pandas; less than all others, and never found by a
/// comparison but `!=`.
inline constexpr Timestamp NaT = Timestamp::min();

/// The time that the text gives in ISO 8601: `2026-11-26`, `2026-11-26T17:05`, with seconds and up
/// to nine decimals, a blank instead of the T, and `Z` or an offset such as `+09:00`; without one
/// it is UTC. nullopt for anything else, and for what 64 bits of nanoseconds do not reach (the
/// years 1677 to 2262).
std::optional<Timestamp> parse_timestamp(std::string_view text) noexcept;
/// `2026-11-26T17:05:00.000`, as pandas writes JSON with date_format="iso"; as many of nine
/// decimals, but three at least, as there are. REQUIRES: not NaT.
std::string format_timestamp(Timestamp time);

/// Which rows of a frame are meant: one bit per row. Made by comparing a column, combined by
/// `&`, `|` and `~`:
///
///     df[(df["x"] > 0) & ~(df["category"] == "figs")]
class Mask {
 public:
  explicit Mask(std::size_t rows, bool selected = false);
  /// The rows of a boolean column that are true; those without a value are not. Throws Error if the
  /// column is of another type.
  explicit Mask(const Column& column);

  std::size_t size() const noexcept { return rows_; }
  /// The number of selected rows.
  std::size_t count() const noexcept;
  /// REQUIRES: row < size().
  bool operator[](std::size_t row) const { return (words_[row / 64] >> row % 64 & 1) != 0; }
  void set(std::size_t row, bool selected = true);

  /// Both, either. Throws Error if the sizes differ.
  friend Mask operator&(Mask a, const Mask& b);
  friend Mask operator|(Mask a, const Mask& b);
  friend Mask operator~(Mask mask);
  friend bool operator==(const Mask&, const Mask&) = default;

  /// Row r is bit r % 64 of word r / 64; bits beyond the last row are 0.
  std::span<const std::uint64_t> words() const noexcept { return words_; }

 private:
  friend class Column;
  Mask(std::size_t rows, std::vector<std::uint64_t> words)
      : rows_(rows), words_(std::move(words)) {}

  std::size_t rows_;
  std::vector<std::uint64_t> words_;
};

namespace detail {

template <class T>
concept TextValue = std::convertible_to<const T&, std::string_view>;

enum class Comparison { equal, not_equal, less, less_equal, greater, greater_equal };

/// What a column is compared with.
using Scalar = std::variant<double, std::int64_t, std::string_view, Timestamp>;

template <class T>
concept TimeValue = std::convertible_to<const T&, Timestamp>;

template <class T>
concept ScalarValue = std::floating_point<T> || JsonInteger<T> || TextValue<T> || TimeValue<T> ||
    std::same_as<T, bool>;

template <ScalarValue T>
Scalar scalar(const T& value) {
  if constexpr (TextValue<T>) {
    return std::string_view(value);
  } else if constexpr (TimeValue<T>) {
    return Timestamp(value);
  } else if constexpr (std::same_as<T, bool>) {
    return std::int64_t{value};
  } else if constexpr (std::floating_point<T>) {
    return static_cast<double>(value);
  } else {
    if (!std::in_range<std::int64_t>(value)) return static_cast<double>(value);
    return static_cast<std::int64_t>(value);
  }
}

}  // namespace detail

/// One column of a frame. Keeps the frame's memory alive; copying it copies no values.
///
/// As a Json it is what plotly takes: a typed array for numbers (int64 as 32-bit integers if all
/// values fit, else as doubles), an array of strings for text, of true and false, or of ISO times;
/// null for a missing value.
class Column {
 public:
  std::string_view name() const;
  ColumnType type() const noexcept;
  std::size_t size() const noexcept { return rows_; }

  /// The values of a column of numbers or times, read in place: T is double, std::int64_t or
  /// Timestamp. Valid as long as this Column or its Frame lives. Throws Error if the column has
  /// another type.
  template <class T>
  std::span<const T> as() const {
    static_assert(
        std::same_as<T, double> || std::same_as<T, std::int64_t> || std::same_as<T, Timestamp>,
        "Column::as: T must be double, std::int64_t or Timestamp; strings are read by "
        "text(row), booleans by flag(row)");
    constexpr ColumnType type = std::same_as<T, double>         ? ColumnType::float64
                                : std::same_as<T, std::int64_t> ? ColumnType::int64
                                                                : ColumnType::timestamp;
    static_assert(sizeof(T) == 8);
    return {reinterpret_cast<const T*>(data_of(type)), rows_};
  }
  /// The string in that row, in place; "" if it is missing. Throws Error if the column is not text
  /// or is too short.
  std::string_view text(std::size_t row) const;
  /// The boolean in that row; false if it is missing. Throws Error likewise.
  bool flag(std::size_t row) const;
  /// Whether that row has no value: NaN, NaT, no string, neither true nor false. Throws Error if
  /// the column is too short.
  bool is_missing(std::size_t row) const;

  /// The different values in order of their first appearance, as a Json array. All NaN are one, and
  /// so are all missing values: null.
  Json unique() const;

  /// The rows whose value compares so. Text compares by its bytes, times with a Timestamp or with
  /// its text (`df["day"] >= "2026-01-31"`), false is less than true. A NaN or another missing
  /// value equals nothing, and is neither less nor greater; so `!=` selects it. Throws Error if
  /// text meets a number, or a time something that is none.
  template <detail::ScalarValue T>
  friend Mask operator==(const Column& column, const T& value) {
    return column.compare(detail::Comparison::equal, detail::scalar(value));
  }
  template <detail::ScalarValue T>
  friend Mask operator!=(const Column& column, const T& value) {
    return column.compare(detail::Comparison::not_equal, detail::scalar(value));
  }
  template <detail::ScalarValue T>
  friend Mask operator<(const Column& column, const T& value) {
    return column.compare(detail::Comparison::less, detail::scalar(value));
  }
  template <detail::ScalarValue T>
  friend Mask operator<=(const Column& column, const T& value) {
    return column.compare(detail::Comparison::less_equal, detail::scalar(value));
  }
  template <detail::ScalarValue T>
  friend Mask operator>(const Column& column, const T& value) {
    return column.compare(detail::Comparison::greater, detail::scalar(value));
  }
  template <detail::ScalarValue T>
  friend Mask operator>=(const Column& column, const T& value) {
    return column.compare(detail::Comparison::greater_equal, detail::scalar(value));
  }

  friend Json to_json(const Column& column);

 private:
  friend class Frame;
  friend class Mask;
  Column(Ref<const detail::Counted> owner, const std::byte* frame,
         const shared::FrameColumn& descriptor, std::size_t rows)
      : owner_(std::move(owner)), frame_(frame), descriptor_(&descriptor), rows_(rows) {}

  const std::byte* data_of(ColumnType type) const;
  Mask compare(detail::Comparison comparison, const detail::Scalar& value) const;
  Mask compare_text(detail::Comparison comparison, std::string_view value) const;
  Mask compare_times(detail::Comparison comparison, const detail::Scalar& value) const;
  Mask compare_flags(detail::Comparison comparison, double value) const;
  void require_row(std::size_t row) const;
  [[noreturn]] void throw_type(std::string_view problem) const;

  Ref<const detail::Counted> owner_;
  const std::byte* frame_;
  const shared::FrameColumn* descriptor_;
  std::size_t rows_;
};

/// The values of a column to be: a vector or a list in braces, of numbers, strings, booleans or
/// times; of std::optional of these where some are missing.
class ColumnData {
 public:
  template <class T>
  ColumnData(std::vector<T> values) : values_(convert(std::move(values))) {}
  template <class T>
  ColumnData(std::initializer_list<T> values) : ColumnData(std::vector<T>(values)) {}
  /// `{1.5, 2}`: doubles and integers mixed.
  ColumnData(std::initializer_list<double> values) : values_(std::vector<double>(values)) {}
  /// The values of another frame's column.
  ColumnData(const Column& column);

  /// Neither true nor false is kMissingFlag.
  using Flags = std::vector<std::uint8_t>;
  static constexpr std::uint8_t kMissingFlag = 2;
  using Values =
      std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>,
                   std::vector<std::optional<std::string>>, Flags, std::vector<Timestamp>>;
  explicit ColumnData(Values values) : values_(std::move(values)) {}
  const Values& values() const noexcept { return values_; }

 private:
  template <class T>
  static Values convert(std::vector<std::optional<T>> values) {
    static_assert(std::floating_point<T> || std::same_as<T, bool> || detail::TimeValue<T> ||
                      detail::TextValue<T>,
                  "Frame: values that may be missing are doubles, booleans, times or strings; make "
                  "integers doubles");
    if constexpr (std::same_as<T, bool>) {
      return mapped<std::uint8_t>(values, kMissingFlag);
    } else if constexpr (detail::TimeValue<T>) {
      return mapped<Timestamp>(values, NaT);
    } else if constexpr (detail::TextValue<T>) {
      return std::vector<std::optional<std::string>>(values.begin(), values.end());
    } else {
      return mapped<double>(values, std::numeric_limits<double>::quiet_NaN());
    }
  }
  template <class To, class T>
  static std::vector<To> mapped(const std::vector<std::optional<T>>& values, To missing) {
    std::vector<To> all;
    all.reserve(values.size());
    for (const std::optional<T>& value : values) {
      all.push_back(value ? static_cast<To>(*value) : missing);
    }
    return all;
  }

  template <class T>
  static Values convert(std::vector<T> values) {
    constexpr bool number = std::floating_point<T> || detail::JsonInteger<T>;
    static_assert(
        number || detail::TextValue<T> || detail::TimeValue<T> || std::same_as<T, bool>,
        "Frame: a column holds numbers, strings, booleans or times, so give it a std::vector of "
        "these");
    if constexpr (std::same_as<T, bool>) {
      return Flags(values.begin(), values.end());
    } else if constexpr (detail::TimeValue<T>) {
      return std::vector<Timestamp>(values.begin(), values.end());
    } else if constexpr (std::same_as<T, double> || std::same_as<T, std::int64_t> ||
                         std::same_as<T, std::string>) {
      return values;
    } else if constexpr (std::floating_point<T>) {
      return std::vector<double>(values.begin(), values.end());
    } else if constexpr (number) {
      std::vector<std::int64_t> integers;
      integers.reserve(values.size());
      for (const T value : values) {
        if (!std::in_range<std::int64_t>(value)) {
          throw Error("Frame: an integer beyond 64 bits signed; make the column one of doubles");
        }
        integers.push_back(static_cast<std::int64_t>(value));
      }
      return integers;
    } else if constexpr (detail::TextValue<T>) {
      return std::vector<std::string>(values.begin(), values.end());
    } else {
      return {};
    }
  }

  Values values_;
};

struct NamedColumn {
  std::string name;
  ColumnData data;
};

/// An immutable table: named columns of equal length, of doubles, 64-bit integers, strings,
/// booleans or times.
///
///     const Frame df({{"city", {"Seoul", "Kyoto"}}, {"population", {9'411'000, 1'464'000}}});
///     const Frame large = df[df["population"] > 2'000'000];
///
/// All of it lies in one block of memory without pointers, so that a frame out of the shared cache
/// is read where it is. Equal strings of a column are stored once.
///
/// Copying a frame copies a reference. Thread safety: any number of threads may read one frame.
/// A frame made in set-up may be copied and read in callbacks without a write to it.
class Frame {
 public:
  /// No columns, no rows.
  Frame();
  /// Throws Error if two columns have the same name or their lengths differ.
  Frame(std::initializer_list<NamedColumn> columns);
  static Frame from_columns(std::span<const NamedColumn> columns);

  // No move: what was moved from stays usable, and a copy is cheap.
  Frame(const Frame&) noexcept = default;
  Frame& operator=(const Frame&) noexcept = default;
  ~Frame() = default;

  /// The number of rows, as in pandas' `len(df)`.
  std::size_t size() const noexcept { return rows(); }
  std::size_t rows() const noexcept;
  std::vector<std::string> columns() const;
  bool has(std::string_view name) const noexcept;

  /// The column of that name. Throws Error, which lists the columns, if there is none.
  Column operator[](std::string_view name) const;
  Column operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  template <std::integral T>
  Column operator[](T) const = delete;  // 0 would be a null pointer

  /// The selected rows, copied. Throws Error if the mask is for another number of rows.
  Frame operator[](const Mask& mask) const;
  /// The rows in which that column is true.
  Frame operator[](const Column& column) const { return (*this)[Mask(column)]; }
  /// The first rows, all of them if there are fewer.
  Frame head(std::size_t count = 5) const;

  /// The frame as it lies in memory; equal frames made in the same way have equal bytes.
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  std::size_t byte_size() const noexcept { return bytes_.size(); }

 private:
  friend struct FrameAccess;
  Frame(std::span<const std::byte> bytes, Ref<const detail::Counted> owner) noexcept
      : owner_(std::move(owner)), bytes_(bytes) {}

  Ref<const detail::Counted> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace ekiden
