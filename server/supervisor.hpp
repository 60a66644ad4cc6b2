// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/backoff.hpp"
#include "server/mold_process.hpp"
#include "server/reload.hpp"
#include "server/server_state.hpp"
#include "server/worker_handle.hpp"
#include "shared/heritage.hpp"
#include "shared/oom_kills.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::server {

struct UpgradeState;

/// The cause of a reload of which the mold told what changed.
inline constexpr const char* kFilesChanged = "files changed";

/// Keeps N workers of the current generation alive, and brings a new generation in.
///
/// It runs no code of the app: it forks the mold, tells it to fork workers, watches all of them and
/// reaps them. Everything happens in turn(), which never blocks; the master's loop calls it
/// whenever a channel or a signal wants attention and when next_turn() has come.
///
/// Thread safety: the master's only thread. Fork: children never use it. A crash of the master
/// ends all children.
class Supervisor {
 public:
  struct Options {
    std::string app;  ///< name, for messages
    std::uint32_t workers = 1;
    std::chrono::nanoseconds timeout{0};  ///< of the heartbeat; 0: not watched
    std::chrono::nanoseconds graceful_timeout{0};
    std::chrono::nanoseconds load_timeout{0};
    std::chrono::nanoseconds keep_generation{0};  ///< the one before, for rollback()
    /// Called before a new generation is loaded: what of the heritage it gets anew. Throws
    /// std::runtime_error if that is not to be had; then there is no new generation. Null: nothing.
    std::function<void(shared::Heritage&)> renew;
    /// Gives back what the dead worker of a slot held in the cache; false: ask again soon.
    std::function<bool(std::uint32_t)> release_slot;
  };

  /// `heritage` is what all workers get; slot, number, generation and channel are filled in later.
  /// REQUIRES: this process is a child subreaper and blocks SIGCHLD.
  Supervisor(Options options, shared::Heritage heritage, AppCode code);

  /// No reload is under way, and no slot is about to be given back.
  bool at_rest() const noexcept { return !reload_ && slots_to_release_.empty(); }
  /// What the next image of this process takes over. REQUIRES: at_rest().
  void leave_to(UpgradeState& next) const;
  /// Takes over what the image before this one has left, which goes on serving. `failure`: why the
  /// image that was to take over did not; empty if that is not how it came to this. `watched`: its
  /// workers are in our scoreboard. Throws std::system_error. In place of start().
  void adopt(const UpgradeState& left, const std::string& failure, bool watched);
  /// Starts the first generation. If it fails, exit_code() is 4 (the app does not load) or 3 (a
  /// worker does not start).
  void start();
  /// Brings in a new generation; the old one serves until all of the new are ready, and goes on
  /// serving if any of them fails. During a reload: does one more afterwards.
  ReloadTicket reload(std::string cause = "SIGHUP");
  /// Brings the generation before in again, as it was loaded then, in the same way. Nothing if it
  /// is not kept any more, or during a reload; `obstacle` then says which.
  std::optional<ReloadTicket> rollback(std::string& obstacle);
  /// One worker more or less.
  void scale_up();
  void scale_down();
  /// As many as there were at the start.
  void scale_back();
  /// REQUIRES: at most kMostWorkers. With 0 connections wait.
  void scale_to(std::uint32_t workers);
  /// Lets workers finish, for at most the graceful timeout.
  void drain();
  /// Lets workers leave at once. The second time: kills them.
  void stop();

  void turn();
  /// monotonic_ns() at which turn() has something to do, whatever happens before.
  std::uint64_t next_turn() const noexcept { return next_turn_; }
  void add_channels(std::vector<pollfd>& polled) const;
  /// Set once all children are gone.
  std::optional<int> exit_code() const;

  std::uint32_t ready_workers() const;
  std::uint32_t wanted_workers() const noexcept { return target_; }
  std::uint32_t generation() const noexcept { return generation_; }
  std::uint32_t loading() const noexcept { return reload_ ? reload_->mold.generation : 0; }
  bool stopping() const noexcept { return stopping_; }
  /// Nothing before the first one; the start is none.
  const std::optional<ReloadOutcome>& last_reload() const noexcept { return last_reload_; }
  /// Of all generations, by number.
  std::vector<WorkerStanding> workers() const;
  const SupervisionCounts& counts() const noexcept { return counts_; }
  /// Sends a message to one ready worker, whichever. False if none took it.
  bool tell_a_worker(std::string_view message) const;
  /// Sends mold and workers of every generation a message with a descriptor.
  void tell_all(std::string_view message, int passed) const;

 private:
  struct Seat {
    Backoff backoff;
    std::uint64_t not_before_ns = 0;
    std::uint64_t replace_not_before_ns = 0;
  };
  /// A file that changed, or an empty one: anything may have changed.
  struct Change {
    std::uint64_t seen_ns = 0;
    shared::ChangedFile file;
  };
  using Workers = std::vector<std::unique_ptr<WorkerHandle>>;

  // supervisor.cpp: a turn, and keeping the number of workers
  void wake_by(std::uint64_t time) noexcept { next_turn_ = std::min(next_turn_, time); }
  void balance();
  void start_successors();
  void retire_predecessors(const WorkerHandle& successor);
  bool may_start(std::uint32_t number);
  bool spawn(MoldHandle& mold, std::uint32_t number, bool canary = false);
  WorkerHandle* find(std::uint32_t number, std::uint32_t generation);
  void read_worker(WorkerHandle& worker);
  void read_mold(MoldHandle& mold);
  void watch_worker(WorkerHandle& worker);
  void ask_to_leave(WorkerHandle& worker, int signal, std::chrono::nanoseconds patience,
                    std::string reason);
  std::optional<std::uint32_t> take_slot();
  void release_slots();

  // supervisor_reap.cpp: the dead
  void read_channels();
  void reap();
  void bury_worker(Workers::iterator dead, const siginfo_t& info);
  void bury_mold(MoldHandle& mold, const siginfo_t& info);
  void bury_unborn();
  void after_death(const WorkerHandle& worker, const std::string& cause);
  std::string last_words(const WorkerHandle& worker) const;
  void dismiss(MoldHandle& mold);

  // reload.cpp: the transaction
  void begin_reload(std::string cause);
  std::vector<shared::ChangedFile> recent_changes();
  void advance_reload();
  void start_trial_workers();
  void fail_reload(std::string reason, int exit_code);
  void commit_reload();
  void keep_for_rollback(MoldHandle mold);
  void forget_previous();
  void replace_dead_mold();

  Options options_;
  shared::Heritage heritage_;
  AppCode code_;

  std::uint32_t target_;
  std::uint32_t generation_ = 0;  ///< that serves; 0: none yet
  std::uint32_t last_generation_ = 0;
  std::uint32_t last_reload_number_ = 0;
  MoldHandle mold_;      ///< of generation_
  MoldHandle previous_;  ///< of the one before, kept for rollback()
  std::uint64_t previous_until_ = 0;
  std::deque<MoldHandle> dismissed_;  ///< killed, not reaped yet
  Workers workers_;
  std::map<std::uint32_t, Seat> seats_;  ///< by worker number
  std::bitset<shared::kMaxWorkers> slots_taken_;
  std::vector<std::uint32_t> slots_to_release_;
  std::optional<Reload> reload_;
  std::optional<ReloadOutcome> last_reload_;
  std::string next_cause_;  ///< of the reload that will follow this one; empty: none
  std::deque<Change> changes_;
  shared::OomWatch oom_;
  Seat mold_seat_;
  bool stopping_ = false;
  int stops_ = 0;
  int exit_code_ = 0;
  SupervisionCounts counts_;
  std::uint64_t now_ = 0;
  std::uint64_t next_turn_ = 0;
};

}  // namespace ekiden::server
