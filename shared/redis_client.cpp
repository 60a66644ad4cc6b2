// SPDX-License-Identifier: MIT
#include "shared/redis_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <system_error>
#include <utility>

#include "shared/key_hash.hpp"
#include "shared/log.hpp"
#include "shared/memo_cache.hpp"
#include "shared/redis_scripts.hpp"

namespace ekiden::shared {
namespace {

constexpr HashSeed kIdSeed{0x452821e638d01377, 0xbe5466cf34e90c6c, 0xc0ac29b7c97c50dd,
                           0x3f84d5b5b5470917};

constexpr std::array<std::string_view, 8> kBodies{
    redis_scripts::kLoad,    redis_scripts::kSave,  redis_scripts::kAbandon, redis_scripts::kRenew,
    redis_scripts::kAdvance, redis_scripts::kErase, redis_scripts::kResync,  redis_scripts::kSweep};

std::string source(std::size_t script) {
  return std::string(redis_scripts::kCommon) + std::string(kBodies[script]);
}

/// The server will be well again by itself, or it is not one to talk to: as good as none.
bool is_failure(std::string_view error) {
  constexpr std::array<std::string_view, 6> kWords{"LOADING",    "BUSY ",   "NOAUTH",
                                                   "MASTERDOWN", "CLUSTER", "NOPERM"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return error.substr(0, word.size()) == word; });
}

/// The first of the words in `text`, which is left without it.
std::string_view cut_word(std::string_view& text) {
  const auto end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return word;
}

/// `text` as a pattern of SCAN that matches nothing else.
std::string literal_pattern(std::string_view text) {
  std::string pattern;
  for (const char letter : text) {
    if (std::string_view("*?[]\\").find(letter) != std::string_view::npos) pattern += '\\';
    pattern += letter;
  }
  return pattern;
}

RedisLink::Options link_options(const RedisTier::Options& options) {
  RedisLink::Options link;
  link.url = options.url;
  link.timeouts = {options.connect_timeout, options.command_timeout};
  link.connections = options.connections;
  link.channel = options.prefix + "events";
  link.tick = options.lease / 3;
  return link;
}

}  // namespace

RedisClient::RedisClient(MemoCache& memory, const RedisTier::Options& options)
    : memory_(memory),
      options_(options),
      news_(memory, options.prefix, options.connect_timeout),
      link_(link_options(options),
            {[this](RedisConnection& connection) { greet(connection); },
             [this](std::string_view message) { heard(message); }, [this] { tick(); }}) {}

std::string RedisClient::id(std::string_view key) {
  const KeyHash hash = hash_key(key, kIdSeed);
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

std::string RedisClient::hex(std::uint64_t number) { return fmt::format("{:x}", number); }

std::string RedisClient::seed() {
  thread_local std::mt19937_64 random{std::random_device()()};
  // Lua counts exactly up to 2^53.
  return std::to_string(random() % (1ULL << 50));
}

std::string RedisClient::chunk_key(const std::string& id, const std::string& token,
                                   std::uint32_t number) const {
  return fmt::format("{}c:{}:{}:{}", options_.prefix, id, token, number);
}

RedisReply RedisClient::run_on(RedisConnection& connection, RedisScript script,
                               std::span<const std::string_view> words) {
  const auto number = static_cast<std::size_t>(script);
  std::vector<std::string_view> command{"EVALSHA", digests_[number], "1", options_.prefix};
  command.insert(command.end(), words.begin(), words.end());
  std::string text;
  const auto run_text = [&] {
    text = source(number);
    command[0] = "EVAL";
    command[1] = text;
    return connection.ask(command);
  };
  RedisReply reply = digests_known_ ? connection.ask(command) : run_text();
  if (reply.is_error() && reply.text.starts_with("NOSCRIPT")) reply = run_text();
  if (reply.is_error() && is_failure(reply.text)) throw RedisFailure(reply.text);
  return reply;
}

std::optional<RedisReply> RedisClient::answer(std::optional<RedisReply> reply) {
  if (!reply || !reply->is_error()) return reply;
  refused(reply->text);
  return std::nullopt;
}

std::optional<RedisReply> RedisClient::run(RedisScript script,
                                           std::span<const std::string_view> words) {
  std::optional<RedisReply> reply;
  link_.with([&](RedisConnection& connection) {
    if (script == RedisScript::load && is_behind(connection)) return;
    reply = run_on(connection, script, words);
  });
  return answer(std::move(reply));
}

std::optional<RedisReply> RedisClient::ask(std::initializer_list<std::string_view> words) {
  std::optional<RedisReply> reply;
  link_.with([&](RedisConnection& connection) {
    reply = connection.ask(words);
    if (reply->is_error() && is_failure(reply->text)) throw RedisFailure(reply->text);
  });
  return answer(std::move(reply));
}

void RedisClient::refused(std::string_view why) {
  ++errors_;
  if (refusing_.exchange(true)) return;
  log(LogLevel::warning,
      "cache: Redis at {} does not do its part ({}); this machine goes on without it",
      options_.url.shown(), why);
}

void RedisClient::accepted() {
  if (!refusing_.load() || !refusing_.exchange(false)) return;
  log(LogLevel::info, "cache: Redis at {} does its part again", options_.url.shown());
}

std::uint64_t RedisClient::hold(RedisLead lead) {
  const std::lock_guard lock(mutex_);
  leads_.emplace(++last_stamp_, std::move(lead));
  return last_stamp_;
}

std::optional<RedisLead> RedisClient::lead(std::uint64_t stamp) const {
  const std::lock_guard lock(mutex_);
  const auto found = leads_.find(stamp);
  if (found == leads_.end()) return std::nullopt;
  return found->second;
}

void RedisClient::let_go(std::uint64_t stamp) {
  const std::lock_guard lock(mutex_);
  leads_.erase(stamp);
}

bool RedisClient::erase(std::string_view key) {
  const auto reply = run(RedisScript::erase, {id(key), news_.machine(), key});
  if (!reply) tell_erased_later(key);
  return reply && reply->number == 1;
}

void RedisClient::tell_erased_later(std::string_view key) {
  memory_.outbox().add(Outbox::Kind::key, key);
  link_.tick_soon();
}

/// True if Redis may have what this machine has voided, because another worker tells it just now.
bool RedisClient::is_behind(RedisConnection& connection) {
  if (!memory_.outbox().empty()) tell_all(connection);
  return !memory_.outbox().empty();
}

void RedisClient::invalidate(std::string_view name) {
  const auto reply = run(RedisScript::advance, {name, seed()});
  if (reply && reply->kind == RedisReply::Kind::text) {
    news_.generation(name, reply->text);
    if (!name.empty()) return;
    sweep_ = true;
  } else {
    memory_.outbox().add(Outbox::Kind::name, name);
  }
  link_.tick_soon();
}

void RedisClient::load_scripts(RedisConnection& connection) {
  for (std::size_t script = 0; script < kScripts; ++script) {
    const RedisReply reply = connection.ask({"SCRIPT", "LOAD", source(script)});
    if (reply.kind != RedisReply::Kind::text) {
      throw RedisFailure("it refuses SCRIPT LOAD: " + reply.text);
    }
    if (!digests_known_) digests_[script] = reply.text;
  }
  digests_known_ = true;
}

void RedisClient::greet(RedisConnection& connection) {
  load_scripts(connection);
  tell_all(connection);
  const auto since = news_.erasures();
  const std::string from = std::to_string(since.value_or(0));
  const std::string start = seed();
  news_.catch_up(run_on(connection, RedisScript::resync, {start, from}), since);
}

/// If another worker of this machine tells it, nobody takes anything from Redis until it has.
void RedisClient::tell_all(RedisConnection& connection) {
  memory_.outbox().deliver([&](const Outbox::Item& item) { tell(connection, item); });
}

void RedisClient::tell(RedisConnection& connection, const Outbox::Item& item) {
  const std::string start = seed();
  const std::string key_id = id(item.text);
  const bool is_name = item.kind == Outbox::Kind::name;
  const RedisReply reply =
      is_name ? run_on(connection, RedisScript::advance, {item.text, start})
              : run_on(connection, RedisScript::erase, {key_id, news_.machine(), item.text});
  if (reply.is_error()) throw RedisFailure("it refuses what was voided: " + reply.text);
  if (is_name) news_.told(item.text, reply.text);
}

void RedisClient::heard(std::string_view message) {
  const std::string_view kind = cut_word(message);
  if (kind == "d") {
    memory_.notify(message);
  } else if (kind == "g") {
    const std::string number(cut_word(message));
    news_.generation(message, number);
  } else if (kind == "e") {
    const std::string_view written = cut_word(message);
    std::uint64_t number = 0;
    std::from_chars(written.data(), written.data() + written.size(), number);
    if (!news_.erasure(number, message)) link_.greet_again();
  }
}

void RedisClient::tick() {
  if (!link_.reachable()) return;
  renew();
  if (!memory_.outbox().empty()) {
    link_.with([this](RedisConnection& connection) { tell_all(connection); });
  }
  if (sweep_) sweep();
}

void RedisClient::renew() {
  const std::string lease = std::to_string(options_.lease.count());
  std::vector<RedisLead> leads;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [stamp, held] : leads_) leads.push_back(held);
  }
  if (leads.empty()) return;
  std::vector<std::string_view> words{lease};
  for (const RedisLead& held : leads) words.insert(words.end(), {held.id, held.lock});
  run(RedisScript::renew, words);
}

/// One step at a time through the values that a clear has voided: they would take up memory.
void RedisClient::sweep() {
  const std::string values = options_.prefix + "v:";
  const auto found =
      ask({"SCAN", sweep_cursor_, "MATCH", literal_pattern(values) + "*", "COUNT", "256"});
  if (!found || found->text_at(0) == nullptr || found->list.size() != 2) {
    sweep_ = false;
    return;
  }
  std::vector<std::string_view> ids;
  for (const RedisReply& key : found->list[1].list) {
    if (key.text.size() > values.size())
      ids.push_back(std::string_view(key.text).substr(values.size()));
  }
  if (!ids.empty()) run(RedisScript::sweep, ids);
  sweep_cursor_ = *found->text_at(0);
  sweep_ = sweep_cursor_ != "0";
  if (sweep_) link_.tick_soon();
}

}  // namespace ekiden::shared
