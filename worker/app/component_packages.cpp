// SPDX-License-Identifier: MIT
#include "worker/app/component_packages.hpp"

#include <utility>

namespace ekiden {

namespace {

/// In a function, because a program may link a package itself, and its static initialisers have no
/// order among files.
worker::ComponentPackages& registered() {
  static worker::ComponentPackages packages;
  return packages;
}

}  // namespace

detail::PackageOfModule::PackageOfModule(const ComponentPackage& package) {
  registered().push_back(&package);
}

worker::ComponentPackages worker::take_component_packages() {
  return std::exchange(registered(), {});
}

}  // namespace ekiden
