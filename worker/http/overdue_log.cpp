// SPDX-License-Identifier: MIT
#include "worker/http/overdue_log.hpp"

#include <exception>
#include <string_view>
#include <thread>
#include <utility>

#include "shared/log.hpp"
#include "worker/app/throw_trace.hpp"

namespace ekiden::worker {
namespace {

using shared::log;
using shared::LogLevel;
using State = CallbackPool::GivenUp::State;

/// For the answer of a thread that was interrupted.
constexpr std::chrono::seconds kSamplePatience{1};

double seconds(std::chrono::duration<double> time) { return time.count(); }

std::string_view what_becomes(State state) {
  if (state == State::dropped) return "it was still queued and is dropped";
  if (state == State::waiting) return "it waits for another's computation:";
  return "it goes on, and its result is dropped:";
}

void write(const OverdueLog::Entry& entry) {
  log(LogLevel::warning,
      "{} is overdue: its request {} is {:.2f} s old, --request-timeout is {} s; the client got "
      "504; {}",
      entry.name, entry.request_id, seconds(entry.age), seconds(entry.limit),
      what_becomes(entry.given_up.state));
  if (entry.given_up.stack == nullptr) return;
  const auto lines = stack_lines(entry.given_up.stack->wait(kSamplePatience));
  for (const std::string& line : lines) log(LogLevel::warning, "  {}", line);
  if (lines.empty()) log(LogLevel::warning, "  where it is cannot be found out");
}

}  // namespace

void OverdueLog::add(Entry entry) {
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
  if (!std::exchange(started_, true)) std::thread([this] { serve(); }).detach();
  work_.notify_one();
}

void OverdueLog::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  written_.wait_for(lock, patience, [this] { return entries_.empty(); });
}

void OverdueLog::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return !entries_.empty(); });
    const Entry& entry = entries_.front();  // adding others does not move it
    lock.unlock();
    try {
      write(entry);
    } catch (const std::exception& error) {
      log(LogLevel::error, "an overdue callback is not shown in full: {}", error.what());
    }
    lock.lock();
    entries_.pop_front();
    if (entries_.empty()) written_.notify_all();
  }
}

}  // namespace ekiden::worker
