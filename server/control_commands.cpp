// SPDX-License-Identifier: MIT
#include "server/control_commands.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <ekiden/json.hpp>
#include <limits>
#include <stdexcept>
#include <vector>

#include "server/control_request.hpp"
#include "server/server_commands.hpp"
#include "shared/cache_order.hpp"
#include "shared/key_text.hpp"

namespace ekiden::server {
namespace {

using shared::EntryInfo;
using shared::KeyText;

/// Values up to this size are read whole, so that the type at the end of a direct value is seen.
constexpr std::size_t kMostHead = 64U << 10;
constexpr std::size_t kListHead = 256;
constexpr std::size_t kMostShown = 1024;
constexpr std::size_t kMostMatches = 16;
constexpr std::size_t kLongestTag = 4000;  // so that an order for it is one message

std::size_t limit_in(const Json& request) {
  const Json* value = request.find("limit");
  if (value == nullptr) return 100;
  const std::int64_t* limit = value->as_integer();
  if (limit == nullptr || *limit < 1 || *limit > kMostListed) {
    throw RequestError(fmt::format("\"limit\" must be 1 to {}", kMostListed));
  }
  return static_cast<std::size_t>(*limit);
}

std::string_view kind_name(KeyText::Kind kind) {
  constexpr std::array<std::string_view, 5> kNames{"memoized", "value", "lock", "throttle",
                                                   "unknown"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// The type's name at the end of a direct value, cut off from `value`; see Cache::put_bytes.
std::string take_type(std::string_view& value) {
  std::uint16_t size = 0;
  if (value.size() < sizeof size) return {};
  std::memcpy(&size, value.data() + value.size() - sizeof size, sizeof size);
  const std::size_t whole = size + sizeof size;
  if (value.size() < whole) return {};
  const std::string_view name = value.substr(value.size() - whole, size);
  value.remove_suffix(whole);
  return shared::escaped(name.substr(0, name.find('@')));
}

/// The beginning of a value, and how that is written.
std::pair<std::string, std::string_view> shown(std::string_view value) {
  if (value.size() > kMostShown) {
    value = value.substr(0, kMostShown);
    const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
    while (!value.empty() && is_inside(value.back())) value.remove_suffix(1);
    if (!value.empty() && static_cast<unsigned char>(value.back()) >= 0xc0) value.remove_suffix(1);
  }
  if (shared::is_text(value)) return {std::string(value), "text"};
  std::string digits;
  for (const char c : value.substr(0, kMostShown / 4)) {
    digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return {digits, "hex"};
}

Json::Object describe(const EntryInfo& entry, const KeyText& key, std::string_view value) {
  std::string type = key.type;
  const bool whole = value.size() == entry.value_bytes;
  if (key.kind == KeyText::Kind::value && whole) type = take_type(value);
  return {{"key", key.text},
          {"kind", kind_name(key.kind)},
          {"build", key.build},
          {"type", type},
          {"bytes", number(entry.value_bytes)},
          {"age_s", seconds(entry.age)},
          {"expires_in_s", entry.expires_in ? seconds(*entry.expires_in) : Json()},
          {"cost_s", seconds(entry.cost)}};
}

Json list(const Json& request, const ControlTarget& target) {
  const std::size_t limit = limit_in(request);
  Json::Array entries;
  for (const EntryInfo& entry : target.cache.list({}, limit, kListHead)) {
    entries.push_back(describe(entry, shared::read_key(entry.key), entry.head));
  }
  return {{"entries", std::move(entries)}, {"total", number(target.cache.counters().entries)}};
}

Json show(const Json& request, const ControlTarget& target) {
  const std::string& wanted = string_in(request, "key");
  Json::Array entries;
  for (const EntryInfo& entry : target.cache.list({}, std::numeric_limits<std::size_t>::max())) {
    const KeyText key = shared::read_key(entry.key);
    if (key.text != wanted) continue;
    const std::size_t head =
        entry.value_bytes <= kMostHead ? static_cast<std::size_t>(entry.value_bytes) : kMostShown;
    for (const EntryInfo& found : target.cache.list(entry.key, 1, head)) {
      if (found.key != entry.key) continue;
      Json::Object shown_entry = describe(found, key, found.head);
      std::string_view value = found.head;
      if (key.kind == KeyText::Kind::value && value.size() == found.value_bytes) take_type(value);
      const auto [text, encoding] = shown(value);
      shown_entry.emplace_back("head", text);
      shown_entry.emplace_back("head_encoding", encoding);
      entries.push_back(std::move(shown_entry));
    }
    if (entries.size() == kMostMatches) break;
  }
  if (entries.empty()) {
    throw RequestError(fmt::format("no value has the key {} (`ekiden cache ls` lists all)",
                                   wanted.substr(0, 1000)));
  }
  return {{"entries", std::move(entries)}};
}

Json statistics(const Json&, const ControlTarget& target) {
  const shared::CacheCounters counters = target.cache.counters();
  Json::Array functions;
  for (const shared::FunctionTotals& one : target.cache.statistics()) {
    const double each_us = one.computations == 0 ? 0
                                                 : static_cast<double>(one.compute_us) /
                                                       static_cast<double>(one.computations);
    functions.push_back(Json{{"name", shared::escaped(one.name)},
                             {"hits", number(one.hits)},
                             {"misses", number(one.misses)},
                             {"waits", number(one.waits)},
                             {"stale", number(one.stale)},
                             {"computations", number(one.computations)},
                             {"failures", number(one.failures)},
                             {"mean_compute_s", each_us / 1e6},
                             {"bytes", number(one.bytes)}});
  }
  return {{"hits", number(counters.hits)},
          {"misses", number(counters.misses)},
          {"computations", number(counters.computations)},
          {"waits", number(counters.waits)},
          {"take_overs", number(counters.take_overs)},
          {"evictions", number(counters.evictions)},
          {"rebuilds", number(counters.rebuilds)},
          {"uncached", number(counters.uncached)},
          {"stale", number(counters.stale)},
          {"refreshes", number(counters.refreshes)},
          {"entries", number(counters.entries)},
          {"payload_bytes", number(counters.payload_bytes)},
          {"data_bytes", number(counters.data_bytes)},
          {"functions", std::move(functions)}};
}

/// A worker does it first there and then here: else a value could come back from there meanwhile.
void order_tiers(const ControlTarget& target, const std::string& order) {
  if (target.order_tiers && !target.order_tiers(order)) {
    throw RequestError("no worker is ready to reach what the disk or Redis holds; try again");
  }
}

Json clear(const Json&, const ControlTarget& target) {
  order_tiers(target, {shared::kClearOrder});
  const std::uint64_t entries = target.cache.counters().entries;
  target.cache.clear();
  return {{"cleared", number(entries)}};
}

Json evict(const Json& request, const ControlTarget& target) {
  const std::string& tag = string_in(request, "tag");
  if (tag.size() > kLongestTag) throw RequestError("the tag is too long");
  order_tiers(target, shared::kVoidOrder + ("t:" + tag));
  target.cache.invalidate("t:" + tag);
  return {{"evicted", tag}};
}

ServerControl& server_of(const ControlTarget& target) {
  if (target.server == nullptr) throw RequestError("there is no server to ask");
  return *target.server;
}

Json server_status(const Json&, const ControlTarget& target) {
  return status_of(server_of(target).state());
}

Json server_workers(const Json&, const ControlTarget& target) {
  return workers_of(server_of(target).state());
}

Json server_callbacks(const Json&, const ControlTarget& target) {
  return callbacks_of(server_of(target).state());
}

Json as_json(const ReloadTicket& ticket) {
  return {{"generation", number(ticket.generation)}, {"reload", number(ticket.number)}};
}

Json server_reload(const Json&, const ControlTarget& target) {
  return as_json(server_of(target).reload());
}

Json server_rollback(const Json&, const ControlTarget& target) {
  return as_json(server_of(target).rollback());
}

Json server_scale(const Json& request, const ControlTarget& target) {
  const Json* value = request.find("workers");
  const std::int64_t* workers = value == nullptr ? nullptr : value->as_integer();
  if (workers == nullptr || *workers < 1 || *workers > kMostWorkers) {
    throw RequestError(fmt::format("\"workers\" must be 1 to {}", kMostWorkers));
  }
  const std::uint32_t before = server_of(target).scale(static_cast<std::uint32_t>(*workers));
  return {{"workers", *workers}, {"before", number(before)}};
}

Json server_drain(const Json&, const ControlTarget& target) {
  server_of(target).drain();
  return {{"draining", true}};
}

struct Command {
  std::string_view name;
  Json (*run)(const Json& request, const ControlTarget& target);
};

constexpr std::array kCommands{Command{"cache.list", list},
                               Command{"cache.show", show},
                               Command{"cache.statistics", statistics},
                               Command{"cache.clear", clear},
                               Command{"cache.evict", evict},
                               Command{"server.status", server_status},
                               Command{"server.workers", server_workers},
                               Command{"server.callbacks", server_callbacks},
                               Command{kReloadCommand, server_reload},
                               Command{kRollbackCommand, server_rollback},
                               Command{"server.scale", server_scale},
                               Command{"server.drain", server_drain}};

Json run(const Json& request, const ControlTarget& target) {
  const Json* version = request.find("version");
  if (version == nullptr || !(*version == Json(kControlVersion))) {
    throw RequestError(fmt::format(
        "this server speaks version {} of the control protocol, the request another; use the "
        "`ekiden` that the server was started with",
        kControlVersion));
  }
  const std::string& name = string_in(request, "command");
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(request, target);
  }
  throw RequestError(fmt::format("this server knows no command {}", shared::quoted(name)));
}

bool waits_for_reload(const Json& request) {
  const Json* wait = request.find("wait");
  const std::string& command = string_in(request, "command");
  return (command == kReloadCommand || command == kRollbackCommand) && wait != nullptr &&
         *wait == Json(true);
}

std::string with_result(Json result) {
  return Json{{"version", kControlVersion}, {"result", std::move(result)}}.dump();
}

std::string with_error(std::string_view error) {
  return Json{{"version", kControlVersion}, {"error", error}}.dump();
}

}  // namespace

ControlAnswer answer_control_request(std::string_view line, const ControlTarget& target) {
  try {
    const Json request = Json::parse(line);
    Json result = run(request, target);
    ControlAnswer answer;
    if (waits_for_reload(request)) {
      answer.after_reload = static_cast<std::uint32_t>(*result["reload"].as_integer());
    }
    answer.line = with_result(std::move(result));
    return answer;
  } catch (const std::exception& error) {
    return {with_error(error.what())};
  }
}

std::string reload_answer(const ReloadOutcome& outcome, std::uint32_t serving) {
  if (!outcome.error.empty()) {
    return with_error(
        fmt::format("reload failed, generation {} goes on serving: {}", serving, outcome.error));
  }
  return with_result(
      {{"generation", number(outcome.generation)}, {"took_s", seconds(outcome.took)}});
}

std::string stopping_answer() { return with_error(kStopping); }

}  // namespace ekiden::server
