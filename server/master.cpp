// SPDX-License-Identifier: MIT
#include "server/master.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <stdexcept>
#include <utility>

#include "server/cli.hpp"
#include "server/control_request.hpp"
#include "server/metrics.hpp"
#include "server/opening.hpp"
#include "server/process.hpp"
#include "server/process_title.hpp"
#include "server/saved_settings.hpp"
#include "server/setting_values.hpp"
#include "server/status_page.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "shared/log_file.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kMetricsText = "text/plain; version=0.0.4; charset=utf-8";

bool same_file(int one, int other) noexcept {
  struct stat first {};
  struct stat second {};
  return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

Supervisor::Options supervisor_options(const Settings& settings, shared::MemoCache& cache) {
  Supervisor::Options options;
  options.app = name_of_app(settings);
  options.workers = settings.workers;
  options.timeout = settings.timeout;
  options.graceful_timeout = settings.worker.graceful_timeout;
  options.load_timeout = settings.load_timeout;
  options.keep_generation = settings.keep_generation;
  if (!settings.certfile.empty()) {
    options.renew = [settings](shared::Heritage& heritage) {
      heritage.tls = load_certificate(settings);
      warn_of(*heritage.tls);
    };
  }
  options.release_slot = [&cache](std::uint32_t slot) { return cache.reap(slot); };
  return options;
}

/// A first start reserves the memory while the mold loads the app: see Master::run.
shared::MemoCache::Limits limits_of_master(const Settings& settings, bool is_first) {
  shared::MemoCache::Limits limits = limits_of(settings);
  limits.reserve_at_once = !is_first;
  return limits;
}

/// Milliseconds for poll() until `time`, rounded up.
int milliseconds_until(std::uint64_t time) {
  const std::uint64_t now = shared::monotonic_ns();
  if (time <= now) return 0;
  return static_cast<int>(std::min<std::uint64_t>((time - now) / 1'000'000 + 1, INT_MAX));
}

/// What tells this server's control socket from others': its port, or else its number.
std::string place_of(const std::vector<Listener>& listeners) {
  for (const Listener& listener : listeners) {
    const std::string url = listener.url();
    if (url.starts_with("http")) return url.substr(url.rfind(':') + 1);
  }
  return std::to_string(getpid());
}

}  // namespace

Master::Master(const Settings& settings, AppCode code, const MasterStart& start)
    : notifier_(stop_timeout(settings)),
      pid_file_(settings.pid_file),
      identity_(identity_of(settings.user, settings.group)),
      access_log_(open_access_log(settings, start.predecessor)),
      error_log_(open_error_log(settings, start.predecessor)),
      listeners_(open_listeners(settings, start.predecessor)),
      cache_(adopt_or_make<shared::MemoCache>(
          start.predecessor, &UpgradeState::cache,
          limits_of_master(settings, start.predecessor == nullptr))),
      disk_(open_folder(settings, start.predecessor != nullptr)),
      scoreboard_(adopt_or_make<shared::Scoreboard>(start.predecessor, &UpgradeState::scoreboard)),
      traffic_(adopt_or_make<shared::Traffic>(start.predecessor, &UpgradeState::traffic)),
      build_state_(start.job ? std::make_unique<shared::BuildState>() : nullptr),
      supervisor_(supervisor_options(settings, cache_),
                  heritage_of(settings, listeners_, cache_, scoreboard_, &traffic_,
                              build_state_.get(), access_log_, error_log_),
                  as_identity(identity_, std::move(code))),
      control_target_(control_target(settings)),
      drain_delay_(settings.drain_delay),
      control_(open_control_socket(
          settings.control_socket, name_of_app(settings), place_of(listeners_),
          [this](std::string_view line, auto client) { return control_answer(line, client); })),
      app_(name_of_app(settings)),
      started_ns_(start.predecessor != nullptr ? start.predecessor->state().started_ns
                                               : shared::monotonic_ns()),
      admin_(open_admin(settings, start.predecessor,
                        [this](std::string_view path) { return admin_answer(path); })),
      saved_settings_(saved(settings)),
      launch_(start.launch),
      predecessor_(start.predecessor),
      load_timeout_(settings.load_timeout) {
  set_process_role("master");
  shared::log_role("master");
  if (identity_) give_away(settings);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  raise_descriptor_limit();
  announce(settings);
  if (start.job) builder_.emplace(*start.job, *build_state_, error_log_.descriptor());
  if (predecessor_ == nullptr) return;
  const UpgradeState& left = predecessor_->state();
  supervisor_.adopt(left, predecessor_->failure(),
                    same_file(left.scoreboard, scoreboard_.descriptor()));
}

ControlTarget Master::control_target(const Settings& settings) {
  ControlTarget target{cache_, {}, this};
  if (settings.worker.cache.has_disk() || settings.worker.cache.has_redis()) {
    target.order_tiers = [this](std::string_view order) {
      return supervisor_.tell_a_worker(order);
    };
  }
  return target;
}

/// What workers write, or clients reach them by.
void Master::give_away(const Settings& settings) const {
  for (const Listener& listener : listeners_) {
    if (const std::string& file = listener.own_file().path; !file.empty()) give(file, *identity_);
  }
  if (disk_) give(settings.worker.cache.folder, *identity_);
}

void Master::announce(const Settings& settings) const {
  log(LogLevel::info, "ekiden {} serves {}: {} worker{}, {} thread{} each, cache {}",
      EKIDEN_VERSION, settings.app, settings.workers, settings.workers == 1 ? "" : "s",
      settings.worker.threads, settings.worker.threads == 1 ? "" : "s",
      format_size(settings.cache_size));
  announce_listeners(listeners_, settings);
  if (control_) log(LogLevel::info, "control socket: {}", control_.path().string());
  if (const std::string url = admin_.url(); !url.empty()) log(LogLevel::info, "admin: {}", url);
}

int Master::run() {
  if (predecessor_ != nullptr) {
    follow();
  } else {
    supervisor_.start();
    // The kernel takes as long for this as the mold for the app. Only workers use the cache, and
    // none is ordered before the first turn.
    cache_.reserve();
  }
  while (true) {
    if (shared::monotonic_ns() >= drain_at_ns_) begin_drain();
    supervisor_.turn();
    answer_those_who_wait();
    advance_upgrade();
    if (notifier_) notifier_turn_ = notifier_.turn(notified_state(), shared::monotonic_ns());
    if (const auto code = supervisor_.exit_code()) {
      close_listeners();
      control_.close();
      if (builder_) builder_->stop();
      if (const std::size_t orphans = kill_orphans(); orphans > 0) {
        log(LogLevel::warning, "killed {} process{} that set-up or callbacks had left behind",
            orphans, orphans == 1 ? "" : "es");
      }
      if (disk_) disk_->close();
      log(LogLevel::info, "stopped");
      return *code;
    }
    wait();
    if (std::exchange(told_to_drain_, false)) terminate("ekiden ctl drain");
    while (const auto signal = signals_.next()) handle(*signal);
  }
}

void Master::wait() {
  std::vector<pollfd> polled{{signals_.fd(), POLLIN, 0}};
  supervisor_.add_channels(polled);
  control_.add_to(polled);
  admin_.add_to(polled);
  if (builder_) builder_->add_to(polled);
  if (trial_) trial_->add_to(polled);
  const std::uint64_t next =
      std::min({supervisor_.next_turn(), control_turn_, admin_turn_, notifier_turn_, drain_at_ns_,
                trial_ ? trial_->deadline() : UINT64_MAX});
  poll(polled.data(), polled.size(), milliseconds_until(next));
  control_turn_ = control_.turn(shared::monotonic_ns());
  admin_turn_ = admin_.turn(shared::monotonic_ns());
  if (builder_ && builder_->has_built() && !leaving()) supervisor_.reload("sources built");
}

ServerState Master::state() const {
  return {app_,
          std::chrono::nanoseconds(shared::monotonic_ns() - started_ns_),
          supervisor_.generation(),
          supervisor_.wanted_workers(),
          supervisor_.counts(),
          scoreboard_,
          cache_.counters(),
          traffic_.totals(),
          traffic_,
          leaving(),
          supervisor_.loading(),
          supervisor_.last_reload(),
          supervisor_.workers()};
}

std::optional<std::string> Master::control_answer(std::string_view line,
                                                  ControlSocket::ClientId client) {
  ControlAnswer answer = answer_control_request(line, control_target_);
  if (answer.after_reload == 0) return std::move(answer.line);
  waiting_.push_back({client, answer.after_reload});
  return std::nullopt;
}

void Master::answer_those_who_wait() {
  const auto& last = supervisor_.last_reload();
  std::erase_if(waiting_, [&](const WaitsForReload& one) {
    const bool over = last && last->number >= one.reload;
    if (!over && !supervisor_.stopping()) return false;
    control_.answer_later(one.client,
                          over ? reload_answer(*last, supervisor_.generation()) : stopping_answer(),
                          shared::monotonic_ns());
    return true;
  });
}

void Master::refuse_if_stopping() const {
  if (leaving()) throw RequestError(kStopping);
}

ReloadTicket Master::reload() {
  refuse_if_stopping();
  return supervisor_.reload("ekiden ctl reload");
}

ReloadTicket Master::rollback() {
  refuse_if_stopping();
  std::string obstacle;
  if (const auto ticket = supervisor_.rollback(obstacle)) return *ticket;
  throw RequestError(obstacle);
}

std::uint32_t Master::scale(std::uint32_t workers) {
  refuse_if_stopping();
  const std::uint32_t before = supervisor_.wanted_workers();
  supervisor_.scale_to(workers);
  return before;
}

void Master::drain() {
  refuse_if_stopping();
  told_to_drain_ = true;
}

/// Whoever sends clients here learns from /readyz that it should not, and those that it sends
/// meanwhile are served. The second time there is no delay.
void Master::terminate(std::string_view cause) {
  if (drain_delay_.count() > 0 && !leaving() && supervisor_.ready_workers() > 0) {
    const std::chrono::nanoseconds delay = drain_delay_;
    drain_at_ns_ = shared::monotonic_ns() + static_cast<std::uint64_t>(delay.count());
    log(LogLevel::info, "{}: not ready any more; takes connections for --drain-delay {} s", cause,
        std::chrono::duration<double>(delay).count());
    return;
  }
  log(LogLevel::info, "{}: workers finish what they do, then all stops", cause);
  begin_drain();
}

void Master::begin_drain() {
  drain_at_ns_ = UINT64_MAX;
  settle();
  close_listeners();
  supervisor_.drain();
}

NotifiedState Master::notified_state() const {
  using Phase = NotifiedState::Phase;
  NotifiedState now;
  const std::uint32_t generation = supervisor_.generation();
  const std::uint32_t loading = supervisor_.loading();
  if (leaving()) return {Phase::stopping, 0, "stopping"};
  if (generation == 0) return {Phase::starting, 0, fmt::format("loading {}", app_)};
  const auto workers = supervisor_.workers();
  const auto ready = std::count_if(workers.begin(), workers.end(), [&](const auto& worker) {
    return worker.generation == generation && worker.state == shared::WorkerState::ready;
  });
  now.phase = loading == 0 ? Phase::serving : Phase::reloading;
  now.status = fmt::format("generation {} of {}: {} of {} workers ready", generation, app_, ready,
                           supervisor_.wanted_workers());
  if (loading != 0) now.status += fmt::format("; loading generation {}", loading);
  if (const auto& last = supervisor_.last_reload()) {
    now.last_reload = last->number;
    if (!last->error.empty()) now.status += fmt::format("; reload failed: {}", last->error);
  }
  return now;
}

std::optional<AdminAnswer> Master::admin_answer(std::string_view path) const {
  if (path == "/livez") return AdminAnswer{200, kPlainText, "alive\n"};
  if (path == "/readyz") {
    if (leaving()) return AdminAnswer{503, kPlainText, "about to stop\n"};
    if (supervisor_.ready_workers() > 0) return AdminAnswer{200, kPlainText, "ready\n"};
    return AdminAnswer{503, kPlainText, "no worker is ready\n"};
  }
  if (path == "/metrics") return AdminAnswer{200, kMetricsText, metrics_text(state())};
  if (path == "/status") return AdminAnswer{200, "text/html; charset=utf-8", status_page(state())};
  return std::nullopt;
}

void Master::close_listeners() noexcept {
  for (Listener& listener : listeners_) listener.close();
}

void Master::handle(int signal) {
  switch (signal) {
    case SIGCHLD:
      return;  // the next turn reaps
    case SIGTERM:
      return terminate("SIGTERM");
    case SIGINT:
    case SIGQUIT:
      log(LogLevel::info, "{}: all stops at once", signal_name(signal));
      settle();
      close_listeners();
      return supervisor_.stop();
    case SIGHUP:
      if (leaving()) return;
      supervisor_.scale_back();
      supervisor_.reload();
      return;
    case SIGTTIN:
      return supervisor_.scale_up();
    case SIGTTOU:
      return supervisor_.scale_down();
    case SIGUSR1:
      return reopen_logs();
    case SIGUSR2:
      return begin_upgrade();
    case SIGWINCH:
      return leave_workers();
    default:
      return;
  }
}

/// As gunicorn does when it is a daemon. Terminals send this signal when they change their size.
void Master::leave_workers() {
  const Descriptor terminal(open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (terminal || leaving()) return;
  log(LogLevel::info, "SIGWINCH: workers finish what they do; SIGHUP brings others");
  supervisor_.scale_to(0);
}

void Master::reopen_logs() {
  for (LogFile* one : {&access_log_, &error_log_}) {
    if (!one->has_file() || !one->reopen()) continue;
    supervisor_.tell_all(shared::log_file_order(one->descriptor()), one->descriptor());
  }
  log(LogLevel::info, "SIGUSR1: log files opened anew");
}

}  // namespace ekiden::server
