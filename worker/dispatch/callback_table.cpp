// SPDX-License-Identifier: MIT
#include "worker/dispatch/callback_table.hpp"

#include <algorithm>
#include <utility>

#include "shared/traffic.hpp"
#include "worker/dispatch/dependencies.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

std::vector<CallbackEntry::Target> targets_of(const CallbackDefinition& callback) {
  std::vector<CallbackEntry::Target> targets;
  for (std::size_t i = 0; i < callback.outputs.size(); ++i) {
    const std::string opening = json_quoted(callback.outputs[i].id) + ":{";
    auto target = std::find_if(targets.begin(), targets.end(),
                               [&](const auto& known) { return known.opening == opening; });
    if (target == targets.end()) target = targets.insert(targets.end(), {opening, {}});
    target->fields.push_back({i, json_quoted(callback.outputs[i].property) + ":"});
  }
  return targets;
}

}  // namespace

CallbackTable::CallbackTable(const AppDefinition& app) {
  std::vector<std::string> ids = callback_ids(app.callbacks);
  entries_.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const CallbackDefinition& callback = app.callbacks[i];
    if (callback.clientside) continue;
    const ErrorHandler& on_error = callback.on_error ? callback.on_error : app.on_error;
    entries_.push_back(
        {&callback, std::move(ids[i]), targets_of(callback), on_error ? &on_error : nullptr});
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) by_id_.emplace(entries_[i].id, i);
}

void CallbackTable::number_by(shared::Traffic& traffic) {
  for (CallbackEntry& entry : entries_) entry.number = traffic.callback(entry.id);
}

const CallbackEntry* CallbackTable::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entries_[found->second];
}

}  // namespace ekiden::worker
