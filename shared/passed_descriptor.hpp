// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>

namespace ekiden::shared {

/// sendmsg(2) of one message, with the descriptor `passed` unless that is negative; never SIGPIPE.
/// What it returns, with errno, after the last interruption by a signal.
ssize_t send_with_descriptor(int channel, std::string_view bytes, int passed) noexcept;

/// recvmsg(2) of one message. `passed` becomes the descriptor that came along (close-on-exec, the
/// caller's to close), or -1.
ssize_t receive_with_descriptor(int channel, std::span<char> room, int& passed,
                                int flags = 0) noexcept;

}  // namespace ekiden::shared
