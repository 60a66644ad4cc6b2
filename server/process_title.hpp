// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::server {

/// Takes over the memory of argv and environ, so that set_process_role can write there; moves the
/// environment away first. Called once, at the start of main, before anything keeps a pointer into
/// either. Without it set_process_role only sets the thread's name.
void claim_process_title(int argc, char** argv);

/// What comes before a role: "ekiden" unless --name says something else.
void name_processes(std::string name);

/// What `ps` shows of this process: "ekiden: worker 3". Cut to the room that the command line and
/// the environment left.
void set_process_role(std::string_view role);

}  // namespace ekiden::server
