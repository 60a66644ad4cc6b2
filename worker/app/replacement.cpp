// SPDX-License-Identifier: MIT
#include "worker/app/replacement.hpp"

#include <sys/socket.h>

#include <atomic>
#include <string>

#include "shared/heritage.hpp"

namespace ekiden::worker {

namespace {

std::atomic<int> channel{-1};
std::atomic<bool> asked{false};

}  // namespace

void set_master(const shared::Heritage& heritage) {
  channel = heritage.master != 0 ? heritage.channel : -1;
}

void ask_for_replacement(std::string_view reason) {
  if (channel < 0 || asked.exchange(true)) return;
  const std::string message =
      std::string(1, static_cast<char>(shared::WorkerMessage::replace)).append(reason);
  const ssize_t sent = ::send(channel, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) asked = false;  // the channel is full: the next reason will do
}

}  // namespace ekiden::worker
