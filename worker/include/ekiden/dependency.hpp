// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/json.hpp>
#include <string>
#include <utility>

namespace ekiden {

/// A component's property, as Output, Input or State name it.
struct Dependency {
  Dependency(std::string id_, std::string property_)
      : id(std::move(id_)), property(std::move(property_)) {}
  std::string id;
  std::string property;
};

struct Output : Dependency {
  using Dependency::Dependency;
};
struct Input : Dependency {
  using Dependency::Dependency;
};
struct State : Dependency {
  using Dependency::Dependency;
};

}  // namespace ekiden
