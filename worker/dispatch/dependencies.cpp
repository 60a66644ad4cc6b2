// SPDX-License-Identifier: MIT
#include "worker/dispatch/dependencies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "worker/app/digest.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

std::string dotted(const Dependency& dependency) {
  return dependency.id + "." + dependency.property;
}

/// Names a callback that has no output, or marks one that allows duplicates. 64 digits because the
/// renderer tells such an id from `id.prop` by the missing dot, and shows it where Dash shows a
/// SHA-256.
std::string digits_of_inputs(const CallbackDefinition& callback, std::size_t number) {
  std::string inputs = fmt::format("{}", number);
  for (const Argument& argument : callback.arguments) {
    if (!argument.is_state) inputs += "." + dotted(argument.dependency);
  }
  if (inputs.find('.') == std::string::npos) inputs += callback.where;
  std::string id;
  while (id.size() < 64) id += content_digest(inputs + id);
  return id;
}

bool has_duplicate(const CallbackDefinition& callback) {
  return std::any_of(callback.outputs.begin(), callback.outputs.end(),
                     [](const Output& output) { return output.is_duplicate; });
}

void append_dependency_list(const CallbackDefinition& callback, bool states, std::string& out) {
  out += '[';
  bool first = true;
  for (const Argument& argument : callback.arguments) {
    if (argument.is_state != states) continue;
    if (!first) out += ',';
    first = false;
    out += fmt::format(R"({{"id":{},"property":{}{}}})", json_quoted(argument.dependency.id),
                       json_quoted(argument.dependency.property),
                       argument.is_optional ? R"(,"allow_optional":true)" : "");
  }
  out += ']';
}

void append_running(const CallbackDefinition& callback, std::string& out) {
  if (callback.running.empty()) return;
  Json::Object on, off;
  for (const Running& running : callback.running) {
    on.emplace_back(dotted(running.output), running.on);
    off.emplace_back(dotted(running.output), running.off);
  }
  out += R"(,"running":)";
  Json{{"running", std::move(on)}, {"runningOff", std::move(off)}}.write(out);
}

void append_clientside(const CallbackDefinition& callback, std::string& out) {
  if (!callback.clientside) {
    out += "null";
    return;
  }
  out += fmt::format(R"({{"namespace":{},"function_name":{}}})",
                     json_quoted(callback.clientside->name_space()),
                     json_quoted(callback.clientside->function_name()));
}

void append_callback(const CallbackDefinition& callback, const std::string& id,
                     const AppDefinition& app, std::string& out) {
  out += fmt::format(R"({{"output":{},"inputs":)", json_quoted(id));
  append_dependency_list(callback, false, out);
  out += R"(,"state":)";
  append_dependency_list(callback, true, out);
  out += R"(,"clientside_function":)";
  append_clientside(callback, out);
  out += fmt::format(R"(,"prevent_initial_call":{},"background":null,)"
                     R"("dynamic_creator":false,"no_output":{},"optional":{},"hidden":{},)"
                     R"("websocket":false,"persistent":false)",
                     bool(callback.prevent_initial_call.value_or(app.prevent_initial_callbacks)),
                     callback.outputs.empty(), callback.optional,
                     callback.hidden.value_or(app.hide_all_callbacks));
  append_running(callback, out);
  out += '}';
}

}  // namespace

std::string callback_id(const CallbackDefinition& callback, std::size_t number) {
  if (callback.outputs.empty()) return digits_of_inputs(callback, number);
  if (!has_duplicate(callback)) return callback.output_id();
  const std::string mark = "@" + digits_of_inputs(callback, number);
  std::string id;
  for (const Output& output : callback.outputs) {
    if (!id.empty()) id += "...";
    id += dotted(output);
    if (output.is_duplicate) id += mark;
  }
  return callback.multi ? ".." + id + ".." : id;
}

std::vector<std::string> callback_ids(std::span<const CallbackDefinition> callbacks) {
  std::vector<std::string> ids;
  ids.reserve(callbacks.size());
  std::unordered_map<std::string, std::size_t> used;
  for (const CallbackDefinition& callback : callbacks) {
    std::string id = callback_id(callback);
    if (const std::size_t earlier = used[id]++; earlier > 0) id = callback_id(callback, earlier);
    ids.push_back(std::move(id));
  }
  return ids;
}

std::string dependencies_json(const AppDefinition& app) {
  const std::vector<std::string> ids = callback_ids(app.callbacks);
  std::string out = "[";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    append_callback(app.callbacks[i], ids[i], app, out);
  }
  return out + "]";
}

}  // namespace ekiden::worker
