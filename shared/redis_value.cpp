// SPDX-License-Identifier: MIT
#include "shared/redis_value.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include "shared/key_hash.hpp"

namespace ekiden::shared {
namespace {

constexpr HashSeed kSeed{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                         0x082efa98ec4e6c89};
/// More could not be meant: it is 4 TiB in chunks of 1 MiB.
constexpr long long kMostChunks = 1U << 22;

std::optional<std::uint64_t> unsigned_number(const std::string* text, int base) {
  std::uint64_t value = 0;
  if (text == nullptr || text->empty()) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, value, base);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

std::optional<RedisAnswer> read_value(RedisReply& reply) {
  RedisAnswer answer;
  answer.kind = RedisAnswer::Kind::value;
  const auto life = reply.number_at(1);
  const auto size = unsigned_number(reply.text_at(2), 10);
  const auto checksum = unsigned_number(reply.text_at(3), 16);
  const std::string* const token = reply.text_at(4);
  const auto chunks = reply.number_at(5);
  if (!life || *life < -1 || !size || !checksum || token == nullptr || !chunks || *chunks < 0 ||
      *chunks > kMostChunks || reply.text_at(6) == nullptr) {
    return std::nullopt;
  }
  answer.milliseconds = *life;
  answer.size = *size;
  answer.checksum = *checksum;
  answer.token = *token;
  answer.chunks = static_cast<std::uint32_t>(*chunks);
  answer.bytes = std::move(reply.list[6].text);
  return answer;
}

}  // namespace

std::optional<RedisAnswer> read_answer(RedisReply reply) {
  const std::string* const kind = reply.text_at(0);
  if (kind == nullptr) return std::nullopt;
  if (*kind == "value") return read_value(reply);
  RedisAnswer answer;
  if (*kind == "none") return answer;
  if (*kind == "lead") {
    answer.kind = RedisAnswer::Kind::lead;
    if (reply.text_at(1) == nullptr || reply.text_at(2) == nullptr) return std::nullopt;
    answer.lock = std::move(reply.list[1].text);
    answer.generations = std::move(reply.list[2].text);
    return answer;
  }
  if (*kind == "wait") {
    answer.kind = RedisAnswer::Kind::wait;
    const auto left = reply.number_at(1);
    if (!left) return std::nullopt;
    answer.milliseconds = *left;
    return answer;
  }
  if (*kind != "full") return std::nullopt;
  answer.kind = RedisAnswer::Kind::full;
  if (const std::string* const error = reply.text_at(1)) answer.error = *error;
  return answer;
}

std::uint64_t redis_checksum(std::span<const std::string_view> parts) {
  std::uint64_t sum = 0;
  for (const std::string_view part : parts) {
    HashSeed seed = kSeed;
    seed[1] ^= sum;
    sum = hash_key(part, seed).low;
  }
  return sum;
}

std::optional<std::vector<std::string_view>> whole_value(const RedisAnswer& answer,
                                                         std::span<const RedisReply> chunks) {
  std::vector<std::string_view> parts;
  std::uint64_t size = 0;
  if (answer.token.empty()) parts.emplace_back(answer.bytes);
  for (const RedisReply& chunk : chunks) {
    if (chunk.kind != RedisReply::Kind::text) return std::nullopt;
    parts.emplace_back(chunk.text);
  }
  for (const std::string_view part : parts) size += part.size();
  if (size != answer.size || redis_checksum(parts) != answer.checksum) return std::nullopt;
  return parts;
}

}  // namespace ekiden::shared
