// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "shared/circuit_breaker.hpp"
#include "shared/redis_connection.hpp"

namespace ekiden::shared {

/// A process's way to its Redis server: a few connections for whoever asks, and a thread that
/// listens to the channel, probes a server that has failed, and keeps everybody else from it
/// meanwhile.
///
/// Nothing here waits longer than the timeouts say; looking up a host's name, which may, is the
/// thread's own. Each change between reachable and not is logged once.
///
/// Thread safety: all members. Fork: made after it.
class RedisLink {
 public:
  struct Options {
    RedisUrl url;
    RedisTimeouts timeouts;
    std::size_t connections = 4;  ///< for those who ask; one more listens
    CircuitBreaker::Options breaker{};
    std::string channel;
    std::chrono::milliseconds tick{1000};
  };
  /// Called on the thread. `greet` may throw RedisFailure: then the server counts as unreachable.
  struct Duties {
    /// The channel is listened to from now on; what was said before is to be made good.
    std::function<void(RedisConnection&)> greet;
    std::function<void(std::string_view)> message;
    std::function<void()> tick;
  };

  RedisLink(Options options, Duties duties);
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  /// Runs `body` with a connection. False if the server cannot be asked, or failed meanwhile.
  /// `body` may run twice: the second time because its connection had been closed before.
  bool with(const std::function<void(RedisConnection&)>& body);
  /// Greets the server once more, soon: something was missed.
  void greet_again();
  /// Calls `tick` soon.
  void tick_soon();

  bool reachable() const { return breaker_.closed(); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }
  std::uint64_t trips() const { return trips_.load(std::memory_order_relaxed); }

 private:
  enum class Outcome { done, failed, closed_before };

  Outcome try_with(const std::function<void(RedisConnection&)>& body);
  /// nullptr if none was given back in time.
  std::unique_ptr<RedisConnection> take(bool& used);
  void give_back(std::unique_ptr<RedisConnection> connection);
  bool await_first_probe();
  void failed(const std::string& why);
  void lost(const std::string& why);
  void wake();

  void run();
  void turn();
  void probe();
  void connect();
  void listen();
  void keep_alive(std::uint64_t now);
  void heard(const RedisReply& reply);
  int patience(std::uint64_t now) const;
  RedisUrl address() const;

  const Options options_;
  const Duties duties_;
  CircuitBreaker breaker_;
  std::atomic<std::uint64_t> failures_{0}, trips_{0};

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable changed_;
  std::vector<std::unique_ptr<RedisConnection>> idle_;
  std::size_t lent_ = 0;
  RedisUrl address_;
  bool probed_ = false;

  // The thread's own.
  std::unique_ptr<RedisConnection> listener_;
  std::uint64_t next_tick_ = 0, next_ping_ = 0, pong_until_ = 0;
  bool told_ = false;  ///< how the server is

  int wake_fd_;
  std::atomic<bool> stop_{false}, greet_again_{false}, tick_soon_{false};
  std::thread thread_;
};

}  // namespace ekiden::shared
