// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <ekiden/from_json.hpp>
#include <ekiden/to_json.hpp>
#include <string>
#include <string_view>

/// Dates and times as parameters and results of callbacks: `std::chrono::year_month_day` for what
/// DatePickerSingle and DatePickerRange send, with or without a time of day behind it, and
/// `std::chrono::sys_time` of any precision for both. On the wire they are ISO 8601 text.
namespace ekiden {

namespace detail {

/// A point in time as text says it, in UTC.
struct Instant {
  std::chrono::sys_seconds seconds;
  std::chrono::nanoseconds fraction;  ///< less than a second
  std::chrono::year_month_day date;   ///< as written, whatever the offset from UTC
};

/// Throws BadArgument unless `json` is "2024-05-31", or that with a time: "T10:30", "T10:30:15.5",
/// "T10:30:15Z", "T10:30:15+02:00", a space in place of the T.
Instant read_instant(const Json& json);
[[noreturn]] void throw_time_out_of_range(const Json& json);

std::string date_text(std::chrono::year_month_day date);
std::string time_text(std::chrono::sys_seconds seconds, std::chrono::nanoseconds fraction);

}  // namespace detail

template <>
struct FromJson<std::chrono::year_month_day> {
  static std::chrono::year_month_day read(const Json& json) {
    return detail::read_instant(json).date;
  }
};

template <class Duration>
struct FromJson<std::chrono::sys_time<Duration>> {
  static std::chrono::sys_time<Duration> read(const Json& json) {
    using namespace std::chrono;
    const detail::Instant instant = detail::read_instant(json);
    const duration<double> since = instant.seconds.time_since_epoch();
    // The second more is room for the fraction.
    if (since + seconds(1) > duration<double>(Duration::max()) ||
        since < duration<double>(Duration::min())) {
      detail::throw_time_out_of_range(json);
    }
    return sys_time<Duration>(floor<Duration>(instant.seconds.time_since_epoch()) +
                              floor<Duration>(instant.fraction));
  }
};

template <>
struct ToJson<std::chrono::year_month_day> {
  static Json write(std::chrono::year_month_day date) { return detail::date_text(date); }
};

template <class Duration>
struct ToJson<std::chrono::sys_time<Duration>> {
  static Json write(std::chrono::sys_time<Duration> time) {
    using namespace std::chrono;
    if constexpr (std::same_as<Duration, days>) {
      return detail::date_text(year_month_day(time));
    } else {
      const auto seconds = floor<std::chrono::seconds>(time);
      return detail::time_text(seconds, duration_cast<nanoseconds>(time - seconds));
    }
  }
};

}  // namespace ekiden
