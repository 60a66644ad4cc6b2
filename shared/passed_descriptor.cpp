// SPDX-License-Identifier: MIT
#include "shared/passed_descriptor.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ekiden::shared {
namespace {

union PassedDescriptor {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

}  // namespace

ssize_t send_with_descriptor(int channel, std::string_view bytes, int passed) noexcept {
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
    sent = sendmsg(channel, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

ssize_t receive_with_descriptor(int channel, std::span<char> room, int& passed,
                                int flags) noexcept {
  passed = -1;
  iovec part{room.data(), room.size()};
  PassedDescriptor control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t size;
  do {
    size = recvmsg(channel, &header, flags | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  cmsghdr* item = size > 0 ? CMSG_FIRSTHDR(&header) : nullptr;
  if (item != nullptr && item->cmsg_type == SCM_RIGHTS) {
    std::memcpy(&passed, CMSG_DATA(item), sizeof(int));
  }
  return size;
}

}  // namespace ekiden::shared
