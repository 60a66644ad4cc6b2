// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <ekiden/figure.hpp>
#include <limits>
#include <utility>

namespace ekiden {

static_assert(std::endian::native == std::endian::little, "typed arrays are little-endian");

namespace {

/// Owns the bytes of a typed array.
template <class T>
struct Buffer : detail::Counted {
  explicit Buffer(std::vector<T> v) : values(std::move(v)) {}
  std::vector<T> values;
};

template <class T>
Json keep(std::string_view dtype, std::vector<T> values) {
  auto buffer = make_ref<const Buffer<T>>(std::move(values));
  const auto bytes = std::as_bytes(std::span(buffer->values));
  return detail::share_typed_array(dtype, bytes, std::move(buffer));
}

Json* find_in(Json::Object& members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Json::Member& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

void assign(Json::Object& members, std::string_view name, Json value) {
  if (Json* present = find_in(members, name)) {
    *present = std::move(value);
  } else {
    members.emplace_back(name, std::move(value));
  }
}

Json merged(const Json& base, const Json& changes) {
  if (!base.as_object() || !changes.as_object()) return changes;
  Json::Object members = *base.as_object();
  for (const auto& [name, value] : *changes.as_object()) {
    const Json* present = find_in(members, name);
    assign(members, name, present ? merged(*present, value) : value);
  }
  return Json(std::move(members));
}

}  // namespace

Json detail::copy_typed_array(std::string_view dtype, std::span<const std::byte> bytes) {
  return keep(dtype, std::vector<std::byte>(bytes.begin(), bytes.end()));
}

Json detail::share_typed_array(std::string_view dtype, std::span<const std::byte> bytes,
                               Ref<const Counted> owner) {
  auto array = make_ref<TypedArray>();
  array->dtype = dtype;
  array->bytes = bytes;
  array->owner = std::move(owner);
  return Json(Ref<const TypedArray>(array));
}

Json typed_array(std::span<const std::int64_t> values) {
  const bool fits = std::all_of(values.begin(), values.end(),
                                [](auto value) { return std::in_range<std::int32_t>(value); });
  if (fits) {
    std::vector<std::int32_t> narrow(values.size());
    std::transform(values.begin(), values.end(), narrow.begin(),
                   [](std::int64_t value) { return static_cast<std::int32_t>(value); });
    return keep("i4", std::move(narrow));
  }
  std::vector<double> wide(values.size());
  std::transform(values.begin(), values.end(), wide.begin(),
                 [](std::int64_t value) { return static_cast<double>(value); });
  return keep("f8", std::move(wide));
}

Trace& Trace::set(std::string_view attribute, Json value) {
  assign(attributes_, attribute, std::move(value));
  return *this;
}

const Json* Trace::find(std::string_view attribute) const {
  const auto found =
      std::find_if(attributes_.begin(), attributes_.end(),
                   [&](const Json::Member& member) { return member.first == attribute; });
  return found == attributes_.end() ? nullptr : &found->second;
}

Figure& Figure::add_trace(Trace trace) {
  traces_.push_back(std::move(trace));
  return *this;
}

Trace& Figure::trace(std::size_t index) {
  if (index < traces_.size()) return traces_[index];
  throw Error("Figure: no trace " + std::to_string(index) + ", there are " +
              std::to_string(traces_.size()));
}

Figure& Figure::update_layout(const Json& attributes) {
  if (!attributes.as_object()) {
    throw Error("Figure: the layout is an object, not " + std::string(attributes.kind_name()));
  }
  layout_ = merged(layout_, attributes);
  return *this;
}

Json to_json(const Figure& figure) {
  return Json::Object{{"data", figure.traces_}, {"layout", figure.layout_}};
}

}  // namespace ekiden
