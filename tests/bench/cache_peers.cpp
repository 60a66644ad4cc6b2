// SPDX-License-Identifier: MIT
#include "cache_peers.hpp"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>
#include <vector>

extern char** environ;

namespace ekiden::bench {

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "ekiden_bench_XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

RedisServer::RedisServer() {
  std::vector<std::string> words{
      "redis-server", "--port", "0",         "--unixsocket", socket_path(), "--save",      "",
      "--appendonly", "no",     "--logfile", "/dev/null",    "--dir",       folder_.path()};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (posix_spawnp(&pid_, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("redis-server is not installed");
  }
}

RedisServer::~RedisServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

RedisClient::RedisClient(const std::string& socket_path) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    context_ = redisConnectUnix(socket_path.c_str());
    if (context_ != nullptr && context_->err == 0) return;
    if (context_ != nullptr) redisFree(std::exchange(context_, nullptr));
    poll(nullptr, 0, 10);
  }
  throw std::runtime_error("redis-server did not start");
}

RedisClient::~RedisClient() {
  if (reply_ != nullptr) freeReplyObject(reply_);
  if (context_ != nullptr) redisFree(context_);
}

void RedisClient::keep(void* reply, int type, const char* what) {
  if (reply_ != nullptr) freeReplyObject(reply_);
  reply_ = static_cast<redisReply*>(reply);
  if (reply_ == nullptr || reply_->type != type) {
    throw std::runtime_error(std::string("redis: unexpected answer to ") + what);
  }
}

void RedisClient::set(std::string_view key, std::string_view value) {
  keep(redisCommand(context_, "SET %b %b", key.data(), key.size(), value.data(), value.size()),
       REDIS_REPLY_STATUS, "SET");
}

std::string_view RedisClient::get(std::string_view key) {
  keep(redisCommand(context_, "GET %b", key.data(), key.size()), REDIS_REPLY_STRING, "GET");
  return {reply_->str, static_cast<std::size_t>(reply_->len)};
}

void RedisClient::push(std::string_view list, std::string_view value) {
  keep(redisCommand(context_, "RPUSH %b %b", list.data(), list.size(), value.data(), value.size()),
       REDIS_REPLY_INTEGER, "RPUSH");
}

std::string RedisClient::pop(std::string_view list) {
  keep(redisCommand(context_, "BLPOP %b 0", list.data(), list.size()), REDIS_REPLY_ARRAY, "BLPOP");
  return {reply_->element[1]->str, static_cast<std::size_t>(reply_->element[1]->len)};
}

namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::runtime_error(std::string(what) + ": " + mdb_strerror(error));
}

MDB_val as_value(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

}  // namespace

Lmdb::Lmdb() {
  check(mdb_env_create(&env_), "mdb_env_create");
  check(mdb_env_set_mapsize(env_, std::size_t{1} << 30), "mdb_env_set_mapsize");
  check(mdb_env_open(env_, folder_.path().c_str(), MDB_NOSYNC | MDB_NOMETASYNC, 0600),
        "mdb_env_open");
  MDB_txn* writer = nullptr;
  check(mdb_txn_begin(env_, nullptr, 0, &writer), "mdb_txn_begin");
  check(mdb_dbi_open(writer, nullptr, 0, &db_), "mdb_dbi_open");
  check(mdb_txn_commit(writer), "mdb_txn_commit");
  check(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader_), "mdb_txn_begin");
  mdb_txn_reset(reader_);
}

Lmdb::~Lmdb() {
  if (reader_ != nullptr) mdb_txn_abort(reader_);
  mdb_env_close(env_);
}

void Lmdb::put(std::string_view key, std::string_view value) {
  MDB_txn* writer = nullptr;
  check(mdb_txn_begin(env_, nullptr, 0, &writer), "mdb_txn_begin");
  MDB_val name = as_value(key);
  MDB_val bytes = as_value(value);
  check(mdb_put(writer, db_, &name, &bytes, 0), "mdb_put");
  check(mdb_txn_commit(writer), "mdb_txn_commit");
}

std::string_view Lmdb::get(std::string_view key) {
  mdb_txn_reset(reader_);
  check(mdb_txn_renew(reader_), "mdb_txn_renew");
  MDB_val name = as_value(key);
  MDB_val bytes{};
  check(mdb_get(reader_, db_, &name, &bytes), "mdb_get");
  return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
}

}  // namespace ekiden::bench
