// SPDX-License-Identifier: MIT
#include "cache_processes.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>
#include <vector>

#include "cache_peers.hpp"
#include "cache_report.hpp"
#include "shared/clock.hpp"
#include "shared/memo_cache.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::bench {
namespace {

using shared::MemoCache;
using shared::monotonic_ns;
using shared::ValueWriter;

constexpr int kRounds = 40;
constexpr std::uint32_t kHerd = 8;
constexpr std::uint32_t kReaders = 5;

/// What the processes tell each other.
struct Board {
  std::atomic<std::uint64_t> began_ns, ended_ns, go;
};

class SharedBoard {
 public:
  SharedBoard() {
    void* page =
        mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::runtime_error("mmap failed");
    board_ = new (page) Board{};
  }
  SharedBoard(const SharedBoard&) = delete;
  SharedBoard& operator=(const SharedBoard&) = delete;
  ~SharedBoard() { munmap(board_, sizeof(Board)); }
  Board* operator->() const { return board_; }

 private:
  Board* board_;
};

pid_t start(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child != 0) return child;
  try {
    body();
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

void finish(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("a process of the measurement failed");
  }
}

template <class Condition>
void until(Condition&& condition) {
  while (!condition()) poll(nullptr, 0, 1);
}

/// Until `waits` callers wait, and have had the time to fall asleep.
void until_asleep(MemoCache& cache, std::uint64_t waits) {
  until([&] { return cache.counters().waits >= waits; });
  poll(nullptr, 0, 5);
}

void reap(MemoCache& cache, std::uint32_t slots) {
  for (std::uint32_t slot = 1; slot <= slots; ++slot) until([&] { return cache.reap(slot); });
}

void fill(ValueWriter& result, std::uint64_t word) {
  std::memcpy(result.reserve(sizeof word).data(), &word, sizeof word);
}

std::string key_of(int round) { return "key " + std::to_string(round); }

}  // namespace

double herd_computations() {
  MemoCache cache({.data_bytes = 8U << 20});
  const SharedBoard board;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<pid_t> workers;
    for (std::uint32_t slot = 1; slot <= kHerd; ++slot) {
      workers.push_back(start([&, slot] {
        cache.attach(slot);
        until([&] { return board->go.load() == static_cast<std::uint64_t>(round) + 1; });
        cache.get_or_compute(key_of(round), {}, [](ValueWriter& result) {
          poll(nullptr, 0, 20);
          fill(result, 1);
        });
      }));
    }
    board->go = static_cast<std::uint64_t>(round) + 1;
    for (const pid_t worker : workers) finish(worker);
    reap(cache, kHerd);
  }
  return static_cast<double>(cache.counters().computations) / kRounds;
}

double follower_wake_ns() {
  MemoCache cache({.data_bytes = 8U << 20});
  const SharedBoard board;
  Samples samples;
  for (int round = 0; round < kRounds; ++round) {
    board->began_ns = 0;
    board->ended_ns = 0;
    const pid_t leader = start([&] {
      cache.attach(1);
      cache.get_or_compute(key_of(round), {}, [&](ValueWriter& result) {
        board->began_ns = monotonic_ns();
        until_asleep(cache, static_cast<std::uint64_t>(round) + 1);
        fill(result, monotonic_ns());
      });
      until([&] { return board->ended_ns.load() != 0; });
    });
    const pid_t follower = start([&] {
      cache.attach(2);
      until([&] { return board->began_ns.load() != 0; });
      const auto found =
          cache.get_or_compute(key_of(round), {}, [](ValueWriter& result) { fill(result, 0); });
      const std::uint64_t woken = monotonic_ns();
      std::uint64_t published = 0;
      std::memcpy(&published, found.bytes().data(), sizeof published);
      board->began_ns = published;
      board->ended_ns = woken;
    });
    finish(leader);
    finish(follower);
    reap(cache, 2);
    samples.add(static_cast<double>(board->ended_ns - board->began_ns));
  }
  return samples.median();
}

double take_over_ns() {
  MemoCache cache({.data_bytes = 8U << 20});
  const SharedBoard board;
  Samples samples;
  for (int round = 0; round < kRounds; ++round) {
    board->began_ns = 0;
    board->ended_ns = 0;
    const pid_t leader = start([&] {
      cache.attach(1);
      cache.get_or_compute(key_of(round), {}, [&](ValueWriter&) {
        board->began_ns = 1;
        while (true) pause();
      });
    });
    const pid_t follower = start([&] {
      cache.attach(2);
      until([&] { return board->began_ns.load() != 0; });
      cache.get_or_compute(key_of(round), {}, [&](ValueWriter& result) {
        board->ended_ns = monotonic_ns();
        fill(result, 1);
      });
    });
    until_asleep(cache, static_cast<std::uint64_t>(round) + 1);
    const std::uint64_t killed = monotonic_ns();
    kill(leader, SIGKILL);
    waitpid(leader, nullptr, 0);
    until([&] { return cache.reap(1); });
    finish(follower);
    reap(cache, 2);
    samples.add(static_cast<double>(board->ended_ns - killed));
  }
  return samples.median();
}

double redis_wake_ns(const std::string& socket_path) {
  const SharedBoard board;
  RedisClient pushing(socket_path);
  Samples samples;
  for (int round = 0; round < kRounds; ++round) {
    board->go = 0;
    const pid_t waiting = start([&] {
      RedisClient popping(socket_path);
      board->go = 1;
      popping.pop("wake");
      board->ended_ns = monotonic_ns();
    });
    until([&] { return board->go.load() == 1; });
    poll(nullptr, 0, 5);
    const std::uint64_t pushed = monotonic_ns();
    pushing.push("wake", "value");
    finish(waiting);
    samples.add(static_cast<double>(board->ended_ns - pushed));
  }
  return samples.median();
}

double readers_memory(std::size_t bytes, const std::function<void(ValueWriter&)>& build) {
  MemoCache cache({.data_bytes = bytes + bytes / 32});
  const SharedBoard board;
  finish(start([&] {
    cache.attach(1);
    cache.get_or_compute("frame", {}, build);
  }));
  reap(cache, 1);
  std::vector<shared::Child> readers;
  for (std::uint32_t slot = 1; slot <= kReaders; ++slot) {
    readers.emplace_back([&, slot] {
      cache.attach(slot);
      const auto pin = cache.find("frame");
      if (!pin) throw std::runtime_error("the frame was not kept");
      std::uint64_t sum = 0;
      for (const std::byte byte : pin->bytes()) sum += static_cast<std::uint64_t>(byte);
      board->ended_ns += sum != 0 ? 1 : 0;
      return pause();
    });
  }
  until([&] { return board->ended_ns.load() == kReaders; });
  std::size_t total = shared::proportional_set_size(getpid());
  for (const shared::Child& reader : readers) {
    total += shared::proportional_set_size(reader.pid());
  }
  return static_cast<double>(total) / static_cast<double>(bytes);
}

}  // namespace ekiden::bench
