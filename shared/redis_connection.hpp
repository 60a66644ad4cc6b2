// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "shared/redis_reply.hpp"
#include "shared/redis_url.hpp"

struct redisContext;

namespace ekiden::shared {

struct RedisTimeouts {
  std::chrono::milliseconds connect{100};
  /// For each command; each 64 KiB sent or received buys as much again.
  std::chrono::milliseconds command{100};
};

/// A connection to a Redis server on which nothing takes longer than it may: the socket does not
/// block, and each wait for it ends at the deadline of the command.
///
/// After a RedisFailure it is of no use. Thread safety: none. Fork: not to be used by the child.
class RedisConnection {
 public:
  /// Connects, logs in, chooses the database. `url.host` is an address: looking up names is not
  /// bounded in time. Throws RedisFailure.
  RedisConnection(const RedisUrl& url, const RedisTimeouts& timeouts);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// All throw RedisFailure. An error that the server answers is an answer.
  RedisReply ask(std::span<const std::string_view> words);
  RedisReply ask(std::initializer_list<std::string_view> words) {
    return ask(std::span(words.begin(), words.size()));
  }
  /// One of `send` for each of `receive`, in order.
  void send(std::span<const std::string_view> words);
  RedisReply receive();
  /// What has arrived already, or nullptr; does not wait.
  std::unique_ptr<RedisReply> arrived();

  int fd() const;

 private:
  void log_in(const RedisUrl& url);
  void expect_ok(std::initializer_list<std::string_view> words);
  void write(std::string_view bytes);
  /// False if there is nothing to read now.
  bool read_some();
  void wait(short events);
  void set_deadline(std::chrono::milliseconds from_now);
  void moved(std::size_t bytes);

  const RedisTimeouts timeouts_;
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
  RedisParser parser_;
  std::chrono::milliseconds patience_{0};
  std::uint64_t deadline_ = 0;
  std::size_t moved_ = 0;  ///< since the deadline was set
  std::array<char, 64U << 10> buffer_;
};

/// The addresses of `url.host`, in the order in which to try them; `url` itself for a unix socket.
/// May take as long as the resolver does. Throws RedisFailure.
std::vector<RedisUrl> resolve(const RedisUrl& url);

}  // namespace ekiden::shared
