// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden {

namespace detail {

/// Where in the app's source something was written, for messages. As a default argument it is the
/// place of the call. (Not std::source_location: clang 14 lacks it with libstdc++.)
class Where {
 public:
  static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return Where(file, line);
  }
  const char* file() const { return file_; }
  int line() const { return line_; }

 private:
  constexpr Where(const char* file, int line) : file_(file), line_(line) {}

  const char* file_;
  int line_;
};

}  // namespace detail

/// A component's property, as Output, Input or State name it: `Input{"dropdown", "value"}`.
struct Dependency {
  Dependency(std::string_view id, std::string_view property,
             detail::Where where = detail::Where::here());

  std::string id;
  std::string property;
  detail::Where where;  ///< where it was written
};

/// The property that a callback's result goes to.
struct Output : Dependency {
  using Dependency::Dependency;
};

/// A property whose changes run the callback, and whose value is an argument of the handler.
struct Input : Dependency {
  using Dependency::Dependency;
};

/// A property whose value is an argument of the handler, but whose changes do not run it.
struct State : Dependency {
  using Dependency::Dependency;
};

}  // namespace ekiden
