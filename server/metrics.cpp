// SPDX-License-Identifier: MIT
#include "server/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

namespace ekiden::server {
namespace {

using shared::CallbackTotals;
using shared::DurationTotals;
using shared::WorkerState;

/// Appends lines of the format.
class MetricsWriter {
 public:
  /// REQUIRES: all samples of a metric follow its family().
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(out(), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <class T>
  void sample(T value, std::string_view labels = {}) {
    if (labels.empty()) {
      fmt::format_to(out(), "{} {}\n", name_, value);
    } else {
      fmt::format_to(out(), "{}{{{}}} {}\n", name_, labels, value);
    }
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample(value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "gauge", help);
    sample(value);
  }
  void histogram(const DurationTotals& totals, std::string_view labels) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < totals.buckets.size(); ++i) {
      below += totals.buckets[i];
      const std::string bound = i < shared::kDurationBounds.size()
                                    ? fmt::format("{}", shared::kDurationBounds[i])
                                    : "+Inf";
      fmt::format_to(out(), "{}_bucket{{{},le=\"{}\"}} {}\n", name_, labels, bound, below);
    }
    fmt::format_to(out(), "{}_sum{{{}}} {:.6f}\n{}_count{{{}}} {}\n", name_, labels,
                   static_cast<double>(totals.sum_us) / 1e6, name_, labels, below);
  }
  std::string take() { return std::move(text_); }

 private:
  std::back_insert_iterator<std::string> out() { return std::back_inserter(text_); }

  std::string text_;
  std::string_view name_;
};

std::string label(std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}=\"", name);
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text + '"';
}

void write_server(const ServerState& state, MetricsWriter& to) {
  to.family("ekiden_info", "gauge", "Version and app of the server.");
  to.sample(1, label("version", EKIDEN_VERSION) + "," + label("app", state.app));
  to.family("ekiden_uptime_seconds", "gauge", "Since the master started.");
  to.sample(fmt::format("{:.3f}", std::chrono::duration<double>(state.uptime).count()));
  to.gauge("ekiden_generation", "The generation of the app that serves.", state.generation);
  to.gauge("ekiden_workers_wanted", "Workers that there should be.", state.wanted_workers);
  to.counter("ekiden_worker_deaths_total", "Workers that died unasked.", state.supervision.deaths);
  to.family("ekiden_reloads_total", "counter", "Reloads that were tried.");
  to.sample(state.supervision.reloads, R"(outcome="served")");
  to.sample(state.supervision.failed_reloads, R"(outcome="failed")");
}

void write_workers(const ServerState& state, MetricsWriter& to) {
  constexpr std::array kStates{WorkerState::booting, WorkerState::ready, WorkerState::draining};
  std::array<std::uint64_t, kStates.size()> counts{};
  std::uint64_t threads = 0, busy = 0, connections = 0;
  for (std::uint32_t slot = 0; slot < shared::kMaxWorkers; ++slot) {
    const shared::WorkerSlot& worker = state.scoreboard[slot];
    for (std::size_t i = 0; i < kStates.size(); ++i) counts[i] += worker.state == kStates[i];
    if (worker.state != WorkerState::ready && worker.state != WorkerState::draining) continue;
    threads += worker.threads;
    busy += worker.busy;
    connections += worker.connections;
  }
  to.family("ekiden_workers", "gauge", "Workers by state.");
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    to.sample(counts[i], label("state", shared::name(kStates[i])));
  }
  to.gauge("ekiden_callback_threads", "Callback threads of all workers.", threads);
  to.gauge("ekiden_callbacks_running_or_queued", "Callbacks that run or wait for a thread.", busy);
  to.gauge("ekiden_connections", "Open client connections.", connections);
}

void write_responses(const shared::TrafficTotals& traffic, MetricsWriter& to) {
  to.family("ekiden_http_responses_total", "counter", "Answers by status.");
  for (std::size_t kind = 1; kind < traffic.responses.size(); ++kind) {
    to.sample(traffic.responses[kind], label("code", fmt::format("{}xx", kind)));
  }
  to.counter("ekiden_http_response_bytes_total", "Bytes of answers' bodies.", traffic.bytes_out);
  to.counter("ekiden_connections_passed_total",
             "Connections handed to a worker with a free thread.", traffic.passed);
}

void write_callbacks(const shared::TrafficTotals& traffic, MetricsWriter& to) {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help,
                        auto write) {
    to.family(name, type, help);
    for (const auto& [id, totals] : traffic.callbacks) write(totals, label("callback", id));
  };
  each("ekiden_callback_duration_seconds", "histogram", "From a thread's start to the answer.",
       [&](const CallbackTotals& totals, const std::string& id) { to.histogram(totals.ran, id); });
  each("ekiden_callback_queue_seconds", "histogram", "Waiting for a callback thread.",
       [&](const CallbackTotals& totals, const std::string& id) {
         to.histogram(totals.waited, id);
       });
  each(
      "ekiden_callback_failures_total", "counter", "Calls answered with 500 and above.",
      [&](const CallbackTotals& totals, const std::string& id) { to.sample(totals.failures, id); });
  each(
      "ekiden_callback_request_bytes_total", "counter", "Bytes of requests' bodies.",
      [&](const CallbackTotals& totals, const std::string& id) { to.sample(totals.bytes_in, id); });
  each("ekiden_callback_response_bytes_total", "counter", "Bytes of answers' bodies.",
       [&](const CallbackTotals& totals, const std::string& id) {
         to.sample(totals.bytes_out, id);
       });
}

void write_cache(const shared::CacheCounters& cache, MetricsWriter& to) {
  to.counter("ekiden_cache_hits_total", "Values found, also after a wait.", cache.hits);
  to.counter("ekiden_cache_misses_total", "Look-ups that found none.", cache.misses);
  to.counter("ekiden_cache_computations_total", "Values computed.", cache.computations);
  to.counter("ekiden_cache_waits_total", "Waits for another's computation.", cache.waits);
  to.counter("ekiden_cache_take_overs_total", "Computations begun for a dead worker.",
             cache.take_overs);
  to.counter("ekiden_cache_stale_total", "Hits on values that somebody refreshes.", cache.stale);
  to.counter("ekiden_cache_evictions_total", "Values that made room for others.", cache.evictions);
  to.counter("ekiden_cache_uncached_total", "Results that could not be kept.", cache.uncached);
  to.counter("ekiden_cache_rebuilds_total", "Repairs after a death in a write.", cache.rebuilds);
  to.gauge("ekiden_cache_entries", "Values there are.", cache.entries);
  to.gauge("ekiden_cache_payload_bytes", "Bytes of keys and values.", cache.payload_bytes);
  to.gauge("ekiden_cache_size_bytes", "Bytes there is room for.", cache.data_bytes);
}

}  // namespace

std::string metrics_text(const ServerState& state) {
  MetricsWriter to;
  write_server(state, to);
  write_workers(state, to);
  write_responses(state.traffic, to);
  write_callbacks(state.traffic, to);
  write_cache(state.cache, to);
  return to.take();
}

}  // namespace ekiden::server
