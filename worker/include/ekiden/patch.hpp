// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ekiden/json.hpp>
#include <string_view>
#include <utility>

/// Changes to a value that the browser has, in place of the whole value.
namespace ekiden {

class Patch;

namespace detail {

/// What Patch and PatchPlace have in common: everything that is done to the value where one is.
template <class Self>
class PatchOperations {
 public:
  /// Lists. `insert` counts a negative index from the end; `remove` takes out all items that are
  /// deeply equal to `value`.
  Self& append(Json value) { return record("Append", {{"value", std::move(value)}}); }
  Self& prepend(Json value) { return record("Prepend", {{"value", std::move(value)}}); }
  Self& insert(std::int64_t index, Json value) {
    return record("Insert", {{"value", std::move(value)}, {"index", index}});
  }
  Self& remove(Json value) { return record("Remove", {{"value", std::move(value)}}); }
  Self& reverse() { return record("Reverse", {}); }
  /// Adds the items of a list at its end. Throws Error if `items` is not a list.
  Self& extend(Json items);
  /// Empties a list, an object or a string.
  Self& clear() { return record("Clear", {}); }
  /// Sets the members of `members` on an object, shallowly. Throws Error if it is not an object.
  Self& update(Json members);

  /// Adds to a number or a string; a list is added to a list's end.
  /// Throws Error for columns of a Frame: the browser adds no typed arrays to lists.
  Self& operator+=(Json value);
  Self& operator-=(Json value) { return record("Sub", {{"value", std::move(value)}}); }
  Self& operator*=(Json value) { return record("Mul", {{"value", std::move(value)}}); }
  Self& operator/=(Json value) { return record("Div", {{"value", std::move(value)}}); }
  /// The same as update().
  Self& operator|=(Json members) { return update(std::move(members)); }

 protected:
  ~PatchOperations() = default;

 private:
  Self& record(std::string_view operation, Json::Object params);
};

}  // namespace detail

/// A place within the value that a Patch changes: `patch["data"][0]["y"]`. It cannot be read, since
/// the value is in the browser.
///
/// REQUIRES: it is used while the Patch that it comes from exists and is not moved.
class PatchPlace : public detail::PatchOperations<PatchPlace> {
 public:
  /// Sets the member or the element; a new member, if there is none.
  PatchPlace& operator=(Json value);
  PatchPlace(const PatchPlace&) = default;
  PatchPlace& operator=(const PatchPlace&) = delete;
  ~PatchPlace() = default;

  /// Takes the member or the element out.
  void erase();

  PatchPlace operator[](std::string_view key) const { return below(Json(key)); }
  PatchPlace operator[](const char* key) const { return below(Json(key)); }
  /// Negative: counted from the end of the list.
  template <detail::JsonInteger N>
  PatchPlace operator[](N index) const {
    return below(Json(index));
  }

 private:
  friend class Patch;
  friend class detail::PatchOperations<PatchPlace>;
  PatchPlace(Patch& patch, Json::Array location) : patch_(&patch), location_(std::move(location)) {}
  PatchPlace below(Json step) const;
  void add(std::string_view operation, Json::Object params);

  Patch* patch_;
  Json::Array location_;
};

/// What a callback returns to change a part of a property, instead of sending all of it:
///
///     Patch figure;
///     figure["layout"]["title"] = "Seoul";
///     figure["data"][0]["y"].append(3);
///     figure["data"][0]["marker"] |= Json{{"size", 14}};
///     return figure;
///
/// The changes are applied in their order to the value that the browser has then; it shows an error
/// if there is none. Fits wherever an output's value does: as a result, in a std::tuple, in Update
/// and in set_props, but not within another value. Thread safety: like a container.
class Patch : public detail::PatchOperations<Patch> {
 public:
  PatchPlace operator[](std::string_view key) { return {*this, {Json(key)}}; }
  PatchPlace operator[](const char* key) { return {*this, {Json(key)}}; }
  template <detail::JsonInteger N>
  PatchPlace operator[](N index) {
    return {*this, {Json(index)}};
  }

  /// As the browser reads it.
  friend Json to_json(const Patch& patch) { return patch.json(); }

 private:
  friend class PatchPlace;
  friend class detail::PatchOperations<Patch>;
  Json json() const;
  void add(std::string_view operation, Json::Object params) {
    add(operation, {}, std::move(params));
  }
  void add(std::string_view operation, Json::Array location, Json::Object params);

  Json::Array operations_;
};

extern template class detail::PatchOperations<Patch>;
extern template class detail::PatchOperations<PatchPlace>;

}  // namespace ekiden
