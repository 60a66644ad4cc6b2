// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/component.hpp>
#include <ekiden/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::worker {

/// Calls `visit` for each component in `value`, wherever it stands: in children, in other
/// properties, in lists and objects. Parents come before their children.
void visit_components(const Json& value,
                      const std::function<void(const detail::ComponentNode&)>& visit);

/// The components of a layout by id. Points into the layout, which must outlive it.
///
/// A pattern id (an object) is found under its text with sorted keys and no spaces, as the browser
/// writes it.
class LayoutIndex {
 public:
  explicit LayoutIndex(const Json& layout);

  /// nullptr if no component has that id.
  const detail::ComponentNode* find(std::string_view id) const;
  /// Ids that more than one component has, each once.
  const std::vector<std::string>& duplicates() const { return duplicates_; }
  /// The components whose id is an object, in the layout's order.
  const std::vector<const detail::ComponentNode*>& with_pattern_ids() const {
    return with_pattern_ids_;
  }
  /// String ids, sorted.
  std::vector<std::string_view> ids() const;

 private:
  void add(const detail::ComponentNode& component);

  std::map<std::string, const detail::ComponentNode*, std::less<>> components_;
  std::vector<std::string> duplicates_;
  std::vector<const detail::ComponentNode*> with_pattern_ids_;
};

/// A layout that says which components there are and nothing else: one without children and
/// properties for each that has an id.
Json ids_only(const Json& layout);

/// How messages name a component's id: the string itself, or the pattern's text; empty if it has
/// none.
std::string id_text(const detail::ComponentNode& component);

/// False for a property that the component's type does not have. Always true for components whose
/// properties are not known.
bool has_property(const detail::ComponentNode& component, std::string_view property);

}  // namespace ekiden::worker
