// SPDX-License-Identifier: MIT
#include <ekiden/callback.hpp>

namespace ekiden {

Dependency::Dependency(std::string_view id_, std::string_view property_, detail::Where where_)
    : id(id_), property(property_), where(where_) {}

namespace detail {

Registration::Registration() = default;

Registration::~Registration() = default;

void Registration::add(const Output& output) { outputs.push_back(output); }

void Registration::add(const OutputList& list) {
  outputs.assign(list.list.begin(), list.list.end());
  multi = true;
}

void Registration::add(const Input& input) { arguments.push_back({input, false}); }

void Registration::add(const State& state) { arguments.push_back({state, true}); }

void Registration::add(const CallbackOptions& given) { options = given; }

}  // namespace detail

}  // namespace ekiden
