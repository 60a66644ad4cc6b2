// SPDX-License-Identifier: MIT
// What a cache hit costs: the shared cache against a map private to the process, which no other
// worker sees, and against Redis over a unix socket. Prints medians of one thread, and ratios.
#include "shared/clock.hpp"
#include "shared/memo_cache.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

extern char** environ;

namespace {

using ekiden::shared::MemoCache;
using ekiden::shared::monotonic_ns;

/// One size of value, and how often to ask for it.
struct Workload {
  std::string title;
  std::size_t bytes, keys;
  int samples, redis_samples;
};

struct Cost {
  double median_ns = 0, cpu_ns = 0;
};

volatile unsigned char sink;

void touch(const char* bytes, std::size_t size) {
  sink = static_cast<unsigned char>(bytes[0] ^ bytes[size - 1]);
}

/// Medians over `samples` samples of `batch` hits each, after a tenth as many to warm up.
Cost measure(int samples, int batch, std::size_t keys,
             const std::function<void(std::size_t)>& hit) {
  std::vector<std::uint64_t> times;
  times.reserve(static_cast<std::size_t>(samples));
  std::size_t key = 0;
  std::uint64_t cpu = 0;
  for (int sample = -samples / 10; sample < samples; ++sample) {
    if (sample == 0) cpu = monotonic_ns(CLOCK_PROCESS_CPUTIME_ID);
    const std::uint64_t start = monotonic_ns();
    for (int turn = 0; turn < batch; ++turn) hit(key = (key + 7) % keys);
    if (sample >= 0) times.push_back(monotonic_ns() - start);
  }
  cpu = monotonic_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  std::nth_element(times.begin(), times.begin() + samples / 2, times.end());
  return {static_cast<double>(times[static_cast<std::size_t>(samples) / 2]) / batch,
          static_cast<double>(cpu) / samples / batch};
}

std::string key_name(const Workload& workload, std::size_t key) {
  return fmt::format("expensive_query_{:06}_{}", key, workload.bytes);
}

std::vector<std::string> key_names(const Workload& workload) {
  std::vector<std::string> names;
  for (std::size_t key = 0; key < workload.keys; ++key) names.push_back(key_name(workload, key));
  return names;
}

Cost measure_shared(const Workload& workload) {
  MemoCache cache(
      {.data_bytes = std::max<std::size_t>(16U << 20, workload.bytes * workload.keys * 5 / 4)});
  cache.attach(0);
  const std::string value(workload.bytes, 'x');
  const auto names = key_names(workload);
  for (const std::string& name : names) cache.store(name, std::as_bytes(std::span(value)));
  return measure(workload.samples, 16, workload.keys, [&](std::size_t key) {
    const auto pin = cache.find(names[key]);
    touch(reinterpret_cast<const char*>(pin->bytes().data()), pin->bytes().size());
  });
}

Cost measure_private(const Workload& workload) {
  std::unordered_map<std::string, std::string> map;
  const auto names = key_names(workload);
  for (const std::string& name : names) map[name].assign(workload.bytes, 'x');
  return measure(workload.samples, 16, workload.keys, [&](std::size_t key) {
    const std::string& value = map.find(names[key])->second;
    touch(value.data(), value.size());
  });
}

/// A redis-server of our own, on a socket in a temporary folder; both end with it.
class Redis {
 public:
  Redis() {
    std::string folder = std::filesystem::temp_directory_path() / "ekiden_bench_XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = folder;
    const std::string socket_path = folder + "/redis.sock";
    std::vector<std::string> words{
        "redis-server", "--port", "0",         "--unixsocket", socket_path, "--save", "",
        "--appendonly", "no",     "--logfile", "/dev/null",    "--dir",     folder};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawnp(&pid_, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
      throw std::runtime_error("redis-server is not installed");
    }
    connect_to(socket_path);
  }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  ~Redis() {
    if (socket_ >= 0) close(socket_);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }

  void set(const std::string& key, const std::string& value) {
    send_all(fmt::format("*3\r\n$3\r\nSET\r\n${}\r\n{}\r\n${}\r\n", key.size(), key, value.size()));
    send_all(value);
    send_all("\r\n");
    read_until([](std::string_view reply) { return reply.ends_with("\r\n"); });
    if (std::string_view(buffer_.data(), filled_) != "+OK\r\n") {
      throw std::runtime_error("redis refused a value");
    }
  }
  /// The value stays in a buffer until the next call.
  std::string_view get(const std::string& key) {
    send_all(fmt::format("*2\r\n$3\r\nGET\r\n${}\r\n{}\r\n", key.size(), key));
    std::size_t head = 0;
    std::size_t size = 0;
    read_until([&](std::string_view reply) {
      if (head == 0) {
        const std::size_t line = reply.find("\r\n");
        if (line == std::string_view::npos) return false;
        if (reply[0] != '$') throw std::runtime_error("redis gave no value");
        std::from_chars(reply.data() + 1, reply.data() + line, size);
        head = line + 2;
        if (buffer_.size() < head + size + 2) buffer_.resize(head + size + 2);
      }
      return reply.size() >= head + size + 2;
    });
    return {buffer_.data() + head, size};
  }

 private:
  void connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    for (int attempt = 0; attempt < 500; ++attempt) {
      socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
      close(std::exchange(socket_, -1));
      poll(nullptr, 0, 10);
    }
    throw std::runtime_error("redis-server did not start");
  }
  void send_all(std::string_view data) {
    while (!data.empty()) {
      const ssize_t sent = send(socket_, data.data(), data.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("redis closed the connection");
      data.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void read_until(const std::function<bool(std::string_view)>& complete) {
    filled_ = 0;
    do {
      const ssize_t got = recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
      if (got <= 0) throw std::runtime_error("redis closed the connection");
      filled_ += static_cast<std::size_t>(got);
    } while (!complete({buffer_.data(), filled_}));
  }

  pid_t pid_ = 0;
  int socket_ = -1;
  std::filesystem::path folder_;
  std::vector<char> buffer_ = std::vector<char>(65536);
  std::size_t filled_ = 0;
};

Cost measure_redis(Redis& redis, const Workload& workload) {
  const std::string value(workload.bytes, 'x');
  const auto names = key_names(workload);
  for (const std::string& name : names) redis.set(name, value);
  return measure(workload.redis_samples, 1, workload.keys, [&](std::size_t key) {
    const std::string_view found = redis.get(names[key]);
    touch(found.data(), found.size());
  });
}

std::string time_text(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.0f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.1f} µs", nanoseconds / 1e3);
  return fmt::format("{:.1f} ms", nanoseconds / 1e6);
}

void print_row(const std::string& title, const char* backend, const Cost& cost, const Cost& ours) {
  fmt::print("| {} | {} | {} | {} | {} | {} |\n", title, backend, time_text(cost.median_ns),
             time_text(cost.cpu_ns), fmt::format("{:.2f}", cost.median_ns / ours.median_ns),
             fmt::format("{:.2f}", cost.cpu_ns / ours.cpu_ns));
}

}  // namespace

int main() {
  const std::vector<Workload> workloads{{"64 B", 64, 1000, 50'000, 20'000},
                                        {"1 MB", 1'000'000, 16, 50'000, 500},
                                        {"100 MB", 100'000'000, 1, 50'000, 10}};
  std::optional<Redis> redis;
  try {
    redis.emplace();
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "cache_bench: {}: its rows are left out\n", error.what());
  }
  fmt::print(
      "## Cache hits\n\n"
      "| hit of | from | median | CPU | median, to ours | CPU, to ours "
      "|\n|---|---|---|---|---|---|\n");
  for (const Workload& workload : workloads) {
    const Cost ours = measure_shared(workload);
    print_row(workload.title, "shared cache", ours, ours);
    print_row(workload.title, "private map", measure_private(workload), ours);
    if (redis) print_row(workload.title, "redis", measure_redis(*redis, workload), ours);
  }
  fmt::print(
      "\nEach hit hashes its key, and reads the first and last byte. CPU: of this process; "
      "redis-server's own comes on top.\n");
}
