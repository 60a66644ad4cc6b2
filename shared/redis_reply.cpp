// SPDX-License-Identifier: MIT
#include "shared/redis_reply.hpp"

#include <hiredis/read.h>

#include <charconv>
#include <new>
#include <system_error>

namespace ekiden::shared {
namespace {

/// Where the parser wants the next part: a new reply, or an item of the list around it.
RedisReply* place(const redisReadTask* task) {
  if (task->parent == nullptr) return new (std::nothrow) RedisReply;
  auto& list = static_cast<RedisReply*>(task->parent->obj)->list;
  const auto item = static_cast<std::size_t>(task->idx);
  return item < list.size() ? &list[item] : nullptr;
}

void discard(const redisReadTask* task, RedisReply* reply) {
  if (task->parent == nullptr) delete reply;
}

void* make_text(const redisReadTask* task, char* bytes, std::size_t size) {
  RedisReply* const reply = place(task);
  if (reply == nullptr) return nullptr;
  try {
    reply->text.assign(bytes, size);
  } catch (const std::bad_alloc&) {
    discard(task, reply);
    return nullptr;
  }
  reply->kind = task->type == REDIS_REPLY_ERROR ? RedisReply::Kind::error : RedisReply::Kind::text;
  return reply;
}

void* make_list(const redisReadTask* task, int items) {
  auto& total = *static_cast<std::size_t*>(task->privdata);
  const auto more = static_cast<std::size_t>(items < 0 ? 0 : items);
  if (more > RedisParser::kMostItems - total) return nullptr;
  total += more;
  RedisReply* const reply = place(task);
  if (reply == nullptr) return nullptr;
  try {
    reply->list.resize(more);
  } catch (const std::bad_alloc&) {
    discard(task, reply);
    return nullptr;
  }
  reply->kind = RedisReply::Kind::list;
  return reply;
}

void* make_number(const redisReadTask* task, long long number) {
  RedisReply* const reply = place(task);
  if (reply == nullptr) return nullptr;
  reply->kind = RedisReply::Kind::number;
  reply->number = number;
  return reply;
}

void* make_nil(const redisReadTask* task) { return place(task); }

/// Called for whole replies only.
void free_reply(void* reply) { delete static_cast<RedisReply*>(reply); }

redisReplyObjectFunctions functions = {make_text, make_list, make_number, make_nil, free_reply};

}  // namespace

const std::string* RedisReply::text_at(std::size_t item) const {
  if (kind != Kind::list || item >= list.size()) return nullptr;
  return list[item].kind == Kind::text ? &list[item].text : nullptr;
}

std::optional<long long> RedisReply::number_at(std::size_t item) const {
  if (kind != Kind::list || item >= list.size()) return std::nullopt;
  if (list[item].kind == Kind::number) return list[item].number;
  const std::string* const written = text_at(item);
  if (written == nullptr || written->empty()) return std::nullopt;
  long long value = 0;
  const char* const end = written->data() + written->size();
  const auto [at, error] = std::from_chars(written->data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

RedisParser::RedisParser() : reader_(redisReaderCreateWithFunctions(&functions)) {
  if (reader_ == nullptr) throw std::bad_alloc();
  reader_->privdata = &items_;
}

RedisParser::~RedisParser() { redisReaderFree(reader_); }

void RedisParser::feed(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > kMostBytes) throw RedisFailure("its answer is too long");
  if (redisReaderFeed(reader_, bytes.data(), bytes.size()) != REDIS_OK) {
    throw RedisFailure(std::string("its answer cannot be read: ") + reader_->errstr);
  }
}

std::unique_ptr<RedisReply> RedisParser::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(reader_, &reply) != REDIS_OK) {
    throw RedisFailure(std::string("its answer cannot be read: ") + reader_->errstr);
  }
  if (reply == nullptr) return nullptr;
  items_ = 0;
  bytes_ = 0;
  return std::unique_ptr<RedisReply>(static_cast<RedisReply*>(reply));
}

}  // namespace ekiden::shared
