// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "server/descriptor.hpp"
#include "server/launch.hpp"
#include "server/upgrade_state.hpp"

namespace ekiden::server {

/// A new version of the program in the place of the one that runs, by SIGUSR2:
///
///     the new program, as a child, loads the app and looks at what it would take over
///       -> this process becomes the new program (exec: the same pid, children, sockets, memory)
///            -> it takes over what the old one left, and brings in a generation of its own
///                 -> settled: the old workers drain
///
/// A failure before the exec changes nothing. After it, the new program becomes the old one again,
/// of which it has the file open, with the workers that serve all the while. What the two tell each
/// other is in UpgradeState; what the running program tells the child, in an environment variable.

/// What that variable says.
struct UpgradeCall {
  int state = -1;        ///< a memfd with an UpgradeState
  int predecessor = -1;  ///< the program to go back to; -1: none
  int report = -1;       ///< the channel of a trial; -1: this is none
  std::string failure;   ///< why the program that was to take over did not; empty: nothing of it

  /// Takes the variables out of the environment. Nothing if this is a start like any other.
  static std::optional<UpgradeCall> take();
  std::vector<std::string> variables() const;
};

/// A memfd with the state. Throws std::system_error.
Descriptor written(const UpgradeState& state);
/// Throws std::runtime_error if it cannot be read.
UpgradeState read_state(int descriptor);
/// The program of this process, whatever lies under its name by now.
Descriptor open_own_program();
void set_close_on_exec(int descriptor, bool close) noexcept;

/// The image of this process that was there before this one.
///
/// What it has left stays open until all is settled, so that it can be taken up again: whoever uses
/// a descriptor makes a copy.
class Predecessor {
 public:
  explicit Predecessor(UpgradeCall call);
  Predecessor(const Predecessor&) = delete;
  Predecessor& operator=(const Predecessor&) = delete;

  /// Throws std::runtime_error if it cannot be read.
  const UpgradeState& state();
  const std::string& failure() const noexcept { return call_.failure; }
  /// Throws std::system_error.
  static Descriptor copy(int descriptor);

  bool settled() const noexcept { return settled_; }
  /// There is no way back from here.
  void settle() noexcept;
  /// Becomes it again. `now`: what has become of what it left; nullptr: nothing. Returns what is in
  /// the way, if it does.
  std::string go_back(const Launch& launch, const std::string& reason,
                      const UpgradeState* now = nullptr);

 private:
  UpgradeCall call_;
  std::optional<UpgradeState> state_;
  bool settled_ = false;
};

/// Becomes the program that lies where `launch` says, and leaves it `state`. Returns what is in the
/// way, if anything is.
std::string become_next(const Launch& launch, const UpgradeState& state);

}  // namespace ekiden::server
