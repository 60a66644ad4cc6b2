// SPDX-License-Identifier: MIT
#include "server/upgrade_state.hpp"

#include <fmt/core.h>

#include <stdexcept>

#include "server/control_request.hpp"

namespace ekiden::server {
namespace {

constexpr std::int64_t kFormat = 1;

std::int64_t integer(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  if (value == nullptr || value->as_integer() == nullptr) {
    throw std::runtime_error(fmt::format("upgrade: the state lacks \"{}\", an integer", name));
  }
  return *value->as_integer();
}

template <class T>
T number_in(const Json& object, std::string_view name) {
  return static_cast<T>(integer(object, name));
}

std::string text_in(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  if (value == nullptr || value->as_string() == nullptr) {
    throw std::runtime_error(fmt::format("upgrade: the state lacks \"{}\", a string", name));
  }
  return *value->as_string();
}

template <class Read>
auto list_in(const Json& object, std::string_view name, const Read& read) {
  const Json* value = object.find(name);
  if (value == nullptr || value->as_array() == nullptr) {
    throw std::runtime_error(fmt::format("upgrade: the state lacks \"{}\", a list", name));
  }
  std::vector<decltype(read(*value))> items;
  for (const Json& item : *value->as_array()) items.push_back(read(item));
  return items;
}

Json to_json(const UpgradeState::Socket& socket) {
  return {{"text", socket.text},
          {"descriptor", socket.descriptor},
          {"path", socket.file.path},
          {"device", number(socket.file.device)},
          {"inode", number(socket.file.inode)}};
}

UpgradeState::Socket socket_of(const Json& json) {
  return {
      text_in(json, "text"),
      number_in<int>(json, "descriptor"),
      {text_in(json, "path"), number_in<dev_t>(json, "device"), number_in<ino_t>(json, "inode")}};
}

Json to_json(const UpgradeState::Worker& worker) {
  return {{"number", number(worker.number)},
          {"slot", number(worker.slot)},
          {"generation", number(worker.generation)},
          {"pid", worker.pid},
          {"channel", worker.channel},
          {"state", static_cast<int>(worker.state)},
          {"born_ns", number(worker.born_ns)},
          {"wants_successor", worker.wants_successor},
          {"has_successor", worker.has_successor}};
}

UpgradeState::Worker worker_of(const Json& json) {
  UpgradeState::Worker worker;
  worker.number = number_in<std::uint32_t>(json, "number");
  worker.slot = number_in<std::uint32_t>(json, "slot");
  worker.generation = number_in<std::uint32_t>(json, "generation");
  worker.pid = number_in<pid_t>(json, "pid");
  worker.channel = number_in<int>(json, "channel");
  worker.state = static_cast<shared::WorkerState>(integer(json, "state"));
  worker.born_ns = number_in<std::uint64_t>(json, "born_ns");
  worker.wants_successor = text_in(json, "wants_successor");
  const Json* has_successor = json.find("has_successor");
  worker.has_successor = has_successor != nullptr && *has_successor == Json(true);
  if (worker.slot < shared::kMaxWorkers) return worker;
  throw std::runtime_error(
      fmt::format("upgrade: slot {}: there are {}", worker.slot, shared::kMaxWorkers));
}

template <class T>
Json list(const std::vector<T>& items) {
  Json::Array array;
  for (const T& item : items) array.push_back(to_json(item));
  return array;
}

}  // namespace

std::string UpgradeState::text() const {
  Json::Object state{{"format", kFormat},
                     {"version", version},
                     {"listeners", list(listeners)},
                     {"cache", cache},
                     {"scoreboard", scoreboard},
                     {"traffic", traffic},
                     {"access_log", access_log},
                     {"error_log", error_log},
                     {"generation", number(generation)},
                     {"last_generation", number(last_generation)},
                     {"workers", list(workers)},
                     {"mold_pid", mold.pid},
                     {"mold_channel", mold.channel},
                     {"mold_report", mold.report},
                     {"deaths", number(counts.deaths)},
                     {"reloads", number(counts.reloads)},
                     {"failed_reloads", number(counts.failed_reloads)},
                     {"started_ns", number(started_ns)},
                     {"settings", settings}};
  if (admin) state.emplace_back("admin", to_json(*admin));
  return Json(std::move(state)).dump();
}

UpgradeState UpgradeState::parse(std::string_view text) {
  const Json json = Json::parse(text);
  if (const std::int64_t format = integer(json, "format"); format != kFormat) {
    throw std::runtime_error(
        fmt::format("upgrade: the state has format {}, this version reads {}", format, kFormat));
  }
  UpgradeState state;
  state.version = text_in(json, "version");
  state.listeners = list_in(json, "listeners", socket_of);
  if (const Json* admin = json.find("admin")) state.admin = socket_of(*admin);
  state.cache = number_in<int>(json, "cache");
  state.scoreboard = number_in<int>(json, "scoreboard");
  state.traffic = number_in<int>(json, "traffic");
  state.access_log = number_in<int>(json, "access_log");
  state.error_log = number_in<int>(json, "error_log");
  state.generation = number_in<std::uint32_t>(json, "generation");
  state.last_generation = number_in<std::uint32_t>(json, "last_generation");
  state.workers = list_in(json, "workers", worker_of);
  state.mold = {number_in<pid_t>(json, "mold_pid"), number_in<int>(json, "mold_channel"),
                text_in(json, "mold_report")};
  state.counts = {number_in<std::uint64_t>(json, "deaths"),
                  number_in<std::uint64_t>(json, "reloads"),
                  number_in<std::uint64_t>(json, "failed_reloads")};
  state.started_ns = number_in<std::uint64_t>(json, "started_ns");
  if (const Json* settings = json.find("settings")) state.settings = *settings;
  return state;
}

std::vector<int> UpgradeState::descriptors() const {
  std::vector<int> all{cache, scoreboard, traffic, access_log, error_log, mold.channel};
  for (const Socket& listener : listeners) all.push_back(listener.descriptor);
  if (admin) all.push_back(admin->descriptor);
  for (const Worker& worker : workers) all.push_back(worker.channel);
  std::erase(all, -1);
  return all;
}

}  // namespace ekiden::server
