// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/dependency.hpp>
#include <ekiden/json.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::worker {

/// The components of one page with their properties, as a browser that shows it has them.
///
/// Properties are named "id.property"; a pattern id is written as its text, with its keys in any
/// order. Thread safety: one thread.
class PageState {
 public:
  explicit PageState(const Json& layout);

  /// nullptr if it is not set.
  const Json* value(std::string_view property) const;
  /// Returns the ids, as text, of the components that the value brings along.
  std::set<std::string> set(std::string_view property, const Json& value);

  bool has(std::string_view id) const { return components_.count(id) != 0; }
  /// The ids of the components that `pattern` stands for, in the layout's order.
  std::vector<Json> matching(std::span<const Pattern::Member> pattern) const;

 private:
  void index(const Json& json);

  Json layout_;
  std::map<std::string, const Json::Object*, std::less<>> components_;  ///< point into layout_
  std::vector<const Json*> pattern_ids_;                                ///< so do these
  /// Properties of components that are not on the page.
  std::map<std::string, Json, std::less<>> elsewhere_;
};

/// "id.property" with the id as the renderer writes it: a pattern's keys sorted, without spaces.
std::string normalised(std::string_view property);

}  // namespace ekiden::worker
