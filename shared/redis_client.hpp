// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/outbox.hpp"
#include "shared/redis_link.hpp"
#include "shared/redis_news.hpp"
#include "shared/redis_tier.hpp"

namespace ekiden::shared {

enum class RedisScript { load, save, abandon, renew, advance, erase, resync, sweep };

/// The lead in the computation of a value.
struct RedisLead {
  std::string id, lock, generations;
  bool replaces = false;  ///< what other machines may have already
};

/// The server as RedisTier uses it: scripts to run; leads that the link's thread renews; voids and
/// erasures that reach other machines, now or, by the segment's outbox, when the server is back.
///
/// Thread safety: all members.
class RedisClient {
 public:
  RedisClient(MemoCache& memory, const RedisTier::Options& options);

  /// What stands for `key` in the names of keys: 32 hex digits.
  static std::string id(std::string_view key);
  static std::string hex(std::uint64_t number);
  /// A random number that no number counted from another one will meet.
  static std::string seed();
  std::string chunk_key(const std::string& id, const std::string& token,
                        std::uint32_t number) const;
  const std::string& machine() const { return news_.machine(); }

  /// The answer, or nullopt if there is none, or it is an error: that is counted and logged here.
  /// Nothing is loaded while others must still be told what this machine has voided.
  std::optional<RedisReply> run(RedisScript script, std::span<const std::string_view> words);
  std::optional<RedisReply> run(RedisScript script, std::initializer_list<std::string_view> words) {
    return run(script, std::span(words.begin(), words.size()));
  }
  std::optional<RedisReply> ask(std::initializer_list<std::string_view> words);
  /// The server does not do what it should: logged once until it is `accepted` again.
  void refused(std::string_view why);
  void accepted();

  std::uint64_t hold(RedisLead lead);
  std::optional<RedisLead> lead(std::uint64_t stamp) const;
  void let_go(std::uint64_t stamp);

  bool erase(std::string_view key);
  /// The empty name: everything.
  void invalidate(std::string_view name);
  void tell_erased_later(std::string_view key);

  bool reachable() const { return link_.reachable(); }
  std::uint64_t errors() const { return errors_.load(); }
  std::uint64_t failures() const { return link_.failures(); }
  std::uint64_t trips() const { return link_.trips(); }

 private:
  static constexpr std::size_t kScripts = 8;

  RedisReply run_on(RedisConnection& connection, RedisScript script,
                    std::span<const std::string_view> words);
  RedisReply run_on(RedisConnection& connection, RedisScript script,
                    std::initializer_list<std::string_view> words) {
    return run_on(connection, script, std::span(words.begin(), words.size()));
  }
  std::optional<RedisReply> answer(std::optional<RedisReply> reply);
  void load_scripts(RedisConnection& connection);
  void greet(RedisConnection& connection);
  bool is_behind(RedisConnection& connection);
  void tell_all(RedisConnection& connection);
  void tell(RedisConnection& connection, const Outbox::Item& item);
  void heard(std::string_view message);
  void tick();
  void renew();
  void sweep();

  MemoCache& memory_;
  const RedisTier::Options options_;
  RedisNews news_;
  std::array<std::string, kScripts> digests_;
  std::atomic<bool> digests_known_{false};
  std::atomic<std::uint64_t> errors_{0};
  std::atomic<bool> refusing_{false}, sweep_{false};
  std::string sweep_cursor_ = "0";  ///< the thread's own
  mutable std::mutex mutex_;        ///< of what follows
  std::map<std::uint64_t, RedisLead> leads_;
  std::uint64_t last_stamp_ = 1;  ///< 0 and 1 are no leads
  RedisLink link_;                ///< last: its thread uses all the others
};

}  // namespace ekiden::shared
