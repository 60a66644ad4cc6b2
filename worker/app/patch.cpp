// SPDX-License-Identifier: MIT
#include <ekiden/patch.hpp>
#include <string>

namespace ekiden {

namespace detail {

template <class Self>
Self& PatchOperations<Self>::record(std::string_view operation, Json::Object params) {
  Self& self = static_cast<Self&>(*this);
  self.add(operation, std::move(params));
  return self;
}

template <class Self>
Self& PatchOperations<Self>::extend(Json items) {
  if (!items.as_array()) {
    throw Error("Patch::extend: expected a list, got " + std::string(items.kind_name()) +
                (items.as_typed_array() ? "; copy the column into a std::vector first" : ""));
  }
  return record("Extend", {{"value", std::move(items)}});
}

template <class Self>
Self& PatchOperations<Self>::update(Json members) {
  if (!members.as_object()) {
    throw Error("Patch::update: expected an object, got " + std::string(members.kind_name()));
  }
  return record("Merge", {{"value", std::move(members)}});
}

template <class Self>
Self& PatchOperations<Self>::operator+=(Json value) {
  if (value.as_array() || value.as_typed_array()) return extend(std::move(value));
  return record("Add", {{"value", std::move(value)}});
}

}  // namespace detail

template class detail::PatchOperations<Patch>;
template class detail::PatchOperations<PatchPlace>;

PatchPlace& PatchPlace::operator=(Json value) {
  add("Assign", {{"value", std::move(value)}});
  return *this;
}

void PatchPlace::erase() { add("Delete", {}); }

PatchPlace PatchPlace::below(Json step) const {
  Json::Array location = location_;
  location.push_back(std::move(step));
  return {*patch_, std::move(location)};
}

void PatchPlace::add(std::string_view operation, Json::Object params) {
  patch_->add(operation, location_, std::move(params));
}

Json Patch::json() const {
  return {{"__dash_patch_update", "__dash_patch_update"}, {"operations", operations_}};
}

void Patch::add(std::string_view operation, Json::Array location, Json::Object params) {
  operations_.push_back(Json{
      {"operation", operation}, {"location", std::move(location)}, {"params", std::move(params)}});
}

}  // namespace ekiden
