// SPDX-License-Identifier: MIT
#include "server/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "shared/passed_descriptor.hpp"

namespace ekiden::server {
namespace {

constexpr char kOrder = 'S';
constexpr char kHello = 'H';

template <class Value>
std::string message(char kind, const Value& value) {
  std::string bytes(1 + sizeof(Value), kind);
  std::memcpy(bytes.data() + 1, &value, sizeof(Value));
  return bytes;
}

template <class Value>
std::optional<Value> value_of(char kind, const std::string& bytes) {
  if (bytes.size() != 1 + sizeof(Value) || bytes[0] != kind) return std::nullopt;
  Value value;
  std::memcpy(&value, bytes.data() + 1, sizeof(Value));
  return value;
}

bool send_bytes(int fd, std::string_view bytes, int passed) {
  return shared::send_with_descriptor(fd, bytes.substr(0, kMaxMessage), passed) >= 0;
}

}  // namespace

ChannelPair make_channel() {
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "no channel to a child process");
  }
  ChannelPair pair{Descriptor(ends[0]), Descriptor(ends[1])};
  fcntl(pair.master.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

Received receive(const Descriptor& channel, Packet& packet) {
  packet.bytes.resize(kMaxMessage);
  int passed = -1;
  const ssize_t size = shared::receive_with_descriptor(channel.get(), packet.bytes, passed);
  packet.passed.reset(passed);
  packet.bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size > 0) return Received::packet;
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Received::nothing
                                                               : Received::closed;
}

bool send(const Descriptor& channel, std::string_view bytes, int passed) {
  return send_bytes(channel.get(), bytes, passed);
}

bool send_order(const Descriptor& channel, SpawnOrder order, int worker_end) {
  return send(channel, message(kOrder, order), worker_end);
}

std::optional<SpawnOrder> as_order(const Packet& packet) {
  return value_of<SpawnOrder>(kOrder, packet.bytes);
}

bool send_report(const Descriptor& channel, MoldMessage kind, std::string_view text) {
  return send(channel, std::string(1, static_cast<char>(kind)).append(text));
}

bool send_hello(int channel, pid_t pid) { return send_bytes(channel, message(kHello, pid), -1); }

std::optional<pid_t> as_hello(const Packet& packet) {
  return value_of<pid_t>(kHello, packet.bytes);
}

}  // namespace ekiden::server
