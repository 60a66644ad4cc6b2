// SPDX-License-Identifier: MIT
// The shared cache against a map private to the process, which no other worker sees, Redis, LMDB,
// and Flask-Caching's figures from a file that flask_caching_bench.py has written.
#include <fmt/core.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>

#include "cache_peers.hpp"
#include "cache_processes.hpp"
#include "cache_report.hpp"
#include "shared/frame.hpp"
#include "shared/memo_cache.hpp"

namespace {

using namespace ekiden::bench;
using ekiden::shared::ColumnType;
using ekiden::shared::FrameLayout;
using ekiden::shared::FrameView;
using ekiden::shared::MemoCache;
using ekiden::shared::StoreOptions;
using ekiden::shared::ValueWriter;

/// One size of value, and how often to ask for it.
struct Workload {
  const char* title;
  std::size_t bytes, keys;
  int redis_samples;
  double put_goal_ns;
};

const std::vector<Workload> kWorkloads{{"64 B, 1000 keys", 64, 1000, 4000, 3e3},
                                       {"64 B, 100,000 keys", 64, 100'000, 4000, 0},
                                       {"4 KB, 1000 keys", 4096, 1000, 4000, 0},
                                       {"1 MB, 32 keys", 1'000'000, 32, 100, 150e3},
                                       {"100 MB, 1 hot key", 100'000'000, 1, 3, 35e6}};
constexpr int kRounds = 5;
constexpr int kBatch = 16;
constexpr int kHitSamples = 6000;

std::vector<std::string> key_names(const Workload& workload) {
  std::vector<std::string> names;
  for (std::size_t key = 0; key < workload.keys; ++key) {
    names.push_back(fmt::format("expensive_query_{:06}_{:012}", key, workload.bytes));
  }
  return names;
}

MemoCache::Limits limits_for(const Workload& workload) {
  return {.data_bytes = std::max<std::size_t>(64U << 20, workload.bytes * workload.keys * 5 / 2),
          .entries = 262'144};
}

struct Peers {
  std::optional<RedisServer> server;
  std::optional<RedisClient> redis;
  Figures flask;

  double flask_figure(const std::string& name) const {
    const auto found = flask.find(name);
    return found == flask.end() ? 0 : found->second;
  }
};

/// The hits of one size from everybody, in turns, so that what else the machine does meets all.
struct HitTimes {
  Samples plain, full, map, redis, lmdb;
};

void fill_all(const Workload& workload, const std::vector<std::string>& names, MemoCache& cache,
              std::unordered_map<std::string, std::string>& map, Lmdb& lmdb, Peers& peers) {
  const std::string value(workload.bytes, 'x');
  // A map of a few keys does not hash: beside the large values there are many small ones.
  for (int other = 0; other < 1000; ++other) {
    const std::string name = fmt::format("another_expensive_query_{:06}", other);
    cache.store(name, std::as_bytes(std::span(name)));
    map[name] = name;
  }
  for (const std::string& name : names) {
    cache.store(name, std::as_bytes(std::span(value)));
    map[name] = value;
    lmdb.put(name, value);
    if (peers.redis) peers.redis->set(name, value);
  }
}

/// As a memoized function asks: with a timeout, two tags, and its own statistics.
StoreOptions full_options(MemoCache& cache) {
  const std::vector<std::string> tags{"t:sales", "t:europe"};
  return {.timeout = std::chrono::hours(1),
          .names = cache.names("f:expensive_query", tags),
          .function = cache.function("expensive_query")};
}

char first_byte(std::span<const std::byte> bytes) { return static_cast<char>(bytes.front()); }

HitTimes measure_hits(const Workload& workload, Peers& peers) {
  MemoCache cache(limits_for(workload));
  cache.attach(0);
  MemoCache full_cache(limits_for(workload));
  full_cache.attach(0);
  std::unordered_map<std::string, std::string> map;
  Lmdb lmdb;
  const auto names = key_names(workload);
  fill_all(workload, names, cache, map, lmdb, peers);
  const StoreOptions options = full_options(full_cache);
  const std::function<void(ValueWriter&)> compute = [&](ValueWriter& result) {
    const auto place = result.reserve(workload.bytes);
    std::memset(place.data(), 'x', place.size());
  };
  const KeyOrder order(names.size());
  const auto plain = [&](std::size_t key) { return first_byte(cache.find(names[key])->bytes()); };
  const auto private_map = [&](std::size_t key) { return map.find(names[key])->second.front(); };
  const auto full = [&](std::size_t key) {
    return first_byte(full_cache.get_or_compute(names[key], options, compute).bytes());
  };
  const auto lmdb_hit = [&](std::size_t key) { return lmdb.get(names[key]).front(); };
  const auto redis_hit = [&](std::size_t key) { return peers.redis->get(names[key]).front(); };
  HitTimes times;
  for (std::size_t key = 0; key < names.size(); ++key) full(key);
  for (int round = 0; round < kRounds; ++round) {
    const auto samples = [&](Samples& to, const auto& hit) {
      take_samples(to, kHitSamples, kBatch, order, hit);
    };
    samples(times.plain, plain);
    samples(times.map, private_map);
    samples(times.full, full);
    samples(times.lmdb, lmdb_hit);
    if (!peers.redis) continue;
    take_samples(times.redis, workload.redis_samples, 1, order, redis_hit);
  }
  return times;
}

void report_hits(const Workload& workload, Peers& peers) {
  using Kind = Goal::Kind;
  const HitTimes times = measure_hits(workload, peers);
  const std::string row = fmt::format("hit {}", workload.title);
  const std::string full_row = row + ", TTL + tags + statistics";
  const double plain = times.plain.median();
  const double full = times.full.median();
  const bool small = workload.bytes == 64 && workload.keys == 1000;
  // A few hot keys stay in the first cache, and a pin is a locked store all the same.
  print_row(row, plain, "unordered_map", times.map.median(),
            {Kind::at_most_ratio, workload.keys < 1000 ? 2.5 : 1.3});
  print_row(row, plain, "LMDB", times.lmdb.median(), {});
  if (peers.redis) {
    const double redis = times.redis.median();
    const double goal = small ? 100 : workload.bytes == 1'000'000 ? 5000 : 0;
    const Goal plain_goal = goal > 0 ? Goal{Kind::faster_than, goal} : Goal{};
    print_row(row, plain, "Redis", redis, plain_goal);
    print_row(full_row, full, "Redis", redis, small ? Goal{Kind::faster_than, 50} : Goal{});
  }
}

void report_puts(const Workload& workload, Peers& peers) {
  MemoCache cache(limits_for(workload));
  cache.attach(0);
  Lmdb lmdb;
  const auto names = key_names(workload);
  const std::string value(workload.bytes, 'x');
  const int count = std::max(3, workload.redis_samples / 4);
  const KeyOrder order(names.size());
  Samples ours;
  Samples redis;
  Samples lmdb_puts;
  const std::size_t segment = limits_for(workload).data_bytes;
  const auto touching = static_cast<int>(std::min<std::size_t>(segment / workload.bytes, 20'000));
  Samples unused;
  take_samples(unused, touching, 1, order, [&](std::size_t key) {
    cache.store(names[key], std::as_bytes(std::span(value)));
    lmdb.put(names[key], value);
    return value.front();
  });
  for (int round = 0; round < 3; ++round) {
    const auto samples = [&](Samples& to, const auto& put) {
      take_samples(to, count, 1, order, [&](std::size_t key) {
        put(names[key]);
        return value.front();
      });
    };
    samples(ours,
            [&](const std::string& name) { cache.store(name, std::as_bytes(std::span(value))); });
    samples(lmdb_puts, [&](const std::string& name) { lmdb.put(name, value); });
    if (peers.redis)
      samples(redis, [&](const std::string& name) { peers.redis->set(name, value); });
  }
  const std::string row = fmt::format("put {}", workload.title);
  const double goal = workload.put_goal_ns;
  print_row(row, ours.median(), "LMDB", lmdb_puts.median(),
            goal > 0 ? Goal{Goal::Kind::at_most, goal} : Goal{});
  if (peers.redis) print_row(row, ours.median(), "Redis", redis.median(), {});
}

/// A frame of a float64 and an int64 column, built in place.
void build_frame(std::size_t bytes, ValueWriter& result) {
  const std::size_t rows = bytes / 16;
  FrameLayout layout(rows);
  layout.add("value", ColumnType::float64);
  layout.add("count", ColumnType::int64);
  const auto place = result.reserve(layout.finish());
  layout.write(place);
  auto* values = reinterpret_cast<double*>(place.data() + layout.columns()[0].data_offset);
  auto* counts = reinterpret_cast<std::int64_t*>(place.data() + layout.columns()[1].data_offset);
  for (std::size_t row = 0; row < rows; ++row) {
    values[row] = static_cast<double>(row);
    counts[row] = static_cast<std::int64_t>(row);
  }
}

/// Four sums side by side, as pandas has them too.
template <class T>
T sum(std::span<const T> column) {
  T sums[4] = {};
  std::size_t row = 0;
  for (; row + 4 <= column.size(); row += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += column[row + lane];
  }
  for (; row < column.size(); ++row) sums[0] += column[row];
  return sums[0] + sums[1] + sums[2] + sums[3];
}

volatile double total;

void report_frames(const Peers& peers) {
  MemoCache cache({.data_bytes = 256U << 20});
  cache.attach(0);
  const StoreOptions options = full_options(cache);
  for (const std::size_t bytes : {64UL, 4096UL, 1'000'000UL, 100'000'000UL}) {
    const std::string key = fmt::format("frame of {}", bytes);
    const std::function<void(ValueWriter&)> compute = [&](ValueWriter& result) {
      build_frame(bytes, result);
    };
    const bool large = bytes == 100'000'000;
    Samples obtain;
    Samples scan;
    const KeyOrder order(1);
    const auto obtained = [&](const auto& use) {
      const auto pin = cache.get_or_compute(key, options, compute);
      const FrameView frame(pin.bytes().data());
      return use(frame.values<double>(*frame.find("value")),
                 frame.values<std::int64_t>(*frame.find("count")));
    };
    take_samples(obtain, kHitSamples, kBatch, order, [&](std::size_t) {
      return obtained([](auto values, auto) { return static_cast<char>('x' + values[0]); });
    });
    take_samples(scan, 21, 1, order, [&](std::size_t) {
      total = obtained(
          [](auto values, auto counts) { return sum(values) + static_cast<double>(sum(counts)); });
      return 'x';
    });
    for (const auto& [name, title] :
         {std::pair{"redis", "Flask-Caching + Redis"}, {"files", "Flask-Caching + FileSystem"}}) {
      const bool goal = large && std::string_view(name) == "redis";
      const char* size = bytes == 64 ? "64 B" : bytes == 4096 ? "4 KB" : !large ? "1 MB" : "100 MB";
      print_row(fmt::format("obtain a frame of {}", size), obtain.median(), title,
                peers.flask_figure(fmt::format("{}_hit_{}", name, bytes)),
                goal ? Goal{Goal::Kind::faster_than, 1e6} : Goal{});
      if (!large) continue;
      print_row("obtain and sum all 100 MB", scan.median(), title,
                peers.flask_figure(fmt::format("{}_scan", name)),
                goal ? Goal{Goal::Kind::faster_than, 100} : Goal{});
    }
  }
}

void report_processes(const Peers& peers) {
  using Kind = Goal::Kind;
  const double herd = herd_computations();
  print_row("computations of a herd of 8", herd, "Flask-Caching + Redis",
            peers.flask_figure("redis_herd"), {Kind::at_most, 1}, Unit::number);
  print_row("computations of a herd of 8", herd, "Flask-Caching + FileSystem",
            peers.flask_figure("files_herd"), {Kind::at_most, 1}, Unit::number);
  const double redis_wake = peers.server ? redis_wake_ns(peers.server->socket_path()) : 0;
  print_row("wake of a follower", follower_wake_ns(), "Redis, BLPOP", redis_wake,
            {Kind::at_most, 150e3});
  print_row("take-over after kill -9", take_over_ns(), "", 0, {Kind::at_most, 1e6});
  constexpr std::size_t kFrame = 1'000'000'000;
  const double memory =
      readers_memory(kFrame, [](ValueWriter& result) { build_frame(kFrame, result); });
  print_row("total PSS of 5 workers that read a 1 GB frame, by its size", memory, "", 0,
            {Kind::at_most, 1.1}, Unit::number);
}

/// Bytes of keys and values in a full cache, by the bytes there are for them. Sizes are spread
/// evenly over their logarithm.
void report_payload() {
  MemoCache cache({.data_bytes = 128U << 20, .entries = 65536});
  cache.attach(0);
  std::minstd_rand random(1);
  std::uniform_real_distribution<double> exponent(std::log(256.0), std::log(1e6));
  const std::string value(1'000'000, 'x');
  std::size_t stored = 0;
  for (int key = 0; stored < std::size_t{1} << 30; ++key) {
    const auto bytes = static_cast<std::size_t>(std::exp(exponent(random)));
    cache.store(fmt::format("value {}", key), std::as_bytes(std::span(value).first(bytes)));
    stored += bytes;
  }
  const auto counters = cache.counters();
  print_row("payload of a full cache, 256 B to 1 MB",
            static_cast<double>(counters.payload_bytes) / static_cast<double>(counters.data_bytes),
            "", 0, {Goal::Kind::at_least, 0.9}, Unit::number);
}

Figures read_figures(const char* path) {
  Figures figures;
  std::ifstream file(path);
  std::string name;
  for (double value = 0; file >> name >> value;) figures[name] = value;
  return figures;
}

}  // namespace

int main(int count, char** arguments) {
  Peers peers;
  if (count > 1) peers.flask = read_figures(arguments[1]);
  if (peers.flask.empty()) fmt::print(stderr, "cache_bench: no figures of Flask-Caching\n");
  try {
    peers.server.emplace();
    peers.redis.emplace(peers.server->socket_path());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "cache_bench: {}: its rows are left out\n", error.what());
    peers.redis.reset();
    peers.server.reset();
  }
  print_head();
  // First: what a killed process has in memory later would be part of its time to die.
  report_processes(peers);
  for (const Workload& workload : kWorkloads) report_hits(workload, peers);
  for (const Workload& workload : kWorkloads) report_puts(workload, peers);
  report_frames(peers);
  report_payload();
  fmt::print(
      "\nMedians of wall time on one thread. Hits: {} rounds of {} samples of {} hits each, ours "
      "and the peers' in turns; each hashes its key of 35 bytes, reads the value's first byte, and "
      "does not begin before the one before it has done so; keys in random order. Redis: "
      "hiredis over a unix socket. LMDB: without syncs, one renewed read "
      "transaction per hit. Flask-Caching: `memoize` of a pandas frame of a float64 and an int64 "
      "column, medians of 5 to 200. Puts: after as many as touch all pages once. Herd, wake, "
      "take-over: {} rounds; wake: from the end of the "
      "computation; take-over: from the kill, with the master's waitpid and reap. Payload: keys "
      "and values, by the bytes of the data area.\n",
      kRounds, kHitSamples, kBatch, 40);
  if (count > 2) hand_in(arguments[2]);
}
