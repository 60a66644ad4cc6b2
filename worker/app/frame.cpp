// SPDX-License-Identifier: MIT
#include "shared/frame.hpp"

#include <algorithm>
#include <cmath>
#include <ekiden/frame.hpp>
#include <utility>

#include "worker/app/frame_access.hpp"

namespace ekiden {

static_assert(static_cast<int>(ColumnType::float64) ==
              static_cast<int>(shared::ColumnType::float64));
static_assert(static_cast<int>(ColumnType::int64) == static_cast<int>(shared::ColumnType::int64));
static_assert(static_cast<int>(ColumnType::text) == static_cast<int>(shared::ColumnType::text));
static_assert(static_cast<int>(ColumnType::boolean) ==
              static_cast<int>(shared::ColumnType::boolean));
static_assert(static_cast<int>(ColumnType::timestamp) ==
              static_cast<int>(shared::ColumnType::timestamp));
static_assert(NaT.time_since_epoch().count() == shared::kNoTime);

namespace {

using shared::FrameColumn;
using shared::FrameView;

const char* type_name(ColumnType type) {
  switch (type) {
    case ColumnType::float64:
      return "doubles (float64)";
    case ColumnType::int64:
      return "integers (int64)";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "booleans";
    case ColumnType::timestamp:
      return "times";
  }
  return "values of another type";
}

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string list_of(const std::vector<std::string>& names) {
  if (names.empty()) return "it has no columns";
  std::string list = "its columns are ";
  for (const std::string& name : names) {
    if (&name != &names.front()) list += ", ";
    list += quoted(name);
  }
  return list;
}

Frame make_empty() {
  shared::FrameLayout layout(0);
  return worker::NewFrame(layout).frame();
}

}  // namespace

Frame::Frame() : Frame(make_empty()) {}

Frame::Frame(std::initializer_list<NamedColumn> columns)
    : Frame(from_columns({columns.begin(), columns.size()})) {}

std::size_t Frame::rows() const noexcept { return FrameView(bytes_.data()).rows(); }

std::vector<std::string> Frame::columns() const {
  const FrameView view(bytes_.data());
  std::vector<std::string> names;
  for (const FrameColumn& column : view.columns()) names.emplace_back(view.name(column));
  return names;
}

bool Frame::has(std::string_view name) const noexcept {
  return FrameView(bytes_.data()).find(name) != nullptr;
}

Column Frame::operator[](std::string_view name) const {
  const FrameView view(bytes_.data());
  const FrameColumn* column = view.find(name);
  if (column == nullptr) {
    throw Error("Frame: there is no column " + quoted(name) + "; " + list_of(columns()));
  }
  return Column(owner_, bytes_.data(), *column, view.rows());
}

std::string_view Column::name() const { return FrameView(frame_).name(*descriptor_); }

ColumnType Column::type() const noexcept { return static_cast<ColumnType>(descriptor_->type); }

std::string_view Column::text(std::size_t row) const {
  if (type() != ColumnType::text) {
    throw_type(type() == ColumnType::boolean ? "so it has no text; read it by flag(row)"
                                             : "so it has no text; read it by as<T>()");
  }
  require_row(row);
  const FrameView view(frame_);
  return view.with_codes(*descriptor_,
                         [&](auto codes) { return view.text(*descriptor_, codes[row]); });
}

bool Column::flag(std::size_t row) const {
  if (type() != ColumnType::boolean) throw_type("so flag(row) cannot read it");
  require_row(row);
  return FrameView::bit(FrameView(frame_).flags(*descriptor_), row);
}

bool Column::is_missing(std::size_t row) const {
  require_row(row);
  if (type() == ColumnType::float64) return std::isnan(as<double>()[row]);
  return FrameView(frame_).is_missing(*descriptor_, row);
}

void Column::require_row(std::size_t row) const {
  if (row < rows_) return;
  throw Error("column " + quoted(name()) + ": there is no row " + std::to_string(row) +
              ", it has " + std::to_string(rows_) + " rows");
}

const std::byte* Column::data_of(ColumnType wanted) const {
  if (type() != wanted) {
    throw_type(wanted == ColumnType::float64 ? "so as<double>() cannot read it"
               : wanted == ColumnType::int64 ? "so as<std::int64_t>() cannot read it"
                                             : "so as<Timestamp>() cannot read it");
  }
  return frame_ + descriptor_->data_offset;
}

void Column::throw_type(std::string_view problem) const {
  throw Error("column " + quoted(name()) + " holds " + type_name(type()) + ", " +
              std::string(problem));
}

}  // namespace ekiden
