// SPDX-License-Identifier: MIT
// Frames of what others give out through the Arrow C Data Interface.
#include <cstring>
#include <ekiden/arrow.hpp>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/app/frame_parts.hpp"

namespace ekiden {

namespace {

using worker::FramePart;
using worker::PartValues;
using worker::TextPart;

/// Releases both structures when it goes, as whoever imports must.
struct Release {
  ArrowArray* array;
  ArrowSchema* schema;
  ~Release() {
    if (array != nullptr && array->release != nullptr) array->release(array);
    if (schema != nullptr && schema->release != nullptr) schema->release(schema);
  }
};

[[noreturn]] void fail(const std::string& problem) { throw Error("import_arrow: " + problem); }

/// One column, from `offset` on: that of the batch and its own.
class Source {
 public:
  Source(const ArrowArray& array, const ArrowSchema& schema, std::int64_t offset, std::int64_t rows,
         std::string name)
      : array_(array),
        schema_(schema),
        offset_(static_cast<std::size_t>(offset + array.offset)),
        rows_(static_cast<std::size_t>(rows)),
        name_(std::move(name)) {
    if (array.length < offset + rows) refuse("has fewer rows than the batch");
    if (array.offset < 0) refuse("has a negative offset");
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    fail("column \"" + name_ + "\" " + problem);
  }
  std::string_view format() const { return schema_.format; }
  std::size_t rows() const { return rows_; }
  const ArrowArray& array() const { return array_; }
  const ArrowSchema& schema() const { return schema_; }
  const std::string& name() const { return name_; }

  bool is_missing(std::size_t row) const {
    return array_.null_count != 0 && array_.buffers[0] != nullptr &&
           !bit(array_.buffers[0], offset_ + row);
  }
  bool any_missing() const {
    for (std::size_t row = 0; row < rows_; ++row) {
      if (is_missing(row)) return true;
    }
    return false;
  }
  template <class T>
  T value(std::size_t row) const {
    T value;
    std::memcpy(&value, static_cast<const T*>(array_.buffers[1]) + offset_ + row, sizeof value);
    return value;
  }
  bool flag(std::size_t row) const { return bit(array_.buffers[1], offset_ + row); }
  /// REQUIRES: the offsets of the strings are of type T.
  template <class T>
  std::string_view text(std::size_t row) const {
    const T begin = value<T>(row), end = value<T>(row + 1);
    if (begin < 0 || end < begin) refuse("has strings whose offsets fall");
    return {static_cast<const char*>(array_.buffers[2]) + begin,
            static_cast<std::size_t>(end - begin)};
  }
  void require_buffers(std::int64_t count) const {
    if (array_.n_buffers == count) return;
    refuse("has " + std::to_string(array_.n_buffers) + " buffers, but format \"" +
           std::string(format()) + "\" has " + std::to_string(count));
  }

 private:
  static bool bit(const void* bitmap, std::size_t at) {
    return (static_cast<const std::uint8_t*>(bitmap)[at / 8] >> at % 8 & 1) != 0;
  }

  const ArrowArray& array_;
  const ArrowSchema& schema_;
  std::size_t offset_, rows_;
  std::string name_;
};

template <class T>
PartValues reals(const Source& source) {
  std::vector<double> values(source.rows());
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = source.is_missing(row) ? std::numeric_limits<double>::quiet_NaN()
                                         : static_cast<double>(source.value<T>(row));
  }
  return values;
}

template <class T>
PartValues integers(const Source& source) {
  if (source.any_missing()) return reals<T>(source);
  std::vector<std::int64_t> values(source.rows());
  for (std::size_t row = 0; row < values.size(); ++row) {
    const T value = source.value<T>(row);
    if (!std::in_range<std::int64_t>(value)) {
      source.refuse("holds an integer beyond 64 bits signed");
    }
    values[row] = static_cast<std::int64_t>(value);
  }
  return values;
}

PartValues flags(const Source& source) {
  worker::Flags values(source.rows());
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = source.is_missing(row) ? ColumnData::kMissingFlag : source.flag(row) ? 1 : 0;
  }
  return values;
}

/// Times of `nanoseconds` each.
template <class T>
PartValues times(const Source& source, std::int64_t nanoseconds) {
  std::vector<Timestamp> values(source.rows());
  for (std::size_t row = 0; row < values.size(); ++row) {
    std::int64_t time = 0;
    if (!source.is_missing(row) &&
        __builtin_mul_overflow(std::int64_t{source.value<T>(row)}, nanoseconds, &time)) {
      source.refuse("holds a time beyond 64 bits of nanoseconds");
    }
    values[row] = source.is_missing(row) ? NaT : Timestamp(std::chrono::nanoseconds(time));
  }
  return values;
}

/// Gives the different strings of a column numbers.
class Texts {
 public:
  void add(std::string_view text) {
    const auto next = static_cast<std::uint32_t>(part_.dictionary.size());
    const auto [entry, added] = numbers_.emplace(text, next);
    if (added) part_.dictionary.push_back(text);
    part_.codes.push_back(entry->second);
  }
  void add_missing() { part_.codes.push_back(TextPart::kMissing); }
  TextPart part() && { return std::move(part_); }

 private:
  TextPart part_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

template <class Offset>
PartValues texts(const Source& source) {
  Texts texts;
  for (std::size_t row = 0; row < source.rows(); ++row) {
    if (source.is_missing(row)) {
      texts.add_missing();
    } else {
      texts.add(source.text<Offset>(row));
    }
  }
  return std::move(texts).part();
}

template <class Code>
PartValues decoded(const Source& source) {
  if (source.array().dictionary == nullptr) source.refuse("has a dictionary in its schema only");
  const ArrowArray& array = *source.array().dictionary;
  const ArrowSchema& schema = *source.schema().dictionary;
  const Source strings(array, schema, 0, array.length, source.name());
  const bool large = strings.format() == "U";
  if (!large && strings.format() != "u")
    source.refuse("has a dictionary of other values than text");
  strings.require_buffers(3);
  Texts texts;
  for (std::size_t row = 0; row < source.rows(); ++row) {
    const auto code = source.is_missing(row) ? Code{} : source.value<Code>(row);
    if (!source.is_missing(row) && !std::cmp_less(code, strings.rows())) {
      source.refuse("has a code beyond its dictionary");
    }
    const auto at = static_cast<std::size_t>(code);
    if (source.is_missing(row) || strings.is_missing(at)) {
      texts.add_missing();
    } else {
      texts.add(large ? strings.text<std::int64_t>(at) : strings.text<std::int32_t>(at));
    }
  }
  return std::move(texts).part();
}

using Read = PartValues (*)(const Source&);

/// How values of integer formats are read: as such, or as codes.
Read integer_reader(char format, bool codes) {
  switch (format) {
    case 'c':
      return codes ? decoded<std::int8_t> : integers<std::int8_t>;
    case 'C':
      return codes ? decoded<std::uint8_t> : integers<std::uint8_t>;
    case 's':
      return codes ? decoded<std::int16_t> : integers<std::int16_t>;
    case 'S':
      return codes ? decoded<std::uint16_t> : integers<std::uint16_t>;
    case 'i':
      return codes ? decoded<std::int32_t> : integers<std::int32_t>;
    case 'I':
      return codes ? decoded<std::uint32_t> : integers<std::uint32_t>;
    case 'l':
      return codes ? decoded<std::int64_t> : integers<std::int64_t>;
    case 'L':
      return codes ? decoded<std::uint64_t> : integers<std::uint64_t>;
    default:
      return nullptr;
  }
}

/// Nanoseconds of the unit in "tsn:", "tsu:Asia/Seoul"; 0 if it is none.
std::int64_t unit_of(std::string_view format) {
  if (format.size() < 4 || !format.starts_with("ts") || format[3] != ':') return 0;
  constexpr std::int64_t kSecond = 1'000'000'000;
  switch (format[2]) {
    case 's':
      return kSecond;
    case 'm':
      return kSecond / 1000;
    case 'u':
      return kSecond / 1'000'000;
    case 'n':
      return 1;
    default:
      return 0;
  }
}

PartValues read(const Source& source) {
  const std::string_view format = source.format();
  if (format == "u" || format == "U") {
    source.require_buffers(3);
    return format == "u" ? texts<std::int32_t>(source) : texts<std::int64_t>(source);
  }
  source.require_buffers(2);
  if (format.size() == 1) {
    if (const Read reader = integer_reader(format[0], source.schema().dictionary != nullptr)) {
      return reader(source);
    }
  }
  if (source.schema().dictionary != nullptr) source.refuse("has codes that are no integers");
  if (format == "g") return reals<double>(source);
  if (format == "f") return reals<float>(source);
  if (format == "b") return flags(source);
  constexpr std::int64_t kMillisecond = 1'000'000, kDay = 86'400'000 * kMillisecond;
  if (format == "tdD") return times<std::int32_t>(source, kDay);
  if (format == "tdm") return times<std::int64_t>(source, kMillisecond);
  if (const std::int64_t unit = unit_of(format)) return times<std::int64_t>(source, unit);
  source.refuse("has the format \"" + std::string(format) +
                "\"; known are numbers, booleans, times, dates and text");
}

void check_batch(const ArrowArray* array, const ArrowSchema* schema) {
  if (array == nullptr || schema == nullptr || array->release == nullptr ||
      schema->release == nullptr) {
    fail("the array or the schema has been released, or was never filled");
  }
  if (std::string_view(schema->format) != "+s") {
    fail("the format is \"" + std::string(schema->format) +
         "\", but a frame is made of a record batch, which is \"+s\"");
  }
  if (schema->n_children != array->n_children) {
    fail("the schema has " + std::to_string(schema->n_children) + " columns, the array " +
         std::to_string(array->n_children));
  }
  if (array->length < 0 || array->offset < 0) fail("the length or the offset is negative");
  if (array->null_count != 0 && array->n_buffers > 0 && array->buffers[0] != nullptr) {
    fail("rows are missing as a whole, which a frame has no place for");
  }
}

}  // namespace

Frame import_arrow(ArrowArray* array, ArrowSchema* schema) {
  const Release release{array, schema};
  check_batch(array, schema);
  std::vector<FramePart> parts;
  for (std::int64_t i = 0; i < array->n_children; ++i) {
    const ArrowSchema& column = *schema->children[i];
    const Source source(*array->children[i], column, array->offset, array->length,
                        column.name == nullptr ? "" : column.name);
    parts.push_back({source.name(), read(source)});
  }
  return worker::assemble(parts);
}

}  // namespace ekiden
