// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ekiden/callback.hpp>

#include "worker/app/pattern.hpp"

namespace ekiden {

Dependency::Dependency(Plain id_, std::string_view property_, detail::Where where_)
    : id(id_.id), property(property_), where(where_) {}

Dependency::Dependency(const Pattern& pattern_, std::string_view property_, detail::Where where_)
    : id(worker::pattern_text(pattern_.members())),
      property(property_),
      where(where_),
      pattern(pattern_.members()) {}

bool Dependency::is_list() const {
  return std::any_of(pattern.begin(), pattern.end(), [](const Pattern::Member& member) {
    return member.wildcard && *member.wildcard != MATCH;
  });
}

namespace detail {

Registration::Registration() = default;

Registration::~Registration() = default;

void Registration::add(const Output& output) { outputs.push_back(output); }

void Registration::add(const OutputList& list) {
  outputs.assign(list.list.begin(), list.list.end());
  multi = true;
}

void Registration::add(const Input& input) {
  arguments.push_back({input, false, input.is_optional});
}

void Registration::add(const State& state) {
  arguments.push_back({state, true, state.is_optional});
}

void Registration::add(const CallbackOptions& given) { options = given; }

}  // namespace detail

}  // namespace ekiden
