// SPDX-License-Identifier: MIT
#include "server/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace ekiden::server {
namespace {

constexpr char kOrder = 'S';
constexpr char kHello = 'H';

union PassedDescriptor {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

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
  bytes = bytes.substr(0, kMaxMessage);
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  PassedDescriptor control{};
  if (passed >= 0) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = control.bytes.size();
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &passed, sizeof(int));
  }
  ssize_t sent;
  do {
    sent = sendmsg(fd, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

Descriptor passed_in(msghdr& header) {
  cmsghdr* item = CMSG_FIRSTHDR(&header);
  if (item == nullptr || item->cmsg_type != SCM_RIGHTS) return Descriptor();
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(item), sizeof(int));
  return Descriptor(fd);
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
  packet.passed.reset();
  iovec part{packet.bytes.data(), packet.bytes.size()};
  PassedDescriptor control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t size;
  do {
    size = recvmsg(channel.get(), &header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  packet.bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size > 0) {
    packet.passed = passed_in(header);
    return Received::packet;
  }
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
