// SPDX-License-Identifier: MIT
// Any bytes from a Redis server, in pieces, as an answer to a load: a value that counts as whole is
// as long as it says, whatever the rest.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "shared/redis_value.hpp"

namespace ekiden::shared {
namespace {

void use(const RedisReply& reply) {
  const auto answer = read_answer(reply);
  if (!answer) return;
  const auto parts = whole_value(*answer, reply.list);
  if (!parts) return;
  std::uint64_t size = 0;
  for (const std::string_view part : *parts) size += part.size();
  if (size != answer->size) std::abort();
}

}  // namespace
}  // namespace ekiden::shared

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ekiden::shared;
  if (size < 1) return 0;
  const std::size_t piece = data[0] + 1U;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  RedisParser parser;
  try {
    while (!bytes.empty()) {
      const std::size_t now = std::min(piece, bytes.size());
      parser.feed(bytes.substr(0, now));
      bytes.remove_prefix(now);
      while (const auto reply = parser.next()) use(*reply);
    }
  } catch (const RedisFailure&) {
    return 0;
  }
  return 0;
}
