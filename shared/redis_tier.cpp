// SPDX-License-Identifier: MIT
#include "shared/redis_tier.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "shared/memo_cache.hpp"
#include "shared/redis_client.hpp"
#include "shared/redis_scripts.hpp"
#include "shared/redis_value.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::milliseconds;

/// Stamps of values that Redis is not to have, and of those that it should have had.
constexpr std::uint64_t kAlone = 0;
constexpr std::uint64_t kUntold = 1;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

RedisTier::Options checked(RedisTier::Options options) {
  const auto fail = [](const std::string& what) {
    throw std::invalid_argument("the cache's Redis: " + what);
  };
  if (options.connect_timeout < milliseconds(1) || options.command_timeout < milliseconds(1)) {
    fail("a timeout is under 1 ms");
  }
  if (options.lease < milliseconds(30)) fail("the lease is under 30 ms");
  if (options.connections == 0) fail("0 connections; 1 is the least");
  if (options.chunk_above > 32U << 20) fail("chunk_above is more than 32 MiB");
  if (options.chunk_bytes < 1024 || options.chunk_bytes > 32U << 20) {
    fail("chunk_bytes is not between 1 KiB and 32 MiB");
  }
  return options;
}

/// The words of a script that end in the names of an item.
std::vector<std::string_view> with_names(std::vector<std::string_view> words,
                                         const Tier::Item& item) {
  if (!item.function.empty()) words.push_back(item.function);
  words.insert(words.end(), item.tags.begin(), item.tags.end());
  return words;
}

}  // namespace

class RedisTier::Impl {
 public:
  Impl(MemoCache& memory, const Options& options)
      : memory_(memory), options_(options), client_(memory, options) {}

  Lead load(const Item& item, ValueWriter& result);
  bool find(const Item& item, ValueWriter& result);
  std::uint64_t begin(const Item& item, bool replaces);
  void save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
            std::chrono::nanoseconds timeout);
  void abandon(std::uint64_t stamp);

  RedisClient& client() { return client_; }
  Counters counters() const;

 private:
  /// nullopt if Redis could not be asked, or did not answer.
  std::optional<RedisAnswer> ask(const Item& item, const std::string& id, std::string_view mode);
  bool deliver(const RedisAnswer& answer, const std::string& id, ValueWriter& result);
  std::optional<std::vector<RedisReply>> fetch(const RedisAnswer& answer, const std::string& id);
  void wait(const std::string& id, std::uint32_t seen, std::int64_t left);
  std::uint64_t remember(const Item& item, const std::string& id, RedisAnswer answer,
                         bool replaces);
  Lead alone();
  bool write(const Item& item, const RedisLead& lead, std::span<const std::byte> value,
             milliseconds life);
  bool write_chunks(const RedisLead& lead, const std::string& token,
                    std::span<const std::string_view> parts);

  MemoCache& memory_;
  const Options options_;
  std::atomic<std::uint64_t> hits_{0}, leads_{0}, waits_{0}, saves_{0}, refused_{0}, alone_{0};
  RedisClient client_;
};

std::optional<RedisAnswer> RedisTier::Impl::ask(const Item& item, const std::string& id,
                                                std::string_view mode) {
  const std::string lease = std::to_string(options_.lease.count());
  const std::string seed = RedisClient::seed();
  std::optional<RedisAnswer> answer;
  const auto words = with_names({id, mode, item.key, lease, seed, client_.machine()}, item);
  auto reply = client_.run(RedisScript::load, words);
  if (!reply) return std::nullopt;
  answer = read_answer(std::move(*reply));
  if (!answer) client_.refused("an answer that no script gives");
  if (answer && answer->kind == RedisAnswer::Kind::full) client_.refused(answer->error);
  return answer;
}

Tier::Lead RedisTier::Impl::load(const Item& item, ValueWriter& result) {
  const std::string id = RedisClient::id(item.key);
  for (bool waited = false;;) {
    const std::uint32_t seen = memory_.watch(id);
    auto answer = ask(item, id, "load");
    if (!answer) return alone();
    switch (answer->kind) {
      case RedisAnswer::Kind::value:
        if (deliver(*answer, id, result)) return {true, kAlone};
        return {false, begin(item, false)};
      case RedisAnswer::Kind::lead:
        return {false, remember(item, id, std::move(*answer), false)};
      case RedisAnswer::Kind::wait:
        if (!std::exchange(waited, true)) ++waits_;
        wait(id, seen, answer->milliseconds);
        break;
      case RedisAnswer::Kind::none:
      case RedisAnswer::Kind::full:
        return alone();
    }
  }
}

Tier::Lead RedisTier::Impl::alone() {
  ++alone_;
  return {false, kAlone};
}

/// Until the news of the end comes, or may have been lost, or the lease is over.
void RedisTier::Impl::wait(const std::string& id, std::uint32_t seen, std::int64_t left) {
  const milliseconds poll = std::max(milliseconds(1), options_.lease / 10);
  memory_.wait(id, seen, std::clamp(milliseconds(left + 1), milliseconds(1), poll));
}

bool RedisTier::Impl::find(const Item& item, ValueWriter& result) {
  const std::string id = RedisClient::id(item.key);
  const auto answer = ask(item, id, "find");
  return answer && answer->kind == RedisAnswer::Kind::value && deliver(*answer, id, result);
}

bool RedisTier::Impl::deliver(const RedisAnswer& answer, const std::string& id,
                              ValueWriter& result) {
  const auto chunks = fetch(answer, id);
  if (!chunks) return false;
  const auto parts = whole_value(answer, *chunks);
  if (!parts) {
    client_.refused("a value that is not whole");
    return false;
  }
  std::byte* to = result.reserve(answer.size).data();
  for (const std::string_view part : *parts) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  if (answer.milliseconds >= 0) {
    result.expire_in(milliseconds(std::max<std::int64_t>(answer.milliseconds, 1)));
  }
  ++hits_;
  return true;
}

/// Nothing may be reserved for a value before it is known to be whole, so it is here in full once.
std::optional<std::vector<RedisReply>> RedisTier::Impl::fetch(const RedisAnswer& answer,
                                                              const std::string& id) {
  std::vector<RedisReply> chunks;
  for (std::uint32_t number = 0; number < answer.chunks; ++number) {
    auto chunk = client_.ask({"GET", client_.chunk_key(id, answer.token, number)});
    if (!chunk || chunk->kind != RedisReply::Kind::text) return std::nullopt;
    chunks.push_back(std::move(*chunk));
  }
  return chunks;
}

std::uint64_t RedisTier::Impl::begin(const Item& item, bool replaces) {
  const std::string id = RedisClient::id(item.key);
  auto answer = ask(item, id, "begin");
  if (!answer || answer->kind != RedisAnswer::Kind::lead) return replaces ? kUntold : kAlone;
  return remember(item, id, std::move(*answer), replaces);
}

std::uint64_t RedisTier::Impl::remember(const Item&, const std::string& id, RedisAnswer answer,
                                        bool replaces) {
  ++leads_;
  return client_.hold({id, std::move(answer.lock), std::move(answer.generations), replaces});
}

void RedisTier::Impl::save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
                           std::chrono::nanoseconds timeout) {
  if (stamp == kUntold) return client_.tell_erased_later(item.key);
  const auto lead = client_.lead(stamp);
  if (!lead) return;
  const auto life =
      timeout.count() <= 0
          ? milliseconds(0)
          : std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(timeout));
  if (!write(item, *lead, value, life) && lead->replaces) client_.tell_erased_later(item.key);
  client_.let_go(stamp);
}

/// False if Redis may still have an older value.
bool RedisTier::Impl::write(const Item& item, const RedisLead& lead,
                            std::span<const std::byte> value, milliseconds life) {
  const std::string_view whole = text_of(value);
  std::vector<std::string_view> parts;
  std::string token;
  if (whole.size() > options_.chunk_above) {
    token = RedisClient::seed();
    for (std::size_t at = 0; at < whole.size(); at += options_.chunk_bytes) {
      parts.push_back(whole.substr(at, options_.chunk_bytes));
    }
    if (!write_chunks(lead, token, parts)) return false;
  } else {
    parts.push_back(whole);
  }
  const std::string size = std::to_string(whole.size());
  const std::string checksum = RedisClient::hex(redis_checksum(parts));
  const std::string count = std::to_string(token.empty() ? 0 : parts.size());
  const std::string milli = std::to_string(life.count());
  const std::string seed = RedisClient::seed();
  const auto reply =
      client_.run(RedisScript::save,
                  with_names({lead.id, lead.lock, lead.generations, seed, milli, item.key, size,
                              checksum, token, count, token.empty() ? whole : std::string_view(),
                              lead.replaces ? "1" : "0"},
                             item));
  if (!reply) return false;
  if (reply->is("kept")) {
    ++saves_;
    client_.accepted();
  } else {
    ++refused_;
  }
  return true;
}

bool RedisTier::Impl::write_chunks(const RedisLead& lead, const std::string& token,
                                   std::span<const std::string_view> parts) {
  // Long enough for all of them to arrive; the script that saves gives them the value's life.
  const std::string life = std::to_string(milliseconds(std::chrono::minutes(2)).count());
  for (std::uint32_t number = 0; number < parts.size(); ++number) {
    const std::string key = client_.chunk_key(lead.id, token, number);
    const auto reply = client_.ask({"SET", key, parts[number], "PX", life});
    if (reply && reply->is("OK")) continue;
    client_.run(RedisScript::abandon, {lead.id, lead.lock});
    return false;
  }
  return true;
}

void RedisTier::Impl::abandon(std::uint64_t stamp) {
  const auto lead = client_.lead(stamp);
  if (!lead) return;
  client_.let_go(stamp);
  client_.run(RedisScript::abandon, {lead->id, lead->lock});
}

RedisTier::Counters RedisTier::Impl::counters() const {
  return {hits_,          leads_, waits_,           saves_,
          refused_,       alone_, client_.errors(), client_.failures(),
          client_.trips()};
}

RedisTier::RedisTier(MemoCache& memory, Options options)
    : impl_(std::make_unique<Impl>(memory, checked(std::move(options)))) {}

RedisTier::~RedisTier() = default;

Tier::Lead RedisTier::load(const Item& item, ValueWriter& result) {
  return impl_->load(item, result);
}

bool RedisTier::find(const Item& item, ValueWriter& result) { return impl_->find(item, result); }

std::uint64_t RedisTier::begin(const Item& item) { return impl_->begin(item, true); }

void RedisTier::save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
                     std::chrono::nanoseconds timeout) {
  impl_->save(item, stamp, value, timeout);
}

void RedisTier::abandon(const Item&, std::uint64_t stamp) { impl_->abandon(stamp); }

bool RedisTier::erase(std::string_view key) { return impl_->client().erase(key); }

void RedisTier::invalidate(std::string_view name) { impl_->client().invalidate(name); }

void RedisTier::clear() { impl_->client().invalidate(""); }

bool RedisTier::reachable() const { return impl_->client().reachable(); }

RedisTier::Counters RedisTier::counters() const { return impl_->counters(); }

}  // namespace ekiden::shared
