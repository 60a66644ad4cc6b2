// SPDX-License-Identifier: MIT
#include "worker/http/polling_loop.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/concurrency_hint.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "shared/log_file.hpp"
#include "shared/passed_descriptor.hpp"
#include "worker/app/cache_tiers.hpp"
#include "worker/app/freed_memory.hpp"
#include "worker/app/replacement.hpp"
#include "worker/http/acceptor.hpp"
#include "worker/http/callback_pool.hpp"
#include "worker/http/hand_over.hpp"
#include "worker/http/inline_runs.hpp"
#include "worker/http/mailbox.hpp"
#include "worker/http/overdue_log.hpp"
#include "worker/http/polling_role.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

/// How soon after threads have filled up, or a connection has come without a request, the accept
/// gate is looked at again: long for a short callback, short for one that is worth going around.
constexpr std::chrono::milliseconds kGateLook{2};
/// How finely deadlines are kept, and how often the master hears from us.
constexpr std::chrono::milliseconds kTick{250};
/// Of coarse_ns(): a timer that is set by it would else come too soon.
constexpr std::chrono::milliseconds kClockTick{4};
constexpr std::uint32_t kSparesPerThread = 4;
/// What is known of overdue callbacks when the worker ends gets so long to be written.
constexpr std::chrono::seconds kLastLines{1};

struct AcceptorStopped {};
using Letter = std::variant<Accepted, std::shared_ptr<CallbackPool::Job>, AcceptorStopped>;

HeadLimits limits_of(const shared::WorkerSettings& settings) {
  return {settings.max_request_line, settings.max_header_bytes, settings.max_header_count,
          settings.max_body_bytes};
}

/// The list has been checked when it was set.
shared::TrustedPeers peers_of(const std::string& list) {
  return shared::TrustedPeers::parse(list).value_or(shared::TrustedPeers());
}

int open_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) sigaddset(&signals, signal);
  const int descriptor = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  return descriptor;
}

}  // namespace

struct PollingLoop::Impl {
  Impl(const shared::Heritage& inherited, shared::Scoreboard& board, Service& service);

  int run();
  bool poll();
  bool serve();
  void announce();
  void stop(int code);

  std::function<void(const Exchange&)> exchange_logger();
  CallbackPool::Options pool_options();
  Acceptor::Options acceptor_options();
  Acceptor::Gate gate() const;

  void watch_mailbox();
  void open_letters();
  void open_letter(Accepted accepted);
  std::shared_ptr<Session> admit(Accepted accepted);
  void open_letter(const std::shared_ptr<CallbackPool::Job>& job);
  void open_letter(AcceptorStopped);
  void forget(Session& session);

  void watch_signals();
  void drain();
  void stop_if_drained();
  void watch_master();
  void open_hand_over();
  void watch_siblings();
  void take_from_siblings();
  void callback_submitted();
  void look_at_gate_soon();
  void look_at_gate();
  bool show_queue();
  void watch_deadlines(std::uint64_t next_ns);
  void look_at_deadlines();
  void schedule_tick();
  void tick();

  const shared::Heritage& heritage;
  shared::Scoreboard& scoreboard;
  shared::WorkerSlot& slot;
  // Without locks: other threads only post to the mailbox.
  asio::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  Mailbox<Letter> mailbox;
  std::atomic<std::uint32_t> fresh{0};  // accepted a moment ago: may bring a callback each
  std::uint32_t quiet = 0;              // of these, seen by this thread and without a request yet
  bool gate_look_pending = false;
  std::atomic<Acceptor*> accepting{nullptr};
  bool deadlines_watched = false;
  CallbackPool pool;
  PollingRole role;
  InlineRuns inline_runs;
  OverdueLog overdue_log;
  Wear wear;
  FreedMemory freed_memory;
  AccessLogFormat access_log_format;
  std::string access_log_line;
  TrafficCounter traffic;
  SessionContext context;
  std::vector<std::shared_ptr<Session>> sessions;
  std::vector<Letter> letters;
  std::vector<std::shared_ptr<CallbackPool::Job>> queued;  // kept for its memory
  std::uint64_t rings = 0;
  Descriptor mailbox_descriptor, signals, channel, siblings;
  std::unique_ptr<HandOver> hand_over;  // null if there are no siblings
  Timer timer, gate_timer, deadline_timer;
  std::unique_ptr<Acceptor> acceptor;
  bool acceptor_stopped = false;
  std::uint64_t drain_deadline_ns = 0;
  int exit_code = 0;
};

namespace {

std::string upload_folder(const shared::WorkerSettings& settings) {
  if (!settings.tmp_upload_dir.empty()) return settings.tmp_upload_dir;
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace

PollingLoop::Impl::Impl(const shared::Heritage& inherited, shared::Scoreboard& board,
                        Service& service)
    : heritage(inherited),
      scoreboard(board),
      slot(board[inherited.slot]),
      pool(pool_options()),
      role(pool, {[this] { return poll(); }}),
      inline_runs(inherited.settings.short_callback, inherited.settings.threads, role, slot),
      wear(inherited.settings),
      access_log_format(inherited.settings.access_log_format),
      traffic(inherited),
      context{io,
              service,
              inherited.settings,
              limits_of(inherited.settings),
              pool,
              inline_runs,
              slot,
              [this](Session& session) { forget(session); },
              [this] { callback_submitted(); },
              exchange_logger(),
              overdue_log,
              traffic,
              wear,
              {},
              peers_of(inherited.settings.forwarded_allow_ips),
              peers_of(inherited.settings.proxy_allow_from),
              {},
              false,
              inherited.tls.get(),
              upload_folder(inherited.settings)},
      mailbox_descriptor(io.get_executor(), ::dup(mailbox.descriptor())),
      signals(io.get_executor(), open_signals()),
      channel(io.get_executor()),
      siblings(io.get_executor()),
      timer(io.get_executor()),
      gate_timer(io.get_executor()),
      deadline_timer(io.get_executor()) {
  if (heritage.channel >= 0) channel.assign(heritage.channel);
}

std::function<void(const Exchange&)> PollingLoop::Impl::exchange_logger() {
  if (heritage.access_log < 0) return nullptr;
  return [this](const Exchange& exchange) {
    Exchange whole = exchange;
    whole.worker = heritage.number;
    whole.generation = heritage.generation;
    access_log_line.clear();
    access_log_format.append(access_log_line, whole);
    shared::write_line(heritage.access_log, access_log_line);
  };
}

CallbackPool::Options PollingLoop::Impl::pool_options() {
  CallbackPool::Options options;
  options.threads = heritage.settings.threads;
  options.queue_limit = heritage.settings.queue_limit;
  options.max_spares = heritage.settings.threads * kSparesPerThread;
  options.finished = [this](std::shared_ptr<CallbackPool::Job> job) {
    mailbox.post(std::move(job));
  };
  options.busy_changed = [this](std::uint32_t busy) {
    slot.busy.store(busy, std::memory_order_relaxed);
    Acceptor* const gated = accepting;
    if (gated != nullptr && busy < heritage.settings.threads) gated->wake();
  };
  options.shown = &scoreboard.calls(heritage.slot);
  options.lost_threads = [threads = options.threads](std::uint32_t lost) {
    ask_for_replacement(
        fmt::format("overdue callbacks hold {} of its {} callback threads", lost, threads));
  };
  return options;
}

Acceptor::Options PollingLoop::Impl::acceptor_options() {
  Acceptor::Options options;
  options.listeners = heritage.listeners;
  options.gate = [this] { return gate(); };
  options.accepted = [this](Accepted accepted) {
    slot.accepted.store(slot.accepted.load(std::memory_order_relaxed) + 1,
                        std::memory_order_relaxed);
    fresh.fetch_add(1);
    mailbox.post(std::move(accepted));
  };
  options.stopped = [this] { mailbox.post(AcceptorStopped{}); };
  return options;
}

/// A connection just accepted counts like a callback: it probably brings one.
Acceptor::Gate PollingLoop::Impl::gate() const {
  const std::uint32_t unseen = fresh.load();
  const shared::WorkerSettings& settings = heritage.settings;
  if (slot.connections.load(std::memory_order_relaxed) + unseen >= settings.max_connections) {
    return Acceptor::Gate::full;
  }
  if (slot.busy.load(std::memory_order_relaxed) + unseen < settings.threads) {
    return Acceptor::Gate::open;
  }
  return scoreboard.sibling_has_free_thread(heritage.slot) ? Acceptor::Gate::sibling_is_free
                                                           : Acceptor::Gate::open;
}

int PollingLoop::Impl::run() {
  watch_signals();
  watch_master();
  watch_mailbox();
  tick();
  slot.threads.store(heritage.settings.threads, std::memory_order_relaxed);
  open_hand_over();
  slot.state.store(shared::WorkerState::ready);
  acceptor = std::make_unique<Acceptor>(acceptor_options());
  accepting = acceptor.get();
  announce();
  role.run();
  overdue_log.flush(kLastLines);
  return exit_code;
}

/// An exception out of a handler, such as lack of memory for one connection, is not the end of the
/// others.
bool PollingLoop::Impl::poll() {
  for (;;) {
    try {
      return serve();
    } catch (const std::exception& error) {
      shared::log(shared::LogLevel::error, "a connection was given up: {}", error.what());
    }
  }
}

/// Callbacks run between the handlers, never in one: so the io_context is at rest if another thread
/// must go on with it. That one finds here what is left to do.
bool PollingLoop::Impl::serve() {
  // A timer that is set is set for an older callback than the one that has lost the role.
  if (heritage.settings.request_timeout.count() != 0 && !deadlines_watched) look_at_deadlines();
  do {
    if (!inline_runs.run()) return false;
  } while (io.run_one() != 0);
  return true;
}

void PollingLoop::Impl::announce() {
  if (heritage.channel < 0) return;
  const auto message = static_cast<char>(shared::WorkerMessage::ready);
  if (::send(heritage.channel, &message, 1, MSG_NOSIGNAL) != 1) {
    shared::log(shared::LogLevel::error, "the master cannot be told that this worker is ready");
  }
}

void PollingLoop::Impl::stop(int code) {
  exit_code = code;
  io.stop();
}

void PollingLoop::Impl::watch_mailbox() {
  mailbox_descriptor.async_read_some(asio::buffer(&rings, sizeof rings),
                                     [this](const boost::system::error_code& error, std::size_t) {
                                       if (!error) open_letters();
                                       watch_mailbox();
                                     });
}

void PollingLoop::Impl::open_letters() {
  mailbox.collect(letters);
  for (Letter& letter : letters) {
    std::visit([this](auto& content) { open_letter(std::move(content)); }, letter);
  }
  letters.clear();
}

std::shared_ptr<Session> PollingLoop::Impl::admit(Accepted accepted) {
  const int descriptor = accepted.descriptor;
  try {
    if (sessions.size() == sessions.capacity()) sessions.reserve(2 * sessions.size() + 16);
    auto session = std::make_shared<Session>(context, std::move(accepted));
    session->index = sessions.size();
    sessions.push_back(session);
    slot.connections.store(static_cast<std::uint32_t>(sessions.size()), std::memory_order_relaxed);
    return session;
  } catch (const std::exception& error) {
    ::close(descriptor);
    shared::log(shared::LogLevel::error, "a connection cannot be served: {}", error.what());
    return nullptr;
  }
}

void PollingLoop::Impl::open_letter(Accepted accepted) {
  bool spoke = true;
  if (const auto session = admit(std::move(accepted))) {
    try {
      spoke = session->start();
    } catch (const std::exception&) {
      session->close();
    }
  }
  if (spoke) {
    fresh.fetch_sub(1);
    acceptor->wake();
  } else {
    ++quiet;
    look_at_gate_soon();
  }
}

void PollingLoop::Impl::open_letter(const std::shared_ptr<CallbackPool::Job>& job) {
  auto& session = static_cast<Session&>(*job);
  inline_runs.ran_elsewhere(session);
  session.callback_finished();
}

void PollingLoop::Impl::open_letter(AcceptorStopped) {
  acceptor->join();
  acceptor_stopped = true;
  stop_if_drained();
}

void PollingLoop::Impl::forget(Session& session) {
  std::shared_ptr<Session>& place = sessions[session.index];
  const std::shared_ptr<Session> last_hold = std::move(place);
  if (&place != &sessions.back()) {
    place = std::move(sessions.back());
    place->index = session.index;
  }
  sessions.pop_back();
  slot.connections.store(static_cast<std::uint32_t>(sessions.size()), std::memory_order_relaxed);
  acceptor->wake();
  stop_if_drained();
}

void PollingLoop::Impl::watch_signals() {
  signals.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    signalfd_siginfo received{};
    while (!error && ::read(signals.native_handle(), &received, sizeof received) ==
                         static_cast<ssize_t>(sizeof received)) {
      if (received.ssi_signo != SIGTERM) return stop(0);
      drain();
    }
    watch_signals();
  });
}

void PollingLoop::Impl::drain() {
  if (context.draining) return;
  context.draining = true;
  slot.state.store(shared::WorkerState::draining);
  acceptor->drain();
  const std::uint64_t now = shared::coarse_ns();
  const std::chrono::nanoseconds graceful = heritage.settings.graceful_timeout;
  drain_deadline_ns = now + static_cast<std::uint64_t>(graceful.count());
  for (const auto& session : sessions) session->begin_drain(now);
  shared::log(shared::LogLevel::debug, "draining {} connections", sessions.size());
}

void PollingLoop::Impl::stop_if_drained() {
  if (context.draining && acceptor_stopped && sessions.empty()) stop(0);
}

/// What arrives on the channel is its end, a log file opened anew, or an order for the cache.
void PollingLoop::Impl::watch_master() {
  if (heritage.channel < 0) return;
  channel.async_wait(Descriptor::wait_read, [this](const boost::system::error_code&) {
    std::array<char, 4096> message;
    int passed = -1;
    const ssize_t got =
        shared::receive_with_descriptor(heritage.channel, message, passed, MSG_DONTWAIT);
    const bool alive = got > 0 || (got < 0 && errno == EAGAIN);
    if (!alive) ::_exit(1);
    const std::string_view order(message.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!order.empty() && !shared::obey_log_file_order(order, passed)) obey_cache_order(order);
    watch_master();
  });
}

/// Without it everything works, but a request may wait here while a sibling is free.
void PollingLoop::Impl::open_hand_over() {
  if (heritage.channel < 0) return;
  try {
    hand_over = std::make_unique<HandOver>(scoreboard, heritage.slot);
    siblings.assign(::dup(hand_over->descriptor()));
    watch_siblings();
  } catch (const std::exception& error) {
    hand_over.reset();
    shared::log(shared::LogLevel::warning, "connections stay with this worker: {}", error.what());
  }
}

void PollingLoop::Impl::watch_siblings() {
  siblings.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) take_from_siblings();
    watch_siblings();
  });
}

void PollingLoop::Impl::take_from_siblings() {
  const auto room = [this] {
    return !context.draining && sessions.size() < heritage.settings.max_connections &&
           slot.busy.load(std::memory_order_relaxed) + fresh.load() < heritage.settings.threads;
  };
  while (const auto passed = hand_over->receive(room)) {
    const auto session = admit({passed->descriptor, passed->remote});
    if (!session) continue;
    try {
      session->start(*passed);
    } catch (const std::exception&) {
      session->close();
    }
  }
}

void PollingLoop::Impl::callback_submitted() {
  if (slot.busy.load(std::memory_order_relaxed) >= heritage.settings.threads) look_at_gate_soon();
  const std::chrono::nanoseconds limit = heritage.settings.request_timeout;
  if (limit.count() != 0 && !deadlines_watched) {
    watch_deadlines(shared::coarse_ns() + static_cast<std::uint64_t>(limit.count()));
  }
}

/// One timer for all callbacks. It mostly finds that those it was set for have long been done, and
/// is set for the next that may be late.
void PollingLoop::Impl::watch_deadlines(std::uint64_t next_ns) {
  const std::uint64_t now = shared::coarse_ns();
  deadlines_watched = true;
  deadline_timer.expires_after(std::chrono::nanoseconds(next_ns > now ? next_ns - now : 0) +
                               kClockTick);
  deadline_timer.async_wait([this](const boost::system::error_code&) { look_at_deadlines(); });
}

void PollingLoop::Impl::look_at_deadlines() {
  deadlines_watched = false;
  const std::uint64_t now = shared::coarse_ns();
  std::uint64_t next = 0;
  for (std::size_t i = sessions.size(); i-- > 0;) {
    // Closing one moves the last, already visited, into its place.
    const std::shared_ptr<Session> session = sessions[i];
    const std::uint64_t deadline = session->callback_deadline();
    if (deadline != 0 && deadline <= now) {
      session->tick(now);
    } else if (deadline != 0 && (next == 0 || deadline < next)) {
      next = deadline;
    }
  }
  if (next != 0) watch_deadlines(next);
}

void PollingLoop::Impl::look_at_gate_soon() {
  if (gate_look_pending) return;
  gate_look_pending = true;
  gate_timer.expires_after(kGateLook);
  gate_timer.async_wait([this](const boost::system::error_code&) { look_at_gate(); });
}

void PollingLoop::Impl::look_at_gate() {
  gate_look_pending = false;
  fresh.fetch_sub(std::exchange(quiet, 0));
  const bool goes_on = hand_over && hand_over->look(pool);
  if (show_queue() || goes_on) look_at_gate_soon();
  if (context.draining) return;
  acceptor->wake();
  acceptor->reconsider();
}

/// Here, where the queue is looked at anyway, so that short callbacks do not pay for being shown.
/// False if nothing is queued.
bool PollingLoop::Impl::show_queue() {
  shared::CallRow& row = scoreboard.calls(heritage.slot);
  const std::size_t length = pool.queued(queued, row.queue.size());
  if (length == 0 && row.queue_length.load(std::memory_order_relaxed) == 0) return false;
  for (std::size_t i = 0; i < row.queue.size(); ++i) {
    if (i < queued.size()) {
      row.queue[i].show(static_cast<Session&>(*queued[i]).queued_call());
    } else {
      row.queue[i].clear();
    }
  }
  row.queue_length.store(static_cast<std::uint32_t>(length), std::memory_order_relaxed);
  queued.clear();
  return length != 0;
}

void PollingLoop::Impl::schedule_tick() {
  timer.expires_after(kTick);
  timer.async_wait([this](const boost::system::error_code&) { tick(); });
}

void PollingLoop::Impl::tick() {
  slot.heartbeat_ns.store(shared::monotonic_ns(), std::memory_order_relaxed);
  schedule_tick();
  const std::uint64_t now = shared::coarse_ns();
  wear.tick(now);
  freed_memory.tick(slot.requests.load(std::memory_order_relaxed),
                    slot.busy.load(std::memory_order_relaxed) != 0, now);
  for (std::size_t i = sessions.size(); i-- > 0;) {
    // Closing one moves the last, already visited, into its place.
    const std::shared_ptr<Session> session = sessions[i];
    session->tick(now);
  }
  if (context.draining && now >= drain_deadline_ns) {
    shared::log(shared::LogLevel::warning,
                "graceful timeout of {} ms is over: {} connections are cut off",
                heritage.settings.graceful_timeout.count(), sessions.size());
    stop(0);
  }
}

PollingLoop::PollingLoop(const shared::Heritage& heritage, shared::Scoreboard& scoreboard,
                         Service& service)
    : impl_(std::make_unique<Impl>(heritage, scoreboard, service)) {}

PollingLoop::~PollingLoop() = default;

CallbackPool& PollingLoop::pool() noexcept { return impl_->pool; }

int PollingLoop::run() { return impl_->run(); }

}  // namespace ekiden::worker
