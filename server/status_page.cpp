// SPDX-License-Identifier: MIT
#include "server/status_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "server/setting_values.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

using shared::WorkerState;

constexpr std::string_view kHead = R"(<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="2"><meta name="viewport" content="width=device-width">
<title>Ekiden</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.2rem .7rem}
th{border-bottom:1px solid #999;font-weight:600}tr:nth-child(even) td{background:#f4f4f4}
th:first-child,td:first-child{text-align:left}.bad{color:#b00020;font-weight:600}
</style></head><body>
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string milliseconds(double ms) {
  return ms < 10       ? fmt::format("{:.1f} ms", ms)
         : ms < 10'000 ? fmt::format("{:.0f} ms", ms)
                       : fmt::format("{:.1f} s", ms / 1000);
}

std::string mean(const shared::DurationTotals& totals) {
  return totals.count() == 0 ? "–" : milliseconds(totals.mean_s() * 1000);
}

/// The bound of the bucket in which the slowest hundredth begins.
std::string p99(const shared::DurationTotals& totals) {
  if (const auto bound = totals.bound_of(0.99)) return "≤ " + milliseconds(*bound * 1000);
  return "> " + milliseconds(shared::kDurationBounds.back() * 1000);
}

std::string duration(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return seconds < 172'800 ? fmt::format("{} h", seconds / 3600)
                           : fmt::format("{} days", seconds / 86'400);
}

void write_workers(const ServerState& state, std::string& page) {
  page +=
      "<h2>Workers</h2><table><tr><th>slot</th><th>pid</th><th>generation</th><th>state</th>"
      "<th>callbacks running or queued</th><th>threads</th><th>connections</th><th>requests</th>"
      "<th>last sign of life</th></tr>";
  const std::uint64_t now = shared::monotonic_ns();
  for (std::uint32_t slot = 0; slot < shared::kMaxWorkers; ++slot) {
    const shared::WorkerSlot& worker = state.scoreboard[slot];
    const WorkerState is = worker.state;
    if (is == WorkerState::vacant || is == WorkerState::dead) continue;
    const std::uint64_t beat = worker.heartbeat_ns;
    const std::chrono::nanoseconds silence(beat == 0 || beat > now ? 0 : now - beat);
    fmt::format_to(std::back_inserter(page),
                   "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                   "<td>{}</td><td>{}</td><td{}>{}</td></tr>",
                   slot, worker.pid.load(), worker.generation.load(), shared::name(is),
                   worker.busy.load(), worker.threads.load(), worker.connections.load(),
                   worker.requests.load(),
                   silence > std::chrono::seconds(2) ? " class=\"bad\"" : "",
                   milliseconds(std::chrono::duration<double, std::milli>(silence).count()));
  }
  page += "</table>";
}

void write_calls(const ServerState& state, std::string& page) {
  page +=
      "<h2>Running now</h2><table><tr><th>callback</th><th>worker</th><th>state</th><th>for</th>"
      "<th>waited for a thread</th></tr>";
  for (const WorkerStanding& worker : state.workers) {
    for (const CallStanding& call : calls_of(state, worker.slot)) {
      const auto ms = [](std::chrono::duration<double, std::milli> time) {
        return milliseconds(time.count());
      };
      fmt::format_to(std::back_inserter(page),
                     "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                     escaped(call.callback), worker.number, call.state, ms(call.age),
                     ms(call.queued));
    }
  }
  page += "</table>";
}

void write_callbacks(const ServerState& state, std::string& page) {
  page +=
      "<h2>Callbacks</h2><table><tr><th>outputs</th><th>calls</th><th>failed</th><th>mean</th>"
      "<th>99 %</th><th>mean wait for a thread</th></tr>";
  for (const auto& [id, totals] : state.traffic.callbacks) {
    fmt::format_to(std::back_inserter(page),
                   "<tr><td>{}</td><td>{}</td><td{}>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                   escaped(id), totals.ran.count(), totals.failures > 0 ? " class=\"bad\"" : "",
                   totals.failures, mean(totals.ran), p99(totals.ran), mean(totals.waited));
  }
  page += "</table>";
}

void write_cache(const shared::CacheCounters& cache, std::string& page) {
  fmt::format_to(std::back_inserter(page),
                 "<h2>Cache</h2><p>{} values, {} of {}; {} hits, {} misses, {} computations, {} "
                 "waits, {} evictions, {} uncached.</p>",
                 cache.entries, format_size(cache.payload_bytes), format_size(cache.data_bytes),
                 cache.hits, cache.misses, cache.computations, cache.waits, cache.evictions,
                 cache.uncached);
}

}  // namespace

std::string status_page(const ServerState& state) {
  std::string page(kHead);
  fmt::format_to(std::back_inserter(page),
                 "<h1>{}</h1><p>Ekiden {}, up for {}, generation {}; {} reloads, {} failed; {} "
                 "workers died. Answers: {} of 2xx, {} of 3xx, <span{}>{} of 4xx, {} of 5xx"
                 "</span>.</p>",
                 escaped(state.app), EKIDEN_VERSION, duration(state.uptime), state.generation,
                 state.supervision.reloads, state.supervision.failed_reloads,
                 state.supervision.deaths, state.traffic.responses[2], state.traffic.responses[3],
                 state.traffic.responses[5] > 0 ? " class=\"bad\"" : "", state.traffic.responses[4],
                 state.traffic.responses[5]);
  write_workers(state, page);
  write_calls(state, page);
  write_callbacks(state, page);
  write_cache(state.cache, page);
  return page + "</body></html>\n";
}

}  // namespace ekiden::server
