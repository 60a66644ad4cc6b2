// SPDX-License-Identifier: MIT
#include "worker/http/acceptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "shared/log.hpp"
#include "worker/http/address_text.hpp"

namespace ekiden::worker {
namespace {

constexpr int kGateRecheckMs = 5;
constexpr int kBackOffMs = 100;
/// Bounds the last round, should clients connect faster than it accepts.
constexpr int kMaxLastRound = 8192;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string remote_name(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return address_text(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  }
  if (address.ss_family == AF_INET6) {
    return address_text(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  }
  return "unix:";
}

bool out_of_descriptors(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Options options) : options_(std::move(options)) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) fail("epoll_create1");
  commands_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (commands_ < 0) fail("eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = commands_;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, commands_, &event) < 0) fail("epoll_ctl");
  thread_ = std::thread([this] { run(); });
}

Acceptor::~Acceptor() {
  leaving_ = true;
  ring();
  join();
  ::close(epoll_);
  ::close(commands_);
}

void Acceptor::ring() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(commands_, &one, sizeof one);
}

void Acceptor::wake() noexcept {
  if (waiting_for_gate_) ring();
}

void Acceptor::reconsider() noexcept {
  if (options_.gate() != Gate::open && !waiting_for_gate_) ring();
}

void Acceptor::drain() noexcept {
  draining_ = true;
  ring();
}

void Acceptor::join() {
  if (thread_.joinable()) thread_.join();
}

void Acceptor::run() {
  while (!draining_ && !leaving_) wait_and_accept();
  disarm();
  if (!leaving_) accept_the_rest();
  for (const int listener : options_.listeners) ::close(listener);
  if (options_.stopped) options_.stopped();
}

/// EPOLLEXCLUSIVE cannot be modified, only added and removed.
void Acceptor::arm() {
  if (armed_) return;
  for (const int listener : options_.listeners) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    event.data.fd = listener;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener, &event) < 0) {
      shared::log(shared::LogLevel::error, "a listener cannot be watched: errno {}", errno);
    }
  }
  armed_ = true;
}

void Acceptor::disarm() {
  if (!armed_) return;
  for (const int listener : options_.listeners) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener, nullptr);
  }
  armed_ = false;
}

void Acceptor::wait_and_accept() {
  waiting_for_gate_ = true;  // before the gate is looked at, lest a wake() in between be lost
  const Gate gate = options_.gate();
  if (gate == Gate::open) {
    waiting_for_gate_ = false;
    arm();
  } else {
    disarm();
  }
  epoll_event event{};
  const int timeout = gate == Gate::sibling_is_free ? kGateRecheckMs : -1;
  if (::epoll_wait(epoll_, &event, 1, timeout) != 1) return;
  if (event.data.fd == commands_) {
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto got = ::read(commands_, &rings, sizeof rings);
    return;
  }
  // Even if the gate has closed since: the kernel woke nobody else for this connection.
  accept_one(event.data.fd);
  disarm();  // and arm again: at the end of the queue, so that idle workers take turns
}

/// False if nothing was there, or nothing more can be taken.
bool Acceptor::accept_one(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int descriptor = ::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    if (out_of_descriptors(errno)) back_off();
    return errno == ECONNABORTED || errno == EINTR;
  }
  complained_ = false;
  if (address.ss_family == AF_INET || address.ss_family == AF_INET6) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  options_.accepted({descriptor, remote_name(address)});
  return true;
}

/// The listener stays readable, so without a pause this would spin.
void Acceptor::back_off() {
  const int error = errno;
  if (!complained_) {
    shared::log(shared::LogLevel::error,
                "cannot accept: {}; trying again every {} ms (raise LimitNOFILE / ulimit -n)",
                std::generic_category().message(error), kBackOffMs);
    complained_ = true;
  }
  disarm();
  epoll_event event{};
  ::epoll_wait(epoll_, &event, 1, kBackOffMs);
  errno = error;
}

void Acceptor::accept_the_rest() {
  for (const int listener : options_.listeners) {
    for (int i = 0; i < kMaxLastRound && accept_one(listener); ++i) {
    }
  }
}

}  // namespace ekiden::worker
