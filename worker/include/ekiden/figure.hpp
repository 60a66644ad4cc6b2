// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ekiden/json.hpp>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Figures for dcc::Graph: plotly's traces and layout, which
/// https://plotly.com/javascript/reference describes.
namespace ekiden {

/// The element types that plotly reads from binary columns.
template <class T>
concept TypedArrayElement =
    std::same_as<T, double> || std::same_as<T, float> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::uint16_t> || std::same_as<T, std::int8_t> || std::same_as<T, std::uint8_t>;

namespace detail {

/// plotly's code for an element type: a kind and the size in bytes.
template <TypedArrayElement T>
constexpr std::string_view dtype() {
  constexpr bool real = std::floating_point<T>;
  constexpr bool has_sign = std::is_signed_v<T>;
  if constexpr (real) return sizeof(T) == 8 ? "f8" : "f4";
  if constexpr (sizeof(T) == 4) return has_sign ? "i4" : "u4";
  if constexpr (sizeof(T) == 2) return has_sign ? "i2" : "u2";
  return has_sign ? "i1" : "u1";
}

Json copy_typed_array(std::string_view dtype, std::span<const std::byte> bytes);
Json share_typed_array(std::string_view dtype, std::span<const std::byte> bytes,
                       Ref<const Counted> owner);

}  // namespace detail

/// Numbers as plotly reads them fastest: their bytes in base64, never decimal text. Copies them.
/// NaN is a gap in the drawing.
template <TypedArrayElement T>
Json typed_array(std::span<const T> values) {
  return detail::copy_typed_array(detail::dtype<T>(), std::as_bytes(values));
}

/// The same without a copy: `owner` keeps `values` alive and unchanged.
template <TypedArrayElement T>
Json typed_array(std::span<const T> values, Ref<const detail::Counted> owner) {
  return detail::share_typed_array(detail::dtype<T>(), std::as_bytes(values), std::move(owner));
}

/// 64-bit integers, which plotly has no binary form for, as 32 bits if they fit, else as doubles.
Json typed_array(std::span<const std::int64_t> values);

/// One column of a trace: numbers (written as a typed array), strings, or whatever converts to
/// Json, such as a column of a Frame.
class Data {
 public:
  template <class T>
  requires(TypedArrayElement<T> || std::same_as<T, std::int64_t>) Data(const std::vector<T>& values)
      : value_(typed_array(std::span<const T>(values))) {}
  template <class T>
  requires(TypedArrayElement<T> || std::same_as<T, std::int64_t>)
      Data(std::initializer_list<T> values)
      : value_(typed_array(std::span<const T>(values.begin(), values.size()))) {}
  Data(std::initializer_list<double> values)
      : Data(std::vector<double>(values.begin(), values.end())) {}
  Data(std::initializer_list<std::string> values)
      : value_(Json::Array(values.begin(), values.end())) {}
  template <class T>
  requires(std::convertible_to<const T&, Json>) Data(const T& values) : value_(values) {}
  operator Json() const { return value_; }

 private:
  Json value_;
};

/// One trace of a figure, of the given type:
///
///     Trace("scatter").set("mode", "markers").x(column).y(column).marker({{"opacity", 0.5}})
///
/// `set` takes any attribute by its plotly name; the named setters are the frequent ones. Setting
/// an attribute twice replaces it. Copying shares the columns.
class Trace {
 public:
  explicit Trace(std::string_view type) { set("type", type); }

  Trace& set(std::string_view attribute, Json value);
  /// nullptr if it is not set.
  const Json* find(std::string_view attribute) const;

  Trace& x(Data values) { return set("x", values); }
  Trace& y(Data values) { return set("y", values); }
  Trace& z(Data values) { return set("z", values); }
  Trace& labels(Data values) { return set("labels", values); }
  Trace& values(Data values) { return set("values", values); }
  Trace& text(Data values) { return set("text", values); }
  Trace& customdata(Data values) { return set("customdata", values); }
  Trace& name(std::string_view name) { return set("name", name); }
  /// "lines", "markers", "text", or several joined by '+'.
  Trace& mode(std::string_view mode) { return set("mode", mode); }
  Trace& opacity(double opacity) { return set("opacity", opacity); }
  Trace& orientation(std::string_view orientation) { return set("orientation", orientation); }
  Trace& showlegend(bool show) { return set("showlegend", show); }
  Trace& hovertemplate(std::string_view text) { return set("hovertemplate", text); }
  Trace& colorscale(Json scale) { return set("colorscale", std::move(scale)); }
  Trace& marker(Json attributes) { return set("marker", std::move(attributes)); }
  Trace& line(Json attributes) { return set("line", std::move(attributes)); }

  friend Json to_json(const Trace& trace) { return Json(trace.attributes_); }

 private:
  Json::Object attributes_;
};

/// Plotly's graph objects by their Python names: `Scatter().mode("markers").x(…).y(…)`, or
/// `go::Scatter()` where the name alone is taken. Any other type is `Trace("its name")`.
inline namespace go {
inline Trace Scatter() { return Trace("scatter"); }
inline Trace Scattergl() { return Trace("scattergl"); }
inline Trace Bar() { return Trace("bar"); }
inline Trace Pie() { return Trace("pie"); }
inline Trace Box() { return Trace("box"); }
inline Trace Violin() { return Trace("violin"); }
inline Trace Heatmap() { return Trace("heatmap"); }
inline Trace Contour() { return Trace("contour"); }
inline Trace Histogram() { return Trace("histogram"); }
inline Trace Histogram2d() { return Trace("histogram2d"); }
inline Trace Histogram2dContour() { return Trace("histogram2dcontour"); }
}  // namespace go

/// A plotly figure: traces and layout.
///
///     Figure figure;
///     figure.add_trace(Scatter().x(df["x"]).y(df["y"]));
///     figure.update_layout({{"margin", Json{{"l", 20}, {"r", 10}}}});
///
/// A figure made in set-up may be captured by a callback, copied there, and the copy changed.
class Figure {
 public:
  Figure() = default;
  explicit Figure(Trace trace) { add_trace(std::move(trace)); }
  Figure(std::initializer_list<Trace> traces) : traces_(traces) {}

  Figure& add_trace(Trace trace);
  /// Throws Error if there is none of that index.
  Trace& trace(std::size_t index = 0);
  std::size_t trace_count() const { return traces_.size(); }

  /// Sets attributes of the layout. Objects are merged, member by member; anything else is
  /// replaced. Throws Error if `attributes` is not an object.
  Figure& update_layout(const Json& attributes);
  const Json& layout() const { return layout_; }

  friend Json to_json(const Figure& figure);

 private:
  std::vector<Trace> traces_;
  Json layout_ = Json(Json::Object());
};

Json to_json(const Figure& figure);

}  // namespace ekiden
