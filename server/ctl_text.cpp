// SPDX-License-Identifier: MIT
#include "server/ctl_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "server/tool_text.hpp"

namespace ekiden::server {
namespace {

std::string reload_text(const Json& last) {
  if (last.is_null()) return "none yet";
  const std::string ago = duration(last["ago_s"]);
  if (string(last, "outcome") == "served") {
    return fmt::format("generation {} came in after {}, {} ago", integer(last, "generation"),
                       duration(last["took_s"]), ago);
  }
  return fmt::format("generation {} failed {} ago: {}", integer(last, "generation"), ago,
                     string(last, "error"));
}

std::string longest_call(const Json& call) {
  if (call.is_null()) return "none runs";
  return fmt::format("{} in worker {} for {}", string(call, "callback"), integer(call, "worker"),
                     duration(call["age_s"]));
}

/// A call, and the worker that it is in.
struct Call {
  const Json *worker, *call;
  double age() const { return (*call)["age_s"].as_number().value_or(0); }
};

std::string serving(const Json& status) {
  std::string text = fmt::format("{}", integer(status, "generation"));
  if (!status["loading"].is_null()) text += fmt::format(", {} loads", integer(status, "loading"));
  return status["stopping"] == Json(true) ? text + ", about to stop" : text;
}

}  // namespace

std::string status_text(const Json& status) {
  const Json &workers = status["workers"], &cache = status["cache"], &reloads = status["reloads"];
  std::string answers;
  for (const auto& [kind, count] : *status["answers"].as_object()) {
    answers += fmt::format("{}{} of {}", answers.empty() ? "" : ", ", *count.as_integer(), kind);
  }
  const std::int64_t hits = integer(cache, "hits");
  Table table(0);
  const auto add = [&table](const char* name, std::string text) {
    table.add({name, std::move(text)});
  };
  add("app", fmt::format("{}, Ekiden {}", string(status, "app"), string(status, "version")));
  add("up", duration(status["uptime_s"]));
  add("generation", serving(status));
  add("workers", fmt::format("{} wanted; {} ready, {} booting, {} draining",
                             integer(workers, "wanted"), integer(workers, "ready"),
                             integer(workers, "booting"), integer(workers, "draining")));
  add("callbacks", fmt::format("{} running or queued, {} threads", integer(status, "busy"),
                               integer(status, "threads")));
  add("longest call", longest_call(status["longest_call"]));
  add("connections", fmt::format("{}", integer(status, "connections")));
  add("answers", answers);
  add("cache",
      fmt::format("{} values, {} of {}; {} hits, {} misses, hit % {}", integer(cache, "entries"),
                  size(integer(cache, "payload_bytes")), size(integer(cache, "data_bytes")), hits,
                  integer(cache, "misses"), percent(hits, hits + integer(cache, "misses"))));
  add("reloads",
      fmt::format("{} served, {} failed", integer(reloads, "served"), integer(reloads, "failed")));
  add("last reload", reload_text(reloads["last"]));
  add("deaths", fmt::format("{}", integer(status, "deaths")));
  return table.text();
}

std::string workers_text(const Json& workers) {
  Table table(10);
  table.add({"SLOT", "PID", "GEN", "AGE", "REQUESTS", "CALLBACKS", "BUSY", "CONNS", "HEARTBEAT",
             "MEMORY", "STATE", "WORKER"});
  for (const Json& one : array(workers, "workers")) {
    const auto count = [&one](const char* name) { return fmt::format("{}", integer(one, name)); };
    table.add({count("slot"), count("pid"), count("generation"), duration(one["age_s"]),
               count("requests"), count("callbacks"), count("busy") + "/" + count("threads"),
               count("connections"), duration(one["heartbeat_age_s"]),
               size(integer(one, "private_bytes")), string(one, "state"), count("number")});
  }
  return table.text();
}

std::string calls_text(const Json& workers) {
  std::vector<Call> calls;
  std::int64_t unnamed = 0;  // queued behind those that are named
  for (const Json& worker : array(workers, "workers")) {
    unnamed += integer(worker, "queued");
    for (const Json& call : array(worker, "calls")) {
      unnamed -= string(call, "state") == "queued" ? 1 : 0;
      calls.push_back({&worker, &call});
    }
  }
  if (calls.empty()) return "no callback runs\n";
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call& one, const Call& other) { return one.age() > other.age(); });
  Table table(5);
  table.add({"AGE", "WAITED", "WORKER", "PID", "THREAD", "STATE", "CALLBACK"});
  for (const auto& [worker, call] : calls) {
    const Json& thread = (*call)["thread"];
    table.add({duration((*call)["age_s"]), duration((*call)["queued_s"]),
               fmt::format("{}", integer(*worker, "number")),
               fmt::format("{}", integer(*worker, "pid")), thread.is_null() ? "-" : thread.dump(),
               string(*call, "state"), string(*call, "callback")});
  }
  return table.text() + (unnamed > 0 ? fmt::format("and {} more queued\n", unnamed) : "");
}

std::string callbacks_text(const Json& callbacks) {
  Table table(5);
  table.add({"CALLS", "FAILED", "MEAN", "99% BELOW", "MEAN WAIT", "CALLBACK"});
  for (const Json& one : array(callbacks, "callbacks")) {
    const bool beyond = one["p99_below_s"].is_null();
    table.add({fmt::format("{}", integer(one, "calls")),
               fmt::format("{}", integer(one, "failures")), duration(one["mean_s"]),
               beyond ? "more" : duration(one["p99_below_s"]), duration(one["mean_wait_s"]),
               string(one, "callback")});
  }
  return table.text();
}

}  // namespace ekiden::server
