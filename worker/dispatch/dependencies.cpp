// SPDX-License-Identifier: MIT
#include "worker/dispatch/dependencies.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "worker/dispatch/compression.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

std::string dotted(const Dependency& dependency) {
  return dependency.id + "." + dependency.property;
}

/// Names a callback that has no output. 64 digits because the renderer tells such an id from
/// `id.prop` by the missing dot, and shows it where Dash shows a SHA-256.
std::string id_without_output(const CallbackDefinition& callback, std::size_t number) {
  std::string inputs = fmt::format("{}", number);
  for (const Argument& argument : callback.arguments) {
    if (!argument.is_state) inputs += "." + dotted(argument.dependency);
  }
  if (inputs.find('.') == std::string::npos) inputs += callback.where;
  std::string id;
  while (id.size() < 64) id += content_digest(inputs + id);
  return id;
}

void append_dependency_list(const CallbackDefinition& callback, bool states, std::string& out) {
  out += '[';
  bool first = true;
  for (const Argument& argument : callback.arguments) {
    if (argument.is_state != states) continue;
    if (!first) out += ',';
    first = false;
    out += fmt::format(R"({{"id":{},"property":{}}})", json_quoted(argument.dependency.id),
                       json_quoted(argument.dependency.property));
  }
  out += ']';
}

void append_callback(const CallbackDefinition& callback, const std::string& id,
                     bool prevent_by_default, std::string& out) {
  out += fmt::format(R"({{"output":{},"inputs":)", json_quoted(id));
  append_dependency_list(callback, false, out);
  out += R"(,"state":)";
  append_dependency_list(callback, true, out);
  out += fmt::format(R"(,"clientside_function":null,"prevent_initial_call":{},"background":null,)"
                     R"("dynamic_creator":false,"no_output":{},"optional":false,"hidden":false,)"
                     R"("websocket":false,"persistent":false}})",
                     callback.prevent_initial_call.value_or(prevent_by_default),
                     callback.outputs.empty());
}

}  // namespace

std::string callback_id(const CallbackDefinition& callback) {
  return callback.outputs.empty() ? id_without_output(callback, 0) : callback.output_id();
}

std::vector<std::string> callback_ids(std::span<const CallbackDefinition> callbacks) {
  std::vector<std::string> ids;
  ids.reserve(callbacks.size());
  std::unordered_map<std::string, std::size_t> used;
  for (const CallbackDefinition& callback : callbacks) {
    std::string id = callback_id(callback);
    const std::size_t earlier = used[id]++;
    if (callback.outputs.empty() && earlier > 0) id = id_without_output(callback, earlier);
    ids.push_back(std::move(id));
  }
  return ids;
}

std::string dependencies_json(const AppDefinition& app) {
  const std::vector<std::string> ids = callback_ids(app.callbacks);
  std::string out = "[";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    append_callback(app.callbacks[i], ids[i], app.prevent_initial_callbacks, out);
  }
  return out + "]";
}

}  // namespace ekiden::worker
