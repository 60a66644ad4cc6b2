// SPDX-License-Identifier: MIT
#include "worker/http/short_runs.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace ekiden::worker {

ThreadUse ThreadUse::now() noexcept {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  const auto span = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return {span(used.ru_utime) + span(used.ru_stime), static_cast<std::uint64_t>(used.ru_nvcsw)};
}

const ShortRuns::Record* ShortRuns::find(std::string_view callback) const {
  const auto found = records_.find(callback.data());
  return found == records_.end() ? nullptr : &found->second;
}

ShortRuns::Record* ShortRuns::find(std::string_view callback) {
  const auto found = records_.find(callback.data());
  return found == records_.end() ? nullptr : &found->second;
}

bool ShortRuns::have_proved(std::string_view callback) const {
  if (callback.empty() || limit_.count() == 0) return false;
  const Record* const record = find(callback);
  return record != nullptr && record->in_a_row >= record->needed;
}

bool ShortRuns::is_watched(std::string_view callback) const {
  const Record* const record = find(callback);
  return record != nullptr && record->watched > 0;
}

void ShortRuns::ran_elsewhere(std::string_view callback, std::chrono::nanoseconds took) {
  if (callback.empty() || limit_.count() == 0) return;
  Record& record = records_[callback.data()];
  if (record.in_a_row >= record.needed) return;
  record.in_a_row = took < limit_ ? record.in_a_row + 1 : 0;
}

void ShortRuns::ran_here(std::string_view callback, std::chrono::nanoseconds took,
                         const ThreadUse& use) {
  if (took < limit_ && !is_watched(callback)) return;
  Record* const record = find(callback);
  if (record == nullptr) return;
  if (record->watched > 0) {
    --record->watched;
    if (use.processor >= limit_ || (took >= limit_ && use.waits > 0)) return start_again(*record);
  }
  if (took >= limit_) record->watched = kWatched;
}

void ShortRuns::held_up(std::string_view callback) {
  if (Record* const record = find(callback)) start_again(*record);
}

void ShortRuns::start_again(Record& record) noexcept {
  record.needed = std::min(record.needed * kMoreProof, kMostProof);
  record.in_a_row = 0;
  record.watched = 0;
}

}  // namespace ekiden::worker
