// SPDX-License-Identifier: MIT
#include "shared/redis_link.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPingEvery{1000};

std::uint64_t ns(std::chrono::nanoseconds time) { return static_cast<std::uint64_t>(time.count()); }

/// A thread that leaves all signals to the others.
std::thread quiet_thread(const std::function<void()>& body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(body);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

RedisLink::RedisLink(Options options, Duties duties)
    : options_(std::move(options)),
      duties_(std::move(duties)),
      breaker_(options_.breaker),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = quiet_thread([this] { run(); });
}

RedisLink::~RedisLink() {
  stop_ = true;
  wake();
  thread_.join();
  close(wake_fd_);
}

void RedisLink::wake() {
  if (eventfd_write(wake_fd_, 1) != 0) return;  // full: it is awake
}

void RedisLink::greet_again() {
  greet_again_ = true;
  wake();
}

void RedisLink::tick_soon() {
  tick_soon_ = true;
  wake();
}

bool RedisLink::with(const std::function<void(RedisConnection&)>& body) {
  if (!await_first_probe() || !breaker_.closed()) return false;
  // As many as may have been closed while nobody used them.
  for (std::size_t attempt = 0; attempt <= options_.connections; ++attempt) {
    const Outcome outcome = try_with(body);
    if (outcome != Outcome::closed_before) return outcome == Outcome::done;
  }
  return false;
}

RedisLink::Outcome RedisLink::try_with(const std::function<void(RedisConnection&)>& body) {
  bool used = false;
  const std::uint64_t began = monotonic_ns();
  try {
    auto connection = take(used);
    if (!connection) {
      failed("all connections are busy");
      return Outcome::failed;
    }
    try {
      body(*connection);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
    give_back(std::move(connection));
    breaker_.succeeded();
    return Outcome::done;
  } catch (const RedisFailure& failure) {
    // A new connection may do where an old one was closed; a server that is late stays so.
    if (used && monotonic_ns() - began < ns(options_.timeouts.command)) {
      return Outcome::closed_before;
    }
    failed(failure.what());
    return Outcome::failed;
  }
}

std::unique_ptr<RedisConnection> RedisLink::take(bool& used) {
  std::unique_lock lock(mutex_);
  const auto free = [this] { return lent_ < options_.connections; };
  if (!changed_.wait_for(lock, options_.timeouts.command, free)) return nullptr;
  ++lent_;
  used = !idle_.empty();
  if (used) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  const RedisUrl address = address_;
  lock.unlock();
  try {
    return std::make_unique<RedisConnection>(address, options_.timeouts);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void RedisLink::give_back(std::unique_ptr<RedisConnection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection) idle_.push_back(std::move(connection));
  }
  changed_.notify_one();
}

bool RedisLink::await_first_probe() {
  if (breaker_.closed()) return true;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, options_.timeouts.connect, [this] { return probed_; });
}

void RedisLink::failed(const std::string& why) {
  failures_.fetch_add(1, std::memory_order_relaxed);
  if (breaker_.failed(monotonic_ns())) lost(why);
}

void RedisLink::lost(const std::string& why) {
  trips_.fetch_add(1, std::memory_order_relaxed);
  log(LogLevel::warning, "cache: Redis at {} is lost ({}); this machine goes on without it",
      options_.url.shown(), why);
  {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }
  wake();
}

void RedisLink::run() {
  next_tick_ = monotonic_ns() + ns(options_.tick);
  while (!stop_) {
    try {
      turn();
    } catch (const std::exception& error) {
      log(LogLevel::error, "cache: the thread for Redis goes on after: {}", error.what());
      listener_.reset();
      breaker_.open(monotonic_ns());
    }
  }
}

void RedisLink::turn() {
  if (!breaker_.closed()) listener_.reset();
  if (breaker_.try_probe(monotonic_ns())) probe();
  std::array<pollfd, 2> waited{
      pollfd{wake_fd_, POLLIN, 0},
      pollfd{listener_ ? listener_->fd() : -1, POLLIN, 0},
  };
  poll(waited.data(), waited.size(), patience(monotonic_ns()));
  eventfd_t drained = 0;
  if (waited[0].revents != 0) eventfd_read(wake_fd_, &drained);
  if (listener_) listen();
  const std::uint64_t now = monotonic_ns();
  if (now >= next_tick_ || tick_soon_.exchange(false)) {
    next_tick_ = now + ns(options_.tick);
    duties_.tick();
  }
}

int RedisLink::patience(std::uint64_t now) const {
  std::uint64_t until = next_tick_;
  if (listener_) {
    until = std::min(until, next_ping_);
    if (pong_until_ != 0) until = std::min(until, pong_until_);
  } else {
    until = std::min(until, now + ns(breaker_.until_probe(now)));
  }
  return until <= now ? 0 : static_cast<int>((until - now + 999'999) / 1'000'000);
}

void RedisLink::probe() {
  std::string why;
  try {
    connect();
    breaker_.probe_succeeded();
    log(LogLevel::info, "cache: Redis at {} answers", options_.url.shown());
    told_ = true;
  } catch (const std::exception& failure) {
    why = failure.what();
  }
  if (!why.empty()) {
    listener_.reset();
    failures_.fetch_add(1, std::memory_order_relaxed);
    breaker_.probe_failed(monotonic_ns());
    if (!std::exchange(told_, true)) {
      log(LogLevel::warning,
          "cache: Redis at {} cannot be used ({}); this machine goes on without it",
          options_.url.shown(), why);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    probed_ = true;
  }
  changed_.notify_all();
}

void RedisLink::connect() {
  std::string why;
  for (const RedisUrl& address : resolve(options_.url)) {
    try {
      listener_ = std::make_unique<RedisConnection>(address, options_.timeouts);
    } catch (const RedisFailure& failure) {
      why = failure.what();
      continue;
    }
    const RedisReply subscribed = listener_->ask({"SUBSCRIBE", options_.channel});
    if (subscribed.text_at(0) == nullptr || *subscribed.text_at(0) != "subscribe") {
      throw RedisFailure("it refuses SUBSCRIBE: " + subscribed.text);
    }
    auto connection = std::make_unique<RedisConnection>(address, options_.timeouts);
    greet_again_ = false;
    duties_.greet(*connection);
    const std::lock_guard lock(mutex_);
    address_ = address;
    idle_.clear();
    idle_.push_back(std::move(connection));
    next_ping_ = monotonic_ns() + ns(kPingEvery);
    pong_until_ = 0;
    return;
  }
  throw RedisFailure(why);
}

void RedisLink::listen() {
  try {
    if (greet_again_.exchange(false)) {
      RedisConnection connection(address(), options_.timeouts);
      duties_.greet(connection);
    }
    while (const auto reply = listener_->arrived()) heard(*reply);
    keep_alive(monotonic_ns());
  } catch (const RedisFailure& failure) {
    listener_.reset();
    failures_.fetch_add(1, std::memory_order_relaxed);
    if (breaker_.open(monotonic_ns())) lost(failure.what());
  }
}

RedisUrl RedisLink::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

/// A connection that is cut off without a word would be listened to for ever.
void RedisLink::keep_alive(std::uint64_t now) {
  if (pong_until_ != 0 && now >= pong_until_) throw RedisFailure("it does not answer PING");
  if (now < next_ping_ || pong_until_ != 0) return;
  const std::array<std::string_view, 1> ping{"PING"};
  listener_->send(ping);
  next_ping_ = now + ns(kPingEvery);
  pong_until_ = now + ns(options_.timeouts.command);
}

void RedisLink::heard(const RedisReply& reply) {
  const std::string* const kind = reply.text_at(0);
  if (kind == nullptr) throw RedisFailure("it says on a channel what no channel says");
  if (*kind == "pong") pong_until_ = 0;
  if (*kind != "message") return;
  if (const std::string* const text = reply.text_at(2)) duties_.message(*text);
}

}  // namespace ekiden::shared
