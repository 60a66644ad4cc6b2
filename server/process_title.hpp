// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::server {

/// Takes over the memory of argv and environ, so that set_process_title can write there; moves the
/// environment away first. Called once, at the start of main, before anything keeps a pointer into
/// either. Without it set_process_title only sets the thread's name.
void claim_process_title(int argc, char** argv);

/// What `ps` shows of this process: "ekiden: worker 3". Cut to the room that the command line and
/// the environment left.
void set_process_title(std::string_view title) noexcept;

}  // namespace ekiden::server
