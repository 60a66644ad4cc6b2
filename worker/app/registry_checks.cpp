// SPDX-License-Identifier: MIT
#include "worker/app/registry_checks.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include "shared/nearest_name.hpp"
#include "worker/app/circular_dependencies.hpp"
#include "worker/app/layout_index.hpp"
#include "worker/app/output_checks.hpp"
#include "worker/app/pattern.hpp"

namespace ekiden::worker {

namespace {

using Problems = std::vector<std::string>;

std::string joined(const std::vector<std::string_view>& names, const char* quote) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text.append(quote).append(name).append(quote);
  }
  return text;
}

/// "; did you mean "x"?", or a list of what there is.
std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates,
                       const char* what) {
  const std::string_view nearest = shared::nearest_name(name, candidates);
  if (!nearest.empty()) return "; did you mean \"" + std::string(nearest) + "\"?";
  if (candidates.empty()) return {};
  constexpr std::size_t kShown = 12;
  const std::size_t shown = std::min(candidates.size(), kShown);
  std::vector<std::string_view> first(candidates.begin(),
                                      candidates.begin() + static_cast<std::ptrdiff_t>(shown));
  std::string text = std::string("; ") + what + " are " + joined(first, "\"");
  if (shown < candidates.size()) {
    text += " and " + std::to_string(candidates.size() - shown) + " more";
  }
  return text;
}

std::string type_name(const detail::ComponentNode& component) {
  return std::string(component.name_space()) + '.' + std::string(component.name());
}

std::vector<std::string_view> property_names(const detail::ComponentNode& component) {
  const auto names = component.type()->properties;
  return {names.begin(), names.end()};
}

bool is_content(const Json& item) { return item.as_component() || item.as_string(); }

void check_layout(const Json& layout, Problems& problems) {
  const Json::Array* list = layout.as_array();
  if (layout.is_null()) {
    problems.push_back("The app has no layout: make sure to call `app.layout(...)` in EKIDEN_APP.");
  } else if (list ? !std::all_of(list->begin(), list->end(), is_content) : !layout.as_component()) {
    problems.push_back(
        "Layout must be a single component, a function that returns one, or a list of components.");
  }
}

void check_components(const Json& layout, const LayoutIndex& index, Problems& problems) {
  for (const std::string& id : index.duplicates()) {
    problems.push_back("Duplicate component id found in the initial layout: `" + id + '`');
  }
  visit_components(layout, [&](const detail::ComponentNode& component) {
    for (const auto& [name, value] : component.properties()) {
      if (has_property(component, name)) continue;
      const std::string id = id_text(component);
      problems.push_back("The `" + type_name(component) + "` component" +
                         (id.empty() ? "" : " with the ID \"" + id + '"') +
                         " received an unexpected property `" + name + '`' +
                         suggestion(name, property_names(component), "its properties"));
    }
  });
}

std::string no_such_property(const detail::ComponentNode& component, std::string_view property) {
  return ": the `" + type_name(component) + "` component has no property \"" +
         std::string(property) + '"' +
         suggestion(property, property_names(component), "its properties");
}

/// No component needs to match: callbacks may create them. One that does must have the property.
void check_pattern_properties(const AppDefinition& app, const LayoutIndex& index,
                              const Dependency& dependency,
                              const std::function<void(const std::string&)>& problem) {
  if (app.suppress_callback_exceptions) return;
  for (const detail::ComponentNode* component : index.with_pattern_ids()) {
    if (!matches(dependency.pattern, *component->find("id"))) continue;
    if (has_property(*component, dependency.property)) continue;
    problem(no_such_property(*component, dependency.property));
    return;
  }
}

void check_dependency(const AppDefinition& app, const LayoutIndex& index,
                      const CallbackDefinition& callback, const char* role,
                      const Dependency& dependency, bool may_be_missing, Problems& problems) {
  const auto problem = [&](const std::string& text) {
    problems.push_back(subject(callback) + item(role, dependency) + text);
  };
  if (dependency.id.empty() || dependency.property.empty()) {
    problem(": the id and the property must not be empty");
    return;
  }
  if (!dependency.pattern.empty()) {
    check_pattern_properties(app, index, dependency, problem);
    return;
  }
  if (const auto bad = dependency.id.find_first_of(".{"); bad != std::string::npos) {
    problem(": the element `" + dependency.id + "` contains `" + dependency.id[bad] +
            "` in its ID; characters `.`, `{` are not allowed in IDs");
    return;
  }
  if (app.suppress_callback_exceptions) return;
  const detail::ComponentNode* component = index.find(dependency.id);
  if (!component) {
    if (may_be_missing) return;
    problem(": no component of the layout has the id \"" + dependency.id + '"' +
            suggestion(dependency.id, index.ids(), "the layout's ids") +
            " (if a callback creates it, call app.suppress_callback_exceptions())");
  } else if (!has_property(*component, dependency.property)) {
    problem(no_such_property(*component, dependency.property));
  }
}

void check_dependencies(const AppDefinition& app, const LayoutIndex& index, Problems& problems) {
  for (const CallbackDefinition& callback : app.callbacks) {
    for (const Output& output : callback.outputs) {
      check_dependency(app, index, callback, "Output", output, callback.optional, problems);
    }
    for (const Argument& argument : callback.arguments) {
      check_dependency(app, index, callback, argument.is_state ? "State" : "Input",
                       argument.dependency, callback.optional || argument.is_optional, problems);
    }
  }
}

}  // namespace

std::vector<std::string> registry_problems(const AppDefinition& app) {
  Problems problems;
  check_layout(app.layout, problems);
  const LayoutIndex index(app.layout);
  check_components(app.layout, index, problems);
  const Json& validation = app.page.validation_layout;
  if (validation.is_null()) {
    check_dependencies(app, index, problems);
  } else {
    check_dependencies(app, LayoutIndex(validation), problems);
  }
  check_outputs(app, problems);
  check_wildcards(app, problems);
  check_circular_dependencies(app, problems);
  return problems;
}

void check_registry(const AppDefinition& app) {
  const Problems problems = registry_problems(app);
  if (problems.empty()) return;
  if (problems.size() == 1) throw Error(problems.front());
  std::string text = std::to_string(problems.size()) + " problems:";
  for (const std::string& problem : problems) text += "\n  " + problem;
  throw Error(text);
}

}  // namespace ekiden::worker
