// SPDX-License-Identifier: MIT
#include "worker/http/passed_connection.hpp"

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

namespace ekiden::worker {
namespace {

constexpr std::size_t kLongestInline = 32U << 10;
constexpr std::size_t kLongestAddress = 64;
/// The kernel names a socket that is bound to no name by a zero byte and five hexadecimal digits.
constexpr std::size_t kDigits = 5;
constexpr socklen_t kAddressBytes = offsetof(sockaddr_un, sun_path) + 1 + kDigits;

struct Head {
  OfferName name;
  std::uint64_t begun_ns = 0;
  std::uint64_t bytes = 0;  ///< of the request; in the message unless there are too many
  std::uint32_t remote_bytes = 0;
  std::uint32_t client_bytes = 0;
};

constexpr std::size_t kLongest = sizeof(Head) + 2 * kLongestAddress + kLongestInline;

/// Room for the connection, the file of a long request, and the sender's credentials.
union Control {
  cmsghdr header;
  std::array<char, CMSG_SPACE(2 * sizeof(int)) + CMSG_SPACE(sizeof(ucred))> bytes;
};

/// What came with a message; the descriptors are closed unless they are taken.
struct Attached {
  std::array<int, 2> descriptors{-1, -1};
  bool from_us = false;

  ~Attached() {
    for (const int one : descriptors) {
      if (one >= 0) ::close(one);
    }
  }
  void read(msghdr& message) noexcept {
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr;
         item = CMSG_NXTHDR(&message, item)) {
      if (item->cmsg_level != SOL_SOCKET) continue;
      if (item->cmsg_type == SCM_RIGHTS) {
        std::memcpy(descriptors.data(), CMSG_DATA(item),
                    std::min(sizeof descriptors, item->cmsg_len - CMSG_LEN(0)));
      } else if (item->cmsg_type == SCM_CREDENTIALS) {
        ucred sender{};
        std::memcpy(&sender, CMSG_DATA(item), sizeof sender);
        from_us = sender.uid == ::geteuid();
      }
    }
  }
};

/// -1 if there is no room for it.
int file_of(const std::string& bytes) noexcept {
  const int file = ::memfd_create("ekiden-request", MFD_CLOEXEC);
  std::size_t written = 0;
  while (file >= 0 && written < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      ::close(file);
      return -1;
    }
    written += static_cast<std::size_t>(count);
  }
  return file;
}

bool read_file(int file, std::string& bytes) {
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count =
        ::pread(file, bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    got += static_cast<std::size_t>(count);
  }
  return true;
}

sockaddr_un address_of(std::uint32_t number) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  fmt::format_to_n(address.sun_path + 1, kDigits, "{:05x}", number - 1);
  return address;
}

}  // namespace

PassingSocket::PassingSocket()
    : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof address;
  if (descriptor_ < 0 ||
      ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family) < 0 ||
      ::setsockopt(descriptor_, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) < 0) {
    const int error = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    throw std::system_error(error, std::generic_category(),
                            "no socket for connections of siblings");
  }
  const char* const digits = address.sun_path + 1;
  std::from_chars(digits, digits + kDigits, address_, 16);
  ++address_;
}

PassingSocket::~PassingSocket() { ::close(descriptor_); }

bool PassingSocket::send(std::uint32_t address, const OfferName& name,
                         const PassedConnection& connection) {
  const bool is_long = connection.bytes.size() > kLongestInline;
  std::array<int, 2> passed{connection.descriptor, -1};
  if (std::max(connection.remote.size(), connection.client.size()) > kLongestAddress) return false;
  if (is_long && (passed[1] = file_of(connection.bytes)) < 0) return false;
  Head head{name, connection.begun_ns, connection.bytes.size(),
            static_cast<std::uint32_t>(connection.remote.size()),
            static_cast<std::uint32_t>(connection.client.size())};
  std::array<iovec, 4> parts{
      {{&head, sizeof head},
       {const_cast<char*>(connection.remote.data()), head.remote_bytes},
       {const_cast<char*>(connection.client.data()), head.client_bytes},
       {const_cast<char*>(connection.bytes.data()), is_long ? 0 : connection.bytes.size()}}};
  const std::size_t count = is_long ? 2 : 1;
  Control control{};
  sockaddr_un to = address_of(address);
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = kAddressBytes;
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.bytes.data();
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* const item = CMSG_FIRSTHDR(&message);
  item->cmsg_level = SOL_SOCKET;
  item->cmsg_type = SCM_RIGHTS;
  item->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(item), passed.data(), count * sizeof(int));
  const bool sent = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
  if (is_long) ::close(passed[1]);
  return sent;
}

bool PassingSocket::receive(OfferName& name, PassedConnection& connection) {
  std::array<char, kLongest> room;
  iovec part{room.data(), room.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const ssize_t size = ::recvmsg(descriptor_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return false;
  Attached attached;
  attached.read(message);
  Head head;
  connection = {};
  if (!attached.from_us || static_cast<std::size_t>(size) < sizeof head) return true;
  std::memcpy(&head, room.data(), sizeof head);
  const std::string_view rest(room.data() + sizeof head,
                              static_cast<std::size_t>(size) - sizeof head);
  const std::size_t addresses = std::size_t{head.remote_bytes} + head.client_bytes;
  if (addresses > rest.size()) return true;
  connection.remote = rest.substr(0, head.remote_bytes);
  connection.client = rest.substr(head.remote_bytes, head.client_bytes);
  connection.bytes = rest.substr(addresses);
  connection.begun_ns = head.begun_ns;
  if (connection.bytes.size() != head.bytes) {
    connection.bytes.resize(head.bytes);
    if (!read_file(attached.descriptors[1], connection.bytes)) return true;
  }
  name = head.name;
  connection.descriptor = std::exchange(attached.descriptors[0], -1);
  return true;
}

}  // namespace ekiden::worker
