// SPDX-License-Identifier: MIT
#include "worker/app/output_checks.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "worker/app/pattern.hpp"

namespace ekiden::worker {

namespace {

using Problems = std::vector<std::string>;
using Keys = std::set<std::string_view>;

/// An output of a callback met before.
struct Owned {
  const Output* output;
  const CallbackDefinition* callback;
};

/// The outputs met so far: those with string ids by name, since there may be thousands; patterns,
/// which are few, in a list.
class Owners {
 public:
  /// The owner whose components `output` has, too, if any; else `output` is remembered.
  const CallbackDefinition* claim(const Output& output, const CallbackDefinition& callback) {
    if (output.pattern.empty()) {
      const auto [owner, is_new] = plain_.emplace(
          std::pair(std::string_view(output.id), std::string_view(output.property)), &callback);
      return is_new ? nullptr : owner->second;
    }
    const auto other = std::find_if(patterns_.begin(), patterns_.end(), [&](const Owned& owned) {
      return owned.output->property == output.property &&
             overlap(owned.output->pattern, output.pattern);
    });
    if (other != patterns_.end()) return other->callback;
    patterns_.push_back({&output, &callback});
    return nullptr;
  }

 private:
  std::map<std::pair<std::string_view, std::string_view>, const CallbackDefinition*> plain_;
  std::vector<Owned> patterns_;
};

Keys keys_with(const Dependency& dependency, std::initializer_list<Wildcard> wildcards) {
  Keys keys;
  for (const Pattern::Member& member : dependency.pattern) {
    if (!member.wildcard) continue;
    if (std::find(wildcards.begin(), wildcards.end(), *member.wildcard) != wildcards.end()) {
      keys.insert(member.key);
    }
  }
  return keys;
}

std::string names_of(const Keys& keys) {
  std::string text;
  for (const std::string_view key : keys) {
    text.append(text.empty() ? "\"" : ", \"").append(key).append("\"");
  }
  return text.empty() ? "no key" : text;
}

void check_output_wildcards(const CallbackDefinition& callback, Problems& problems) {
  const Output& first = callback.outputs.front();
  const Keys expected = keys_with(first, {MATCH});
  for (const Output& output : callback.outputs) {
    const std::string name = subject(callback) + item("Output", output);
    if (!keys_with(output, {ALLSMALLER}).empty()) {
      problems.push_back(name +
                         ": ALLSMALLER is for Inputs and States; an Output may use ALL or "
                         "MATCH");
    }
    const Keys keys = keys_with(output, {MATCH});
    if (keys == expected) continue;
    problems.push_back(name + ": Mismatched `MATCH` wildcards across `Output`s: it has MATCH for " +
                       names_of(keys) + ", but " + item("Output", first) + " for " +
                       names_of(expected));
  }
}

void check_argument_wildcards(const CallbackDefinition& callback, const Keys& matched,
                              Problems& problems) {
  for (const Argument& argument : callback.arguments) {
    const Dependency& dependency = argument.dependency;
    const std::string name =
        subject(callback) + item(argument.is_state ? "State" : "Input", dependency);
    Keys keys = matched.empty() ? keys_with(dependency, {ALLSMALLER})
                                : keys_with(dependency, {MATCH, ALLSMALLER});
    for (const std::string_view key : matched) keys.erase(key);
    if (keys.empty()) continue;
    problems.push_back(name +
                       ": `Input` / `State` wildcards not in `Output`s: MATCH or ALLSMALLER "
                       "for " +
                       names_of(keys) + ", where the Outputs have MATCH for " + names_of(matched));
  }
}

/// The browser cannot say which of several callbacks sets the value when the page is loaded.
void check_duplicate(const AppDefinition& app, const CallbackDefinition& callback,
                     const Output& output, Problems& problems) {
  const PreventInitialCall prevent =
      callback.prevent_initial_call.value_or(app.prevent_initial_callbacks);
  if (prevent.permits_duplicates()) return;
  problems.push_back(
      subject(callback) + item("Output", output) +
      ": allow_duplicate requires prevent_initial_call to be true or "
      "initial_duplicate, since the order of the calls is not known when the page is "
      "loaded");
}

}  // namespace

std::string subject(const CallbackDefinition& callback) {
  return "callback '" + callback.output_id() + "' (" + callback.where + "): ";
}

std::string item(const char* role, const Dependency& dependency) {
  return std::string(role) + " \"" + dependency.id + '.' + dependency.property + '"';
}

void check_outputs(const AppDefinition& app, Problems& problems) {
  Owners owners;
  for (const CallbackDefinition& callback : app.callbacks) {
    for (const Output& output : callback.outputs) {
      if (output.is_duplicate) {
        check_duplicate(app, callback, output, problems);
        continue;
      }
      const CallbackDefinition* owner = owners.claim(output, callback);
      if (owner == nullptr) continue;
      problems.push_back(subject(callback) + item("Output", output) +
                         (owner == &callback
                              ? " is used twice by this callback"
                              : " is already in use by the callback at " + owner->where +
                                    "; combine them into one callback"));
    }
  }
}

void check_wildcards(const AppDefinition& app, Problems& problems) {
  for (const CallbackDefinition& callback : app.callbacks) {
    Keys matched;
    if (!callback.outputs.empty()) {
      check_output_wildcards(callback, problems);
      matched = keys_with(callback.outputs.front(), {MATCH});
    }
    check_argument_wildcards(callback, matched, problems);
  }
}

}  // namespace ekiden::worker
