// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ekiden/app.hpp>
#include <ekiden/testing.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "worker/app/definition.hpp"
#include "worker/app/module.hpp"
#include "worker/app/registry_checks.hpp"
#include "worker/dispatch/applied_patch.hpp"
#include "worker/dispatch/callback_table.hpp"
#include "worker/dispatch/dependencies.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/dispatch/update_component.hpp"

namespace ekiden::testing {

using worker::Argument;
using worker::CallbackDefinition;
using worker::CallbackEntry;

namespace {

constexpr std::string_view kInBrowser =
    "is a clientside callback: it runs in the browser, so it is tested there";

std::string dotted(const Dependency& dependency) {
  return dependency.id + "." + dependency.property;
}

const Json* find_in(const Values& values, std::string_view property) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const auto& value) { return value.first == property; });
  return found == values.end() ? nullptr : &found->second;
}

bool reads(const CallbackDefinition& callback, std::string_view property, bool as_state) {
  return std::any_of(callback.arguments.begin(), callback.arguments.end(), [&](const Argument& a) {
    return (as_state || !a.is_state) && dotted(a.dependency) == property;
  });
}

/// True if an output of `from` is an Input of `to`.
bool feeds(const CallbackEntry& from, const CallbackEntry& to) {
  const auto& outputs = from.definition->outputs;
  return std::any_of(outputs.begin(), outputs.end(), [&](const Output& output) {
    return reads(*to.definition, dotted(output), false);
  });
}

/// The values that the page has for a callback's arguments, as the renderer sends them.
std::string argument_list(const CallbackDefinition& callback, bool states,
                          const std::function<const Json*(const std::string&)>& value_of) {
  std::string list;
  for (const Argument& argument : callback.arguments) {
    if (argument.is_state != states) continue;
    list += list.empty() ? "[" : ",";
    list += R"({"id":)" + worker::json_quoted(argument.dependency.id) + R"(,"property":)" +
            worker::json_quoted(argument.dependency.property);
    if (const Json* value = value_of(dotted(argument.dependency))) {
      list += R"(,"value":)" + value->dump();
    }
    list += '}';
  }
  return list.empty() ? "[]" : list + "]";
}

std::string output_list(const CallbackDefinition& callback) {
  std::string list;
  for (const Output& output : callback.outputs) {
    if (!list.empty()) list += ',';
    list += R"({"id":)" + worker::json_quoted(output.id) + R"(,"property":)" +
            worker::json_quoted(output.property) + "}";
  }
  return callback.multi ? "[" + list + "]" : list;
}

Values values_of(const Json& response) {
  Values values;
  for (const auto& [id, properties] : *response.as_object()) {
    for (const auto& [property, value] : *properties.as_object()) {
      values.emplace_back(id + "." + property, value);
    }
  }
  return values;
}

/// Adds the properties of all components with a string id in `json`, plain JSON, to `page`.
void collect_properties(const Json& json, std::map<std::string, Json, std::less<>>& page) {
  if (const Json::Array* items = json.as_array()) {
    for (const Json& item : *items) collect_properties(item, page);
  }
  const Json::Object* members = json.as_object();
  if (members == nullptr) return;
  const Json* properties = json.find("props");
  const Json* id = properties != nullptr ? properties->find("id") : nullptr;
  if (id != nullptr && id->as_string() != nullptr && json.find("namespace") != nullptr) {
    for (const auto& [name, value] : *properties->as_object()) {
      page.insert_or_assign(*id->as_string() + "." + name, value);
    }
  }
  for (const auto& member : *members) collect_properties(member.second, page);
}

}  // namespace

const Json* Outcome::find(std::string_view property) const { return find_in(values, property); }

const Json& Outcome::operator[](std::string_view property) const {
  if (const Json* value = find(property)) return *value;
  throw Error("callback '" + callback + "' did not set " + std::string(property) +
              (failed() || in_browser() ? ": " + error : ""));
}

/// The app with its callbacks, and the state of the one browser that shows it.
class AppUnderTest::Page {
 public:
  explicit Page(const std::function<void(App&)>& set_up) {
    set_up(app_);
    worker::check_registry(definition());
    callbacks_.emplace(definition());
    take_layout();
  }

  const worker::AppDefinition& definition() const { return app_.definition(); }
  Json layout() const {
    const Json layout =
        definition().layout_function ? definition().layout_function() : definition().layout;
    return Json::parse(layout.dump());
  }
  void take_layout() {
    properties_.clear();
    collect_properties(layout(), properties_);
  }
  const Json* value(std::string_view property) const {
    const auto found = properties_.find(property);
    return found == properties_.end() ? nullptr : &found->second;
  }

  const CallbackEntry& callback(std::string_view id) const;
  Outcome call(const CallbackEntry& entry, const Values& given) const;
  std::vector<Outcome> open();
  std::vector<Outcome> change(const Values& values);

 private:
  using Pending = std::set<std::size_t>;  ///< callbacks to call, by their place in entries()

  void set(const Values& values, Pending& pending, Values& changed);
  void leave_to_browser(const CallbackDefinition& callback);
  std::vector<Outcome> follow(Pending pending, Values changed);
  std::size_t next_of(const Pending& pending) const;
  bool leads_to(std::size_t from, std::size_t to) const;
  const std::vector<CallbackEntry>& entries() const { return callbacks_->entries(); }

  App app_;
  std::optional<worker::CallbackTable> callbacks_;
  std::map<std::string, Json, std::less<>> properties_;
  /// Clientside callbacks that the browser would have run by now.
  std::vector<const CallbackDefinition*> left_to_browser_;
};

const CallbackEntry& AppUnderTest::Page::callback(std::string_view id) const {
  if (const CallbackEntry* entry = callbacks_->find(id)) return *entry;
  std::string known;
  for (const CallbackEntry& entry : entries()) known += (known.empty() ? "" : ", ") + entry.id;
  for (const CallbackDefinition& callback : definition().callbacks) {
    if (!callback.clientside || worker::callback_id(callback) != id) continue;
    throw Error("callback '" + std::string(id) + "' " + std::string(kInBrowser));
  }
  throw Error("no callback '" + std::string(id) + "'; there are: " + known);
}

Outcome AppUnderTest::Page::call(const CallbackEntry& entry, const Values& given) const {
  const CallbackDefinition& callback = *entry.definition;
  std::string changed;
  for (const auto& value : given) {
    if (!reads(callback, value.first, false)) continue;
    changed += (changed.empty() ? "" : ",") + worker::json_quoted(value.first);
  }
  const auto value_of = [&](const std::string& property) {
    const Json* own = find_in(given, property);
    return own != nullptr ? own : value(property);
  };
  worker::Request request;
  request.body = R"({"output":)" + worker::json_quoted(entry.id);
  if (!callback.outputs.empty()) request.body += R"(,"outputs":)" + output_list(callback);
  request.body += R"(,"inputs":)" + argument_list(callback, false, value_of) + R"(,"state":)" +
                  argument_list(callback, true, value_of) + R"(,"changedPropIds":[)" + changed +
                  "]}";

  worker::Response response;
  const auto failure = worker::UpdateComponent(*callbacks_, false).run(request, response);
  Outcome outcome;
  outcome.callback = entry.id;
  if (failure) {
    outcome.kind = Outcome::Kind::failed;
    outcome.error = worker::type_and_message(*failure);
  } else if (response.status == 204) {
    outcome.kind = Outcome::Kind::prevented;
  } else {
    const Json answer = Json::parse(response.bytes());
    outcome.values = values_of(answer["response"]);
    if (const Json* side_update = answer.find("sideUpdate")) {
      outcome.set_props = values_of(*side_update);
    }
  }
  return outcome;
}

std::vector<Outcome> AppUnderTest::Page::open() {
  take_layout();
  Pending pending;
  for (std::size_t i = 0; i < entries().size(); ++i) {
    const CallbackDefinition& callback = *entries()[i].definition;
    if (!callback.prevent_initial_call.value_or(definition().prevent_initial_callbacks)) {
      pending.insert(i);
    }
  }
  for (const CallbackDefinition& callback : definition().callbacks) {
    if (!callback.prevent_initial_call.value_or(definition().prevent_initial_callbacks)) {
      leave_to_browser(callback);
    }
  }
  return follow(std::move(pending), {});
}

std::vector<Outcome> AppUnderTest::Page::change(const Values& values) {
  Pending pending;
  Values changed;
  set(values, pending, changed);
  return follow(std::move(pending), std::move(changed));
}

void AppUnderTest::Page::set(const Values& values, Pending& pending, Values& changed) {
  for (const auto& [property, given] : values) {
    const Json* present = value(property);
    const Json next =
        worker::is_patch(given) ? worker::applied_patch(present ? *present : Json(), given) : given;
    properties_.insert_or_assign(property, next);
    changed.emplace_back(property, next);
    for (std::size_t i = 0; i < entries().size(); ++i) {
      if (reads(*entries()[i].definition, property, false)) pending.insert(i);
    }
    for (const CallbackDefinition& callback : definition().callbacks) {
      if (reads(callback, property, false)) leave_to_browser(callback);
    }
  }
}

void AppUnderTest::Page::leave_to_browser(const CallbackDefinition& callback) {
  const auto end = left_to_browser_.end();
  if (!callback.clientside || std::find(left_to_browser_.begin(), end, &callback) != end) return;
  left_to_browser_.push_back(&callback);
}

std::vector<Outcome> AppUnderTest::Page::follow(Pending pending, Values changed) {
  std::vector<Outcome> outcomes;
  while (!pending.empty()) {
    const std::size_t next = next_of(pending);
    pending.erase(next);
    // The latest value of a property counts, and `call` takes the first.
    outcomes.push_back(call(entries()[next], Values(changed.rbegin(), changed.rend())));
    set(outcomes.back().set_props, pending, changed);
    set(outcomes.back().values, pending, changed);
  }
  for (const CallbackDefinition* callback : std::exchange(left_to_browser_, {})) {
    Outcome outcome;
    outcome.callback = worker::callback_id(*callback);
    outcome.kind = Outcome::Kind::in_browser;
    outcome.error = "the callback " + std::string(kInBrowser);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

/// The first pending callback whose arguments no other pending one can still change.
std::size_t AppUnderTest::Page::next_of(const Pending& pending) const {
  const auto found = std::find_if(pending.begin(), pending.end(), [&](std::size_t candidate) {
    return std::none_of(pending.begin(), pending.end(), [&](std::size_t other) {
      return other != candidate && leads_to(other, candidate);
    });
  });
  return found != pending.end() ? *found : *pending.begin();
}

bool AppUnderTest::Page::leads_to(std::size_t from, std::size_t to) const {
  std::vector<std::size_t> reached{from};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (std::size_t i = 0; i < entries().size(); ++i) {
      if (!feeds(entries()[reached[next]], entries()[i])) continue;
      if (i == to) return true;
      if (std::find(reached.begin(), reached.end(), i) == reached.end()) reached.push_back(i);
    }
  }
  return false;
}

AppUnderTest::AppUnderTest(const std::function<void(App&)>& set_up)
    : page_(std::make_unique<Page>(set_up)) {}

AppUnderTest::AppUnderTest(const std::string& path)
    : AppUnderTest(
          [&](App& app) { worker::Module::load(std::filesystem::absolute(path)).set_up(app); }) {}

AppUnderTest::AppUnderTest(AppUnderTest&&) noexcept = default;
AppUnderTest& AppUnderTest::operator=(AppUnderTest&&) noexcept = default;
AppUnderTest::~AppUnderTest() = default;

Json AppUnderTest::layout() const { return page_->layout(); }

Json AppUnderTest::dependencies() const {
  return Json::parse(worker::dependencies_json(page_->definition()));
}

Json AppUnderTest::value(std::string_view property) const {
  const Json* value = page_->value(property);
  return value != nullptr ? *value : Json();
}

Outcome AppUnderTest::fire(std::string_view callback, const Values& values) const {
  const CallbackEntry& entry = page_->callback(callback);
  for (const auto& value : values) {
    if (!reads(*entry.definition, value.first, true)) {
      throw Error("callback '" + entry.id + "' has no Input or State " + value.first);
    }
  }
  return page_->call(entry, values);
}

std::vector<Outcome> AppUnderTest::open() { return page_->open(); }

std::vector<Outcome> AppUnderTest::change(const Values& values) { return page_->change(values); }

}  // namespace ekiden::testing
