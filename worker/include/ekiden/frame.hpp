// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ekiden/json.hpp>
#include <ekiden/ref.hpp>
#include <initializer_list>
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

enum class ColumnType : std::uint32_t { float64 = 1, int64 = 2, text = 3 };

/// Which rows of a frame are meant: one bit per row. Made by comparing a column, combined by
/// `&`, `|` and `~`:
///
///     df[(df["x"] > 0) & ~(df["category"] == "figs")]
class Mask {
 public:
  explicit Mask(std::size_t rows, bool selected = false);

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
using Scalar = std::variant<double, std::int64_t, std::string_view>;

template <class T>
concept ScalarValue = std::floating_point<T> || JsonInteger<T> || TextValue<T>;

template <ScalarValue T>
Scalar scalar(const T& value) {
  if constexpr (TextValue<T>) {
    return std::string_view(value);
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
/// values fit, else as doubles), an array of strings for text.
class Column {
 public:
  std::string_view name() const;
  ColumnType type() const noexcept;
  std::size_t size() const noexcept { return rows_; }

  /// The values of a numeric column, read in place: T is double or std::int64_t. Valid as long as
  /// this Column or its Frame lives. Throws Error if the column has another type.
  template <class T>
  std::span<const T> as() const {
    static_assert(std::same_as<T, double> || std::same_as<T, std::int64_t>,
                  "Column::as: T must be double or std::int64_t; strings are read by text(row)");
    constexpr ColumnType type = std::same_as<T, double> ? ColumnType::float64 : ColumnType::int64;
    return {reinterpret_cast<const T*>(data_of(type)), rows_};
  }
  /// The string in that row, in place. Throws Error if the column is not text or is too short.
  std::string_view text(std::size_t row) const;

  /// The different values in order of their first appearance, as a Json array. All NaN are one.
  Json unique() const;

  /// The rows whose value compares so. Text compares by its bytes. A NaN equals nothing, and is
  /// neither less nor greater; so `!=` selects it. Throws Error if text meets a number.
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
  Column(Ref<const detail::Counted> owner, const std::byte* frame,
         const shared::FrameColumn& descriptor, std::size_t rows)
      : owner_(std::move(owner)), frame_(frame), descriptor_(&descriptor), rows_(rows) {}

  const std::byte* data_of(ColumnType type) const;
  Mask compare(detail::Comparison comparison, const detail::Scalar& value) const;
  Mask compare_text(detail::Comparison comparison, std::string_view value) const;
  [[noreturn]] void throw_type(std::string_view problem) const;

  Ref<const detail::Counted> owner_;
  const std::byte* frame_;
  const shared::FrameColumn* descriptor_;
  std::size_t rows_;
};

/// The values of a column to be: a vector or a list in braces, of numbers or of strings.
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

  using Values =
      std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>>;
  const Values& values() const noexcept { return values_; }

 private:
  template <class T>
  static Values convert(std::vector<T> values) {
    constexpr bool number = std::floating_point<T> || detail::JsonInteger<T>;
    static_assert(number || detail::TextValue<T>,
                  "Frame: a column holds numbers or strings, so give it a std::vector of these");
    if constexpr (std::same_as<T, double> || std::same_as<T, std::int64_t> ||
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

/// An immutable table: named columns of equal length, of doubles, 64-bit integers or strings.
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
