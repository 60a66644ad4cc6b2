// SPDX-License-Identifier: MIT
#pragma once

#include <hiredis/hiredis.h>
#include <lmdb.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

/// What the cache is measured against, each with nothing but its own client library around it.
namespace ekiden::bench {

/// A folder that goes when this does.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A redis-server on a unix socket. Throws std::runtime_error if there is none.
class RedisServer {
 public:
  RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer();
  std::string socket_path() const { return folder_.path() / "redis.sock"; }

 private:
  TemporaryFolder folder_;
  pid_t pid_ = 0;
};

/// One connection, through hiredis.
class RedisClient {
 public:
  explicit RedisClient(const std::string& socket_path);
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;
  ~RedisClient();

  void set(std::string_view key, std::string_view value);
  /// The value stays until the next call.
  std::string_view get(std::string_view key);
  void push(std::string_view list, std::string_view value);
  /// Waits for it.
  std::string pop(std::string_view list);

 private:
  void keep(void* reply, int type, const char* what);

  redisContext* context_ = nullptr;
  redisReply* reply_ = nullptr;
};

/// An LMDB environment without syncs, as a cache would use it.
class Lmdb {
 public:
  Lmdb();
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;
  ~Lmdb();

  void put(std::string_view key, std::string_view value);
  /// Reads in place, in a read transaction that is renewed for each call; valid until the next one.
  std::string_view get(std::string_view key);

 private:
  TemporaryFolder folder_;
  MDB_env* env_ = nullptr;
  MDB_txn* reader_ = nullptr;
  MDB_dbi db_ = 0;
};

}  // namespace ekiden::bench
