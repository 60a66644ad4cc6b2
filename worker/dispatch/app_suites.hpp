// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "worker/app/component_packages.hpp"
#include "worker/dispatch/suites.hpp"

namespace ekiden::worker {

/// The front end of one app: the program's own, and the component packages of its module.
///
/// Made in the mold, read-only afterwards. Throws Error if two packages, or a package and the
/// program, want the same name.
class AppSuites {
 public:
  AppSuites(const Suites& own, const ComponentPackages& packages);

  /// REQUIRES: this object outlives what is returned.
  Suites view() const;

 private:
  void add(const detail::ComponentPackage& package);

  Suites own_;
  std::vector<SuiteFile> files_;    ///< the program's as well, sorted
  std::vector<SuiteFile> scripts_;  ///< of the packages
  std::string children_props_;
};

}  // namespace ekiden::worker
