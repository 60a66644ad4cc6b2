// SPDX-License-Identifier: MIT
#include "server/master.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "server/activation.hpp"
#include "server/cli.hpp"
#include "server/control_request.hpp"
#include "server/metrics.hpp"
#include "server/process.hpp"
#include "server/process_title.hpp"
#include "server/proxy.hpp"
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

LogFile open_access_log(const Settings& settings) {
  return {"access-logfile", settings.access_logfile, STDOUT_FILENO};
}

/// From here on the log goes there.
LogFile open_error_log(const Settings& settings) {
  LogFile file("error-logfile", settings.error_logfile, STDERR_FILENO);
  if (file.has_file()) shared::log_open(settings.log_level, file.descriptor());
  return file;
}

/// Those that systemd has opened, or else those of --bind.
std::vector<Listener> open_listeners(const Settings& settings) {
  std::vector<Listener> listeners;
  for (PassedSocket& passed : take_passed_sockets()) {
    Listener& listener = listeners.emplace_back(std::move(passed.fd));
    log(LogLevel::info, "{} was opened by whoever started this server{}", listener.url(),
        passed.name.empty() ? "" : fmt::format(", as {}", passed.name));
  }
  if (!listeners.empty()) return listeners;
  for (const std::string& text : settings.bind) {
    const auto address = parse_address(text);
    if (!address) throw std::runtime_error(fmt::format("--bind {}: not an address", text));
    listeners.emplace_back(*address, settings.backlog);
  }
  return listeners;
}

shared::Heritage heritage_of(const Settings& settings, const std::vector<Listener>& listeners,
                             shared::MemoCache& cache, shared::Scoreboard& scoreboard,
                             shared::Traffic* traffic, const shared::BuildState* build,
                             const LogFile& access_log, const LogFile& error_log) {
  shared::Heritage heritage;
  heritage.access_log = access_log.descriptor();
  heritage.error_log = error_log.descriptor();
  for (const Listener& listener : listeners) heritage.listeners.push_back(listener.fd());
  heritage.cache = &cache;
  heritage.scoreboard = &scoreboard;
  heritage.traffic = traffic;
  heritage.build = build;
  heritage.settings = settings.worker;
  if (std::string& folder = heritage.settings.cache.folder; !folder.empty()) {
    folder = std::filesystem::absolute(folder).string();  // set-up runs in another one
  }
  // Pages that are open while the server starts again must see another hash.
  heritage.reload_seed = static_cast<std::uint64_t>(getpid()) ^ shared::monotonic_ns();
  return heritage;
}

shared::MemoCache::Limits limits_of(const Settings& settings) {
  shared::MemoCache::Limits limits;
  limits.data_bytes = settings.cache_size;
  limits.entries = settings.cache_entries;
  return limits;
}

/// The cache's folder, locked and looked through; nothing if it keeps nothing on disk.
std::unique_ptr<shared::DiskFolder> open_folder(const Settings& settings) {
  const shared::CacheSettings& cache = settings.worker.cache;
  if (!cache.has_disk()) return nullptr;
  return std::make_unique<shared::DiskFolder>(
      shared::DiskFolder::Options{cache.folder, cache.disk_bytes, {}});
}

std::string name_of_app(const Settings& settings) {
  return std::filesystem::path(settings.app).stem().string();
}

void warn_of(const shared::TlsContext& certificate) {
  if (!certificate.note().empty()) log(LogLevel::warning, "--certfile: {}", certificate.note());
}

Supervisor::Options supervisor_options(const Settings& settings, shared::MemoCache& cache) {
  Supervisor::Options options;
  options.app = name_of_app(settings);
  options.workers = settings.workers;
  options.timeout = settings.timeout;
  options.graceful_timeout = settings.worker.graceful_timeout;
  options.load_timeout = settings.load_timeout;
  if (!settings.certfile.empty()) {
    options.renew = [settings](shared::Heritage& heritage) {
      heritage.tls = load_certificate(settings);
      warn_of(*heritage.tls);
    };
  }
  options.release_slot = [&cache](std::uint32_t slot) { return cache.reap(slot); };
  return options;
}

/// The mold becomes that before it runs code of the app; workers are forked from it.
AppCode as_identity(const std::optional<Identity>& identity, AppCode code) {
  if (!identity) return code;
  code.load = [identity = *identity, load = std::move(code.load)] {
    become(identity);
    return load();
  };
  return code;
}

/// How long the server may take to stop, with what it takes to kill and reap at the end.
std::chrono::microseconds stop_timeout(const Settings& settings) {
  return settings.drain_delay + settings.worker.graceful_timeout + std::chrono::seconds(10);
}

/// Milliseconds for poll() until `time`, rounded up.
int milliseconds_until(std::uint64_t time) {
  const std::uint64_t now = shared::monotonic_ns();
  if (time <= now) return 0;
  return static_cast<int>(std::min<std::uint64_t>((time - now) / 1'000'000 + 1, INT_MAX));
}

void announce_listeners(const std::vector<Listener>& listeners, const Settings& settings) {
  std::vector<std::string> urls;
  for (const Listener& listener : listeners) {
    const std::string url = listener.url();
    const bool secure = !settings.certfile.empty() && url.starts_with("http:");
    urls.push_back(secure ? "https" + url.substr(4) : url);
  }
  const auto proxy = parse_proxy(settings.proxy);
  if (proxy) check_proxy(*proxy, urls);
  for (const std::string& url : urls) log(LogLevel::info, "listening on {}", url);
  if (proxy) log(LogLevel::info, "a proxy shows {} as {}", proxy->inside, proxy->outside);
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

Master::Master(const Settings& settings, AppCode code)
    : notifier_(stop_timeout(settings)),
      pid_file_(settings.pid_file),
      identity_(identity_of(settings.user, settings.group)),
      access_log_(open_access_log(settings)),
      error_log_(open_error_log(settings)),
      listeners_(open_listeners(settings)),
      cache_(limits_of(settings)),
      disk_(open_folder(settings)),
      build_state_(settings.reload ? std::make_unique<shared::BuildState>() : nullptr),
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
      started_ns_(shared::monotonic_ns()),
      admin_(settings.admin_bind, [this](std::string_view path) { return admin_answer(path); }) {
  set_process_role("master");
  shared::log_role("master");
  if (identity_) give_away(settings);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  raise_descriptor_limit();
  announce(settings);
  if (settings.reload) start_builder(settings);
}

void Master::start_builder(const Settings& settings) {
  const auto job = build_job_of(settings.app, settings.reload_build_dir);
  if (job) {
    builder_.emplace(*job, *build_state_, error_log_.descriptor());
  } else {
    log(LogLevel::warning,
        "--reload: {} does not lie in a folder that CMake builds in: the module and its assets are "
        "watched, and no sources (see --reload-build-dir)",
        settings.app);
  }
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
    if (!listener.own_file().empty()) give(listener.own_file(), *identity_);
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
  supervisor_.start();
  while (true) {
    if (shared::monotonic_ns() >= drain_at_ns_) begin_drain();
    supervisor_.turn();
    answer_those_who_wait();
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
  const std::uint64_t next =
      std::min({supervisor_.next_turn(), control_turn_, admin_turn_, notifier_turn_, drain_at_ns_});
  poll(polled.data(), polled.size(), milliseconds_until(next));
  control_turn_ = control_.turn(shared::monotonic_ns());
  admin_turn_ = admin_.turn(shared::monotonic_ns());
  if (builder_ && builder_->has_built() && !leaving()) supervisor_.reload(kSourcesBuilt);
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
    const bool over = last && last->generation >= one.generation;
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

std::uint32_t Master::reload() {
  refuse_if_stopping();
  return supervisor_.reload("ekiden ctl reload");
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
    now.last_reload = last->generation;
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
      close_listeners();
      return supervisor_.stop();
    case SIGHUP:
      if (!leaving()) supervisor_.reload();
      return;
    case SIGTTIN:
      return supervisor_.scale_up();
    case SIGTTOU:
      return supervisor_.scale_down();
    case SIGUSR1:
      return reopen_logs();
    default:
      log(LogLevel::warning, "{} is not available yet; ignored", signal_name(signal));
  }
}

void Master::reopen_logs() {
  for (LogFile* one : {&access_log_, &error_log_}) {
    if (!one->has_file() || !one->reopen()) continue;
    supervisor_.tell_all(shared::log_file_order(one->descriptor()), one->descriptor());
  }
  log(LogLevel::info, "SIGUSR1: log files opened anew");
}

std::shared_ptr<const shared::TlsContext> load_certificate(const Settings& settings) {
  if (!settings.certfile.empty()) {
    return std::make_shared<shared::TlsContext>(settings.certfile, settings.keyfile);
  }
  if (settings.keyfile.empty()) return nullptr;
  throw std::runtime_error(
      fmt::format("--keyfile {}: needs the --certfile that it belongs to", settings.keyfile));
}

int check_config(const Settings& settings, const AppCode& code) {
  try {
    if (const auto certificate = load_certificate(settings)) warn_of(*certificate);
    const std::string line = load_and_check(code);
    if (code.warnings) {
      for (const std::string& warning : code.warnings()) log(LogLevel::warning, "{}", warning);
    }
    log(LogLevel::info, "{}: settings and app are in order", line);
    return kDone;
  } catch (const std::exception& error) {
    log(LogLevel::critical, "app {} does not load: {}", name_of_app(settings), error.what());
    return kAppError;
  }
}

int serve_alone(const Settings& settings, const AppCode& code) {
  set_process_role("worker 1");
  shared::log_role("worker 1");
  raise_descriptor_limit();
  Notifier notifier(stop_timeout(settings));
  const LogFile access_log = open_access_log(settings);
  const LogFile error_log = open_error_log(settings);
  std::vector<Listener> listeners = open_listeners(settings);
  shared::MemoCache cache(limits_of(settings));
  const auto disk = open_folder(settings);
  shared::Scoreboard scoreboard;
  shared::Heritage heritage =
      heritage_of(settings, listeners, cache, scoreboard, nullptr, nullptr, access_log, error_log);
  heritage.tls = load_certificate(settings);
  if (heritage.tls) warn_of(*heritage.tls);
  heritage.number = 1;
  heritage.generation = 1;
  scoreboard.reset(heritage.slot, heritage.generation);
  announce_listeners(listeners, settings);
  try {
    log(LogLevel::info, "loaded {}; serves in one process", load_and_check(code));
  } catch (const std::exception& error) {
    log(LogLevel::critical, "app {} does not load: {}", name_of_app(settings), error.what());
    return kAppError;
  }
  const NotifiedState serving{NotifiedState::Phase::serving, 0, "one process"};
  notifier.turn(serving, shared::monotonic_ns());
  const int exit_code = code.serve(heritage);
  for (Listener& listener : listeners) listener.close();
  if (disk) disk->close();
  return exit_code;
}

}  // namespace ekiden::server
