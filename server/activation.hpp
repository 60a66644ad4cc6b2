// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// A listening socket that whoever started this program has opened for it, as systemd does for a
/// service with a socket unit: it goes on listening while the server restarts.
struct PassedSocket {
  Descriptor fd;
  std::string name;  ///< FileDescriptorName= of the socket unit, or empty
};

/// The sockets that LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES speak of, made non-blocking and
/// close-on-exec. Takes these variables out of the environment, or children would take what has
/// their numbers for sockets of their own. None if the variables are not there or mean another
/// process. Throws std::runtime_error if one of them is not a listening stream socket.
/// REQUIRES: this process has no threads, and none of its first descriptors has been closed.
std::vector<PassedSocket> take_passed_sockets();

}  // namespace ekiden::server
