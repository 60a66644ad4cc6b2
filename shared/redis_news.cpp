// SPDX-License-Identifier: MIT
#include "shared/redis_news.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <vector>

#include "shared/clock.hpp"
#include "shared/memo_cache.hpp"

namespace ekiden::shared {
namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string text_of(const Pin& pin) {
  return {reinterpret_cast<const char*>(pin.bytes().data()), pin.bytes().size()};
}

std::optional<std::uint64_t> parsed(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc()) return std::nullopt;
  return number;
}

std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

RedisNews::RedisNews(MemoCache& memory, const std::string& prefix, std::chrono::nanoseconds grace)
    : memory_(memory),
      notes_("redis tier " + prefix),
      empty_until_ns_(holds_no_values() ? monotonic_ns() + static_cast<std::uint64_t>(grace.count())
                                        : 0),
      machine_(common_machine()) {}

bool RedisNews::holds_no_values() const {
  const std::uint64_t entries = memory_.counters().entries;
  return entries == 0 || (entries == 1 && !note("machine").empty());
}

std::string RedisNews::note(std::string_view key) const {
  const auto pin = memory_.find(notes_ + std::string(key));
  return pin ? text_of(*pin) : std::string();
}

void RedisNews::set_note(std::string_view key, std::string_view value) {
  memory_.store(notes_ + std::string(key), as_bytes(value));
}

std::string RedisNews::common_machine() const {
  const std::string key = notes_ + "machine";
  const std::string own = random_name();
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (const auto pin = memory_.find(key)) return text_of(*pin);
    if (memory_.store_if(key, std::nullopt, as_bytes(own)) == MemoCache::StoredIf::stored) break;
  }
  return own;
}

void RedisNews::generation(std::string_view name, const std::string& number) {
  const std::lock_guard lock(mutex_);
  const auto known = generations_.find(name);
  if (known != generations_.end() && known->second == number) return;
  const std::string key = "generation " + std::string(name);
  if (note(key) != number) {
    if (name.empty()) {
      memory_.clear();
      set_note("machine", machine_);
      if (erasures_) set_note("erasures", std::to_string(*erasures_));
    } else {
      memory_.invalidate(name);
    }
    set_note(key, number);
  }
  generations_.insert_or_assign(std::string(name), number);
}

std::optional<std::uint64_t> RedisNews::erasures() const {
  const std::lock_guard lock(mutex_);
  return erasures_ ? erasures_ : noted_erasures();
}

std::optional<std::uint64_t> RedisNews::noted_erasures() const { return parsed(note("erasures")); }

void RedisNews::erase_entry(std::string_view entry) {
  const auto space = entry.find(' ');
  if (space == entry.npos || entry.substr(0, space) == machine_) return;
  memory_.erase(entry.substr(space + 1));
}

void RedisNews::saw_erasures(std::uint64_t number) {
  erasures_ = number;
  set_note("erasures", std::to_string(number));
}

bool RedisNews::erasure(std::uint64_t number, std::string_view entry) {
  const std::lock_guard lock(mutex_);
  if (erasures_ && number <= *erasures_) return true;  // the catching up has had it
  const bool next = erasures_ && number == *erasures_ + 1;
  if (next && noted_erasures() >= number) {  // another worker has done it
    erasures_ = number;
    return true;
  }
  erase_entry(entry);
  if (next) saw_erasures(number);
  return next;
}

/// There is nothing here yet that could be older than what Redis says.
void RedisNews::begin_with(const RedisReply& state) {
  const std::lock_guard lock(mutex_);
  const RedisReply& generations = state.list[0];
  for (std::size_t at = 0; at + 1 < generations.list.size(); at += 2) {
    const std::string* const name = generations.text_at(at);
    const std::string* const number = generations.text_at(at + 1);
    if (name == nullptr || number == nullptr) continue;
    set_note("generation " + *name, *number);
    generations_.insert_or_assign(*name, *number);
  }
  saw_erasures(static_cast<std::uint64_t>(*state.number_at(1)));
}

void RedisNews::catch_up(const RedisReply& state, std::optional<std::uint64_t> since) {
  const auto total = state.number_at(1);
  if (state.list.size() != 3 || !total || *total < 0) {
    throw RedisFailure("its answer on what was voided cannot be read" +
                       (state.is_error() ? ": " + state.text : std::string()));
  }
  if (monotonic_ns() < std::exchange(empty_until_ns_, 0)) begin_with(state);
  const RedisReply& generations = state.list[0];
  for (std::size_t at = 0; at + 1 < generations.list.size(); at += 2) {
    const std::string* const name = generations.text_at(at);
    const std::string* const number = generations.text_at(at + 1);
    if (name != nullptr && number != nullptr) generation(*name, *number);
  }
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<std::uint64_t>(*total);
  const RedisReply& missed = state.list[2];
  if (erasures_ == count) return;
  if (since && *since <= count && missed.list.size() == count - *since) {
    for (std::size_t at = 0; at < missed.list.size(); ++at) {
      if (const std::string* const entry = missed.text_at(at)) erase_entry(*entry);
    }
  } else {
    memory_.clear();
    set_note("machine", machine_);
    for (const auto& [name, number] : generations_) set_note("generation " + name, number);
  }
  saw_erasures(count);
}

std::string RedisNews::known(std::string_view name) const {
  const auto found = generations_.find(name);
  return found != generations_.end() ? found->second : note("generation " + std::string(name));
}

void RedisNews::told(std::string_view name, const std::string& number) {
  const std::lock_guard lock(mutex_);
  const auto before = parsed(known(name));
  const auto now = parsed(number);
  if (!before || !now || *now != *before + 1) return;
  set_note("generation " + std::string(name), number);
  generations_.insert_or_assign(std::string(name), number);
}

}  // namespace ekiden::shared
