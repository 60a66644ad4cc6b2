// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ekiden/app.hpp>
#include <ekiden/testing.hpp>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "worker/app/definition.hpp"
#include "worker/app/module.hpp"
#include "worker/app/registry_checks.hpp"
#include "worker/app/stringified_id.hpp"
#include "worker/dispatch/applied_patch.hpp"
#include "worker/dispatch/callback_table.hpp"
#include "worker/dispatch/dependencies.hpp"
#include "worker/dispatch/page_state.hpp"
#include "worker/dispatch/resolved_callback.hpp"
#include "worker/dispatch/update_component.hpp"

namespace ekiden::testing {

using worker::CallbackDefinition;
using worker::CallbackEntry;
using worker::normalised;
using worker::ResolvedCallback;

namespace {

constexpr std::string_view kInBrowser =
    "is a clientside callback: it runs in the browser, so it is tested there";

const Json* find_in(const Values& values, std::string_view property) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const auto& value) { return value.first == property; });
  return found == values.end() ? nullptr : &found->second;
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

/// The place in `calls` of the first pending one whose arguments no other can still change.
std::size_t next_of(const std::vector<ResolvedCallback>& calls,
                    const std::vector<bool>& is_pending) {
  const auto leads_to = [&](std::size_t from, std::size_t to) {
    std::vector<std::size_t> reached{from};
    for (std::size_t next = 0; next < reached.size(); ++next) {
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].definition->clientside || !calls[reached[next]].feeds(calls[i])) continue;
        if (i == to) return true;
        if (std::find(reached.begin(), reached.end(), i) == reached.end()) reached.push_back(i);
      }
    }
    return false;
  };
  std::size_t first = calls.size();
  for (std::size_t candidate = 0; candidate < calls.size(); ++candidate) {
    if (!is_pending[candidate]) continue;
    first = std::min(first, candidate);
    bool waits = false;
    for (std::size_t other = 0; other < calls.size() && !waits; ++other) {
      waits = other != candidate && is_pending[other] && leads_to(other, candidate);
    }
    if (!waits) return candidate;
  }
  return first;
}

Values normalised_values(const Values& values) {
  Values all;
  for (const auto& [property, value] : values) all.emplace_back(normalised(property), value);
  return all;
}

}  // namespace

std::string property_of(const Json& id, std::string_view property) {
  return worker::stringified_id(id).append(".").append(property);
}

const Json* Outcome::find(std::string_view property) const {
  return find_in(values, normalised(property));
}

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
    ids_ = worker::callback_ids(definition().callbacks);
    state_.emplace(layout());
  }

  const worker::AppDefinition& definition() const { return app_.definition(); }
  Json layout() const {
    const Json layout =
        definition().layout_function ? definition().layout_function() : definition().layout;
    return Json::parse(layout.dump());
  }
  const Json* value(std::string_view property) const { return state_->value(property); }

  Outcome fire(std::string_view id, const Values& given) const;
  std::vector<Outcome> open();
  std::vector<Outcome> change(const Values& values);

 private:
  /// Calls to come: the callback, by its place in the definition, and which of its calls.
  using Pending = std::set<std::pair<std::size_t, std::string>>;
  using Calls = std::vector<ResolvedCallback>;

  std::size_t place_of(const ResolvedCallback& call) const {
    return static_cast<std::size_t>(call.definition - definition().callbacks.data());
  }
  Pending::value_type key_of(const ResolvedCallback& call) const {
    return {place_of(call), call.match};
  }
  bool prevents_initial_call(const CallbackDefinition& callback) const {
    return bool(callback.prevent_initial_call.value_or(definition().prevent_initial_callbacks));
  }
  bool is_called_at_load(const ResolvedCallback& call) const;
  bool is_on_page(const ResolvedCallback::Item& item) const;

  Calls all_calls() const;
  Calls calls_of(std::string_view id) const;
  ResolvedCallback one_call(std::string_view id, const Values& given) const;
  Outcome call(const ResolvedCallback& callback, const Values& given,
               const std::vector<std::string>& changed) const;

  void set(const Values& values, Pending& pending, std::vector<std::string>& changed);
  void schedule_new(const Calls& before, const std::set<std::string>& brought, Pending& pending);
  std::vector<Outcome> follow(Pending pending, std::vector<std::string> changed);

  App app_;
  std::optional<worker::CallbackTable> callbacks_;
  std::vector<std::string> ids_;  ///< of the callbacks, as the dependencies have them
  std::optional<worker::PageState> state_;
};

AppUnderTest::Page::Calls AppUnderTest::Page::all_calls() const {
  Calls all;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    for (auto& call : worker::resolved_on(*state_, definition().callbacks[i], ids_[i])) {
      all.push_back(std::move(call));
    }
  }
  return all;
}

/// Those that the id of a callback, or of one call of it, stands for.
AppUnderTest::Page::Calls AppUnderTest::Page::calls_of(std::string_view id) const {
  const std::string name = normalised(id);
  Calls found;
  for (ResolvedCallback& call : all_calls()) {
    const std::string& declared = ids_[place_of(call)];
    if (declared == id || declared == name || call.id == id || normalised(call.id) == name) {
      found.push_back(std::move(call));
    }
  }
  return found;
}

ResolvedCallback AppUnderTest::Page::one_call(std::string_view id, const Values& given) const {
  Calls calls = calls_of(id);
  if (calls.empty()) {
    std::string known;
    for (const std::string& one : ids_) known += (known.empty() ? "" : ", ") + one;
    const bool is_declared = std::find(ids_.begin(), ids_.end(), id) != ids_.end();
    throw Error(is_declared
                    ? "callback '" + std::string(id) + "': no component of the page fits its MATCH"
                    : "no callback '" + std::string(id) + "'; there are: " + known);
  }
  const ResolvedCallback first = calls.front();
  if (first.definition->clientside) {
    throw Error("callback '" + std::string(id) + "' " + std::string(kInBrowser));
  }
  std::string missing;
  const auto lacks_some = [&](const ResolvedCallback& call) {
    return std::any_of(given.begin(), given.end(), [&](const auto& value) {
      if (call.reads(value.first, true)) return false;
      missing = value.first;
      return true;
    });
  };
  calls.erase(std::remove_if(calls.begin(), calls.end(), lacks_some), calls.end());
  if (calls.empty()) {
    throw Error("callback '" + first.id + "' has no Input or State " + missing);
  }
  if (calls.size() > 1) {
    throw Error("callback '" + std::string(id) + "' stands for " + std::to_string(calls.size()) +
                " calls on this page; name one, such as '" + calls.front().id + "'");
  }
  return calls.front();
}

Outcome AppUnderTest::Page::fire(std::string_view id, const Values& values) const {
  const Values given = normalised_values(values);
  const ResolvedCallback callback = one_call(id, given);
  std::vector<std::string> changed;
  for (const auto& value : given) changed.push_back(value.first);
  return call(callback, given, changed);
}

Outcome AppUnderTest::Page::call(const ResolvedCallback& callback, const Values& given,
                                 const std::vector<std::string>& changed) const {
  const auto value_of = [&](const std::string& property) {
    const Json* own = find_in(given, property);
    return own != nullptr ? own : value(property);
  };
  std::vector<std::string> triggers;
  for (const std::string& property : changed) {
    if (callback.reads(property, false)) triggers.push_back(property);
  }
  worker::Request request;
  request.body = worker::request_body(callback, ids_[place_of(callback)], triggers, value_of);

  worker::Response response;
  const auto failure = worker::UpdateComponent(*callbacks_, false).run(request, response);
  Outcome outcome;
  outcome.callback = callback.id;
  if (failure) {
    outcome.kind = Outcome::Kind::failed;
    outcome.error = worker::type_and_message(*failure);
  } else if (response.status == 204) {
    outcome.kind = Outcome::Kind::prevented;
  } else {
    response.late.fill(response.body);
    const Json answer = Json::parse(response.body);
    outcome.values = values_of(answer["response"]);
    if (const Json* side_update = answer.find("sideUpdate")) {
      outcome.set_props = values_of(*side_update);
    }
  }
  return outcome;
}

bool AppUnderTest::Page::is_on_page(const ResolvedCallback::Item& item) const {
  return std::any_of(item.ids.begin(), item.ids.end(),
                     [&](const std::string& id) { return state_->has(id); });
}

/// True unless all its outputs or all its inputs are missing. Lists of inputs may be empty.
bool AppUnderTest::Page::is_called_at_load(const ResolvedCallback& call) const {
  const auto on_page = [&](const auto& item) { return is_on_page(item); };
  if (!call.outputs.empty() && std::none_of(call.outputs.begin(), call.outputs.end(), on_page)) {
    return false;
  }
  bool all_lists = true, any_on_page = false;
  for (const auto& item : call.arguments) {
    if (item.is_state) continue;
    all_lists = all_lists && item.is_list;
    any_on_page = any_on_page || on_page(item);
  }
  return all_lists || any_on_page;
}

std::vector<Outcome> AppUnderTest::Page::open() {
  state_.emplace(layout());
  Pending pending;
  for (const ResolvedCallback& call : all_calls()) {
    if (!prevents_initial_call(*call.definition) && is_called_at_load(call)) {
      pending.insert(key_of(call));
    }
  }
  return follow(std::move(pending), {});
}

std::vector<Outcome> AppUnderTest::Page::change(const Values& values) {
  Pending pending;
  std::vector<std::string> changed;
  set(normalised_values(values), pending, changed);
  return follow(std::move(pending), std::move(changed));
}

void AppUnderTest::Page::set(const Values& values, Pending& pending,
                             std::vector<std::string>& changed) {
  for (const auto& [property, given] : values) {
    const Json* present = value(property);
    const Json next =
        worker::is_patch(given) ? worker::applied_patch(present ? *present : Json(), given) : given;
    const Calls before = all_calls();
    const std::set<std::string> brought = state_->set(property, next);
    changed.push_back(property);
    for (const ResolvedCallback& call : all_calls()) {
      if (call.reads(property, false)) pending.insert(key_of(call));
    }
    schedule_new(before, brought, pending);
  }
}

/// What the renderer calls because components came or went: what has an output among the new ones,
/// unless that prevents it; else what has an Input among them, or a list of Inputs that changed.
void AppUnderTest::Page::schedule_new(const Calls& before, const std::set<std::string>& brought,
                                      Pending& pending) {
  const auto is_new = [&](const ResolvedCallback::Item& item) {
    return std::any_of(item.ids.begin(), item.ids.end(),
                       [&](const std::string& id) { return brought.count(id) != 0; });
  };
  for (const ResolvedCallback& call : all_calls()) {
    if (std::any_of(call.outputs.begin(), call.outputs.end(), is_new)) {
      if (!prevents_initial_call(*call.definition)) pending.insert(key_of(call));
      continue;
    }
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& earlier) {
      return key_of(earlier) == key_of(call);
    });
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      const auto& item = call.arguments[i];
      if (item.is_state) continue;
      const bool list_changed =
          item.is_list && same != before.end() && same->arguments[i].ids != item.ids;
      if (is_new(item) || list_changed) pending.insert(key_of(call));
    }
  }
}

std::vector<Outcome> AppUnderTest::Page::follow(Pending pending, std::vector<std::string> changed) {
  std::vector<Outcome> outcomes;
  while (true) {
    const Calls calls = all_calls();
    std::vector<bool> is_pending;
    for (const ResolvedCallback& call : calls) {
      const bool in_browser = call.definition->clientside.has_value();
      is_pending.push_back(pending.count(key_of(call)) != 0 && !in_browser);
    }
    const std::size_t next = next_of(calls, is_pending);
    if (next == calls.size()) break;
    pending.erase(key_of(calls[next]));
    outcomes.push_back(call(calls[next], {}, changed));
    set(outcomes.back().set_props, pending, changed);
    set(outcomes.back().values, pending, changed);
  }
  for (const ResolvedCallback& call : all_calls()) {
    if (pending.count(key_of(call)) == 0) continue;
    Outcome outcome;
    outcome.callback = call.id;
    outcome.kind = Outcome::Kind::in_browser;
    outcome.error = "the callback " + std::string(kInBrowser);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
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
  const Json* value = page_->value(normalised(property));
  return value != nullptr ? *value : Json();
}

Outcome AppUnderTest::fire(std::string_view callback, const Values& values) const {
  return page_->fire(callback, values);
}

std::vector<Outcome> AppUnderTest::open() { return page_->open(); }

std::vector<Outcome> AppUnderTest::change(const Values& values) { return page_->change(values); }

}  // namespace ekiden::testing
