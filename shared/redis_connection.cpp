// SPDX-License-Identifier: MIT
#include "shared/redis_connection.hpp"

#include <hiredis/hiredis.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "shared/clock.hpp"

namespace ekiden::shared {
namespace {

constexpr std::size_t kBuysTime = 64U << 10;

std::string cause(int number) { return std::strerror(number); }

redisContext* start_connecting(const RedisUrl& url) {
  return url.unix_path.empty() ? redisConnectNonBlock(url.host.c_str(), url.port)
                               : redisConnectUnixNonBlock(url.unix_path.c_str());
}

}  // namespace

RedisConnection::RedisConnection(const RedisUrl& url, const RedisTimeouts& timeouts)
    : timeouts_(timeouts), context_(start_connecting(url), redisFree) {
  if (!context_) throw std::bad_alloc();
  if (context_->err != 0) throw RedisFailure(context_->errstr);
  set_deadline(timeouts.connect);
  wait(POLLOUT);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) throw RedisFailure(cause(error));
  log_in(url);
}

RedisConnection::~RedisConnection() = default;

int RedisConnection::fd() const { return context_->fd; }

void RedisConnection::log_in(const RedisUrl& url) {
  if (!url.user.empty()) {
    expect_ok({"AUTH", url.user, url.password});
  } else if (!url.password.empty()) {
    expect_ok({"AUTH", url.password});
  }
  if (url.database != 0) expect_ok({"SELECT", std::to_string(url.database)});
}

void RedisConnection::expect_ok(std::initializer_list<std::string_view> words) {
  const RedisReply reply = ask(words);
  if (reply.is("OK")) return;
  throw RedisFailure("it refuses " + std::string(*words.begin()) + ": " +
                     (reply.is_error() ? reply.text : "an answer that is not OK"));
}

RedisReply RedisConnection::ask(std::span<const std::string_view> words) {
  send(words);
  return receive();
}

void RedisConnection::send(std::span<const std::string_view> words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    starts.push_back(word.data() == nullptr ? "" : word.data());
    sizes.push_back(word.size());
  }
  sds command = nullptr;
  const int size = redisFormatSdsCommandArgv(&command, static_cast<int>(words.size()),
                                             starts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(sds)> owner(command, redisFreeSdsCommand);
  set_deadline(timeouts_.command);
  write({command, static_cast<std::size_t>(size)});
}

RedisReply RedisConnection::receive() {
  set_deadline(timeouts_.command);
  for (;;) {
    if (const auto reply = parser_.next()) return std::move(*reply);
    if (!read_some()) wait(POLLIN);
  }
}

std::unique_ptr<RedisReply> RedisConnection::arrived() {
  auto reply = parser_.next();
  if (!reply && read_some()) reply = parser_.next();
  return reply;
}

void RedisConnection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      moved(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(POLLOUT);
    } else if (errno != EINTR) {
      throw RedisFailure(cause(errno));
    }
  }
}

bool RedisConnection::read_some() {
  for (;;) {
    const ssize_t got = recv(fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got == 0) throw RedisFailure("it closed the connection");
    if (got > 0) {
      parser_.feed({buffer_.data(), static_cast<std::size_t>(got)});
      moved(static_cast<std::size_t>(got));
      return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw RedisFailure(cause(errno));
  }
}

void RedisConnection::wait(short events) {
  pollfd waited{fd(), events, 0};
  for (;;) {
    const std::uint64_t now = monotonic_ns();
    const std::uint64_t left = now < deadline_ ? (deadline_ - now + 999'999) / 1'000'000 : 0;
    const int ready = poll(&waited, 1, static_cast<int>(left));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw RedisFailure(cause(errno));
    if (left == 0) {
      throw RedisFailure("no answer within " + std::to_string(patience_.count()) + " ms");
    }
  }
}

void RedisConnection::set_deadline(std::chrono::milliseconds from_now) {
  patience_ = from_now;
  moved_ = 0;
  deadline_ = monotonic_ns() + static_cast<std::uint64_t>(from_now.count()) * 1'000'000;
}

void RedisConnection::moved(std::size_t bytes) {
  moved_ += bytes;
  if (moved_ >= kBuysTime) set_deadline(patience_);
}

std::vector<RedisUrl> resolve(const RedisUrl& url) {
  if (!url.unix_path.empty()) return {url};
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url.host.c_str(), nullptr, &wanted, &found);
  if (error != 0) throw RedisFailure("'" + url.host + "': " + gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<RedisUrl> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    addresses.push_back(url);
    addresses.back().host = text.data();
  }
  if (addresses.empty()) throw RedisFailure("'" + url.host + "' has no address");
  return addresses;
}

}  // namespace ekiden::shared
