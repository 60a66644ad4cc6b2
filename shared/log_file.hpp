// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::shared {

/// A file that all processes of a server append to, whole lines, each with one write(2). All hold
/// it under the same descriptor number; after a rotation the master opens the name anew and passes
/// the new file to each, which puts it under that number: nobody else needs the right to open it,
/// and no thread that writes meanwhile notices.

/// "Put the descriptor that came along in the place of yours", as a message on a channel.
std::string log_file_order(int number);
/// Obeys such an order, unless what has that number here is no log; false if `message` is something
/// else. Takes `passed` over if it is.
bool obey_log_file_order(std::string_view message, int passed) noexcept;

/// Appends `line`, which ends by a line feed. One that cannot be written is dropped.
void write_line(int descriptor, std::string_view line) noexcept;

}  // namespace ekiden::shared
