// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "shared/redis_reply.hpp"

namespace ekiden::shared {

class MemoCache;

/// What other machines have voided and erased, applied to this machine's segment.
///
/// How far the segment has come is noted in the segment itself, for the workers of the machine:
/// each change is applied by one of them, and a new worker knows what it need not do. A note that
/// was evicted costs values, never freshness.
///
/// Thread safety: all members.
class RedisNews {
 public:
  /// `grace`: before it is over nobody computes anything that Redis has not said is missing.
  RedisNews(MemoCache& memory, const std::string& prefix, std::chrono::nanoseconds grace);

  /// This machine, as others see it: the same in all its workers.
  const std::string& machine() const noexcept { return machine_; }

  /// The name's generation is `number`, written in decimal; the empty name is that of everything.
  void generation(std::string_view name, const std::string& number);
  /// As `number` of all erasures: "MACHINE KEY". False if some before it were missed.
  bool erasure(std::uint64_t number, std::string_view entry);
  /// The erasures that this machine has seen, or nullopt if nobody knows.
  std::optional<std::uint64_t> erasures() const;
  /// What kResync answered to somebody who had seen `since` erasures; throws RedisFailure if it is
  /// not that.
  void catch_up(const RedisReply& state, std::optional<std::uint64_t> since);

  /// Others know now what this machine had voided before: `number` is the generation it got. If
  /// nobody else voided it meanwhile, what came here since then stays.
  void told(std::string_view name, const std::string& number);

 private:
  bool holds_no_values() const;
  void begin_with(const RedisReply& state);
  std::string known(std::string_view name) const;
  std::string note(std::string_view key) const;
  void set_note(std::string_view key, std::string_view value);
  std::string common_machine() const;
  std::optional<std::uint64_t> noted_erasures() const;
  void erase_entry(std::string_view entry);
  void saw_erasures(std::uint64_t number);

  MemoCache& memory_;
  const std::string notes_;  ///< prefix of the notes' keys in the segment
  /// Until then what Redis says is where the empty segment begins.
  std::uint64_t empty_until_ns_;
  const std::string machine_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> generations_;
  std::optional<std::uint64_t> erasures_;
};

}  // namespace ekiden::shared
