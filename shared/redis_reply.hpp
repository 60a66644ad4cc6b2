// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace ekiden::shared {

/// The server cannot be asked on this connection any more: it is closed, late, or talks nonsense.
class RedisFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An answer of a Redis server. Says nothing about what it should have been: whoever reads it asks
/// for what is expected, and gets "no" for anything else.
struct RedisReply {
  enum class Kind { nil, text, number, error, list };
  Kind kind = Kind::nil;
  std::string text;  ///< of a text or error
  long long number = 0;
  std::vector<RedisReply> list;

  bool is(std::string_view expected) const { return kind == Kind::text && text == expected; }
  bool is_error() const { return kind == Kind::error; }
  /// The text of an item of a list, if it is one.
  const std::string* text_at(std::size_t item) const;
  /// The number an item of a list is, also when written as text.
  std::optional<long long> number_at(std::size_t item) const;
};

/// hiredis' parser, making RedisReply, with a limit on what a server can make it allocate.
class RedisParser {
 public:
  /// All items of all lists of one reply.
  static constexpr std::size_t kMostItems = 1U << 18;
  /// Of one reply.
  static constexpr std::size_t kMostBytes = 64U << 20;

  RedisParser();
  ~RedisParser();
  RedisParser(const RedisParser&) = delete;
  RedisParser& operator=(const RedisParser&) = delete;

  /// Both throw RedisFailure for what is not Redis' protocol.
  void feed(std::string_view bytes);
  std::unique_ptr<RedisReply> next();

 private:
  redisReader* reader_;
  std::size_t items_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace ekiden::shared
