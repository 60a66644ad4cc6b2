// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/redis_reply.hpp"

namespace ekiden::shared {

/// What redis_scripts::kLoad answers.
struct RedisAnswer {
  enum class Kind { none, value, lead, wait, full };
  Kind kind = Kind::none;
  std::int64_t milliseconds = 0;  ///< a value's life, -1 for ever; what a lock has left
  std::string lock, generations;  ///< of a lead
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
  std::string token;  ///< of the chunks
  std::uint32_t chunks = 0;
  std::string bytes;  ///< if there are no chunks
  std::string error;  ///< of a full server
};

/// nullopt if `reply` is not such an answer.
std::optional<RedisAnswer> read_answer(RedisReply reply);

/// Over a value's bytes, whatever parts they come in, as long as the parts are the same.
std::uint64_t redis_checksum(std::span<const std::string_view> parts);

/// Where the value's bytes are whole: the parts to copy, in order. nullopt if they are not what
/// was stored.
std::optional<std::vector<std::string_view>> whole_value(const RedisAnswer& answer,
                                                         std::span<const RedisReply> chunks);

}  // namespace ekiden::shared
