// SPDX-License-Identifier: MIT
// Columns as JSON.
#include <algorithm>
#include <bit>
#include <cmath>
#include <ekiden/frame.hpp>
#include <limits>
#include <unordered_set>

#include "shared/frame.hpp"
#include "worker/app/held_memory.hpp"

namespace ekiden {

namespace {

using shared::FrameView;

Json typed_array(const char* dtype, std::span<const std::byte> bytes,
                 Ref<const detail::Counted> owner) {
  auto array = make_ref<detail::TypedArray>();
  array->dtype = dtype;
  array->bytes = bytes;
  array->owner = std::move(owner);
  return Json(Ref<const detail::TypedArray>(array));
}

template <class T>
Json converted(const char* dtype, std::span<const std::int64_t> values) {
  const auto memory = make_ref<worker::HeapMemory>(values.size() * sizeof(T));
  std::transform(values.begin(), values.end(), reinterpret_cast<T*>(memory->bytes().data()),
                 [](std::int64_t value) { return static_cast<T>(value); });
  return typed_array(dtype, memory->bytes(), memory);
}

/// JavaScript has no typed array of 64-bit integers that plotly takes.
Json narrowed(std::span<const std::int64_t> values) {
  using Narrow = std::numeric_limits<std::int32_t>;
  const bool fits = std::all_of(values.begin(), values.end(), [](std::int64_t value) {
    return value >= Narrow::min() && value <= Narrow::max();
  });
  return fits ? converted<std::int32_t>("i4", values) : converted<double>("f8", values);
}

Json all_texts(const FrameView& view, const shared::FrameColumn& column) {
  Json::Array texts;
  texts.reserve(view.rows());
  const std::uint64_t missing = FrameView::missing_code(column);
  view.with_codes(column, [&](auto codes) {
    for (const auto code : codes) {
      texts.push_back(code == missing ? Json() : Json(view.text(column, code)));
    }
  });
  return Json(std::move(texts));
}

Json flag_or_null(const FrameView& view, const shared::FrameColumn& column, std::size_t row) {
  if (view.is_missing(column, row)) return {};
  return FrameView::bit(view.flags(column), row);
}

Json all_flags(const FrameView& view, const shared::FrameColumn& column) {
  Json::Array flags;
  flags.reserve(view.rows());
  for (std::size_t row = 0; row < view.rows(); ++row) {
    flags.push_back(flag_or_null(view, column, row));
  }
  return Json(std::move(flags));
}

Json unique_flags(const FrameView& view, const shared::FrameColumn& column) {
  Json::Array flags;
  for (std::size_t row = 0; row < view.rows() && flags.size() < 3; ++row) {
    Json flag = flag_or_null(view, column, row);
    if (std::find(flags.begin(), flags.end(), flag) == flags.end())
      flags.push_back(std::move(flag));
  }
  return Json(std::move(flags));
}

Json time_or_null(Timestamp time) { return time == NaT ? Json() : Json(format_timestamp(time)); }

Json all_times(std::span<const Timestamp> times) {
  Json::Array texts;
  texts.reserve(times.size());
  for (const Timestamp time : times) texts.push_back(time_or_null(time));
  return Json(std::move(texts));
}

Json unique_times(std::span<const Timestamp> times) {
  Json::Array texts;
  std::unordered_set<std::int64_t> seen;
  for (const Timestamp time : times) {
    if (seen.insert(time.time_since_epoch().count()).second) texts.push_back(time_or_null(time));
  }
  return Json(std::move(texts));
}

Json unique_texts(const FrameView& view, const shared::FrameColumn& column) {
  Json::Array texts;
  std::vector<bool> seen(column.dictionary_size);
  view.with_codes(column, [&](auto codes) {
    for (const auto code : codes) {
      if (seen[code]) continue;
      seen[code] = true;
      const bool missing = code == FrameView::missing_code(column);
      texts.push_back(missing ? Json() : Json(view.text(column, code)));
      if (texts.size() == seen.size()) break;
    }
  });
  return Json(std::move(texts));
}

/// Equal for values that count as one.
std::uint64_t identity(double value) {
  if (std::isnan(value)) return std::bit_cast<std::uint64_t>(std::nan(""));
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
}
std::uint64_t identity(std::int64_t value) { return static_cast<std::uint64_t>(value); }

template <class T>
Json unique_numbers(std::span<const T> values) {
  Json::Array numbers;
  std::unordered_set<std::uint64_t> seen;
  for (const T value : values) {
    if (seen.insert(identity(value)).second) numbers.emplace_back(value);
  }
  return Json(std::move(numbers));
}

}  // namespace

Json Column::unique() const {
  switch (type()) {
    case ColumnType::float64:
      return unique_numbers(as<double>());
    case ColumnType::int64:
      return unique_numbers(as<std::int64_t>());
    case ColumnType::text:
      return unique_texts(FrameView(frame_), *descriptor_);
    case ColumnType::boolean:
      return unique_flags(FrameView(frame_), *descriptor_);
    case ColumnType::timestamp:
      return unique_times(as<Timestamp>());
  }
  return Json(Json::Array());
}

Json to_json(const Column& column) {
  switch (column.type()) {
    case ColumnType::float64:
      return typed_array("f8", std::as_bytes(column.as<double>()), column.owner_);
    case ColumnType::int64:
      return narrowed(column.as<std::int64_t>());
    case ColumnType::text:
      return all_texts(FrameView(column.frame_), *column.descriptor_);
    case ColumnType::boolean:
      return all_flags(FrameView(column.frame_), *column.descriptor_);
    case ColumnType::timestamp:
      return all_times(column.as<Timestamp>());
  }
  return {};
}

}  // namespace ekiden
