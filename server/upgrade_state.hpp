// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ekiden/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/listener.hpp"
#include "server/server_state.hpp"

namespace ekiden::server {

/// What the image of the master that runs leaves to the one that takes its place in the same
/// process. Descriptors are numbers here; they stay open across exec.
///
/// Written as JSON, of which a reader ignores the members that it does not know: images of two
/// versions read each other's.
struct UpgradeState {
  struct Socket {
    std::string text;  ///< as --bind has it; empty if others opened it
    int descriptor = -1;
    SocketFile file;
  };
  struct Worker {
    std::uint32_t number = 0, slot = 0, generation = 0;
    pid_t pid = 0;  ///< 0: it has not said it yet
    int channel = -1;
    shared::WorkerState state = shared::WorkerState::vacant;
    std::uint64_t born_ns = 0;
    std::string wants_successor;  ///< why; empty: it does not
    bool has_successor = false;
  };
  struct Mold {
    pid_t pid = 0;  ///< 0: there is none
    int channel = -1;
    std::string report;
  };

  std::string version;  ///< of the image that wrote it
  std::vector<Socket> listeners;
  std::optional<Socket> admin;
  int cache = -1, scoreboard = -1, traffic = -1;
  int access_log = -1, error_log = -1;  ///< -1: not a file of ours
  std::uint32_t generation = 0, last_generation = 0;
  std::vector<Worker> workers;
  Mold mold;  ///< of `generation`
  SupervisionCounts counts;
  std::uint64_t started_ns = 0;
  Json settings;  ///< that it ran with, for going back: see saved_settings.hpp

  std::string text() const;
  /// Throws std::runtime_error naming what is wrong.
  static UpgradeState parse(std::string_view text);
  std::vector<int> descriptors() const;
};

}  // namespace ekiden::server
