// SPDX-License-Identifier: MIT
// Times as text in ISO 8601.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ekiden/frame.hpp>

namespace ekiden {

namespace {

using namespace std::chrono;

/// Takes text from the front, piece by piece.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Just so many digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return {};
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return {};
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// One to nine decimals, as nanoseconds.
  std::optional<nanoseconds> decimals() {
    std::int64_t value = 0, unit = 100'000'000;
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      value += unit * (rest_[count++] - '0');
      unit /= 10;
    }
    if (count == 0 || count > 9) return {};
    rest_.remove_prefix(count);
    return nanoseconds(value);
  }

 private:
  std::string_view rest_;
};

std::optional<sys_days> read_day(Reader& reader) {
  const auto y = reader.digits(4);
  if (!y || !reader.skip('-')) return {};
  const auto m = reader.digits(2);
  if (!m || !reader.skip('-')) return {};
  const auto d = reader.digits(2);
  if (!d) return {};
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)),
                            day(static_cast<unsigned>(*d))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

/// The time of day after the T: "17:05", "17:05:00", "17:05:00.5".
std::optional<nanoseconds> read_time(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.skip(':')) return {};
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return {};
  nanoseconds time = hours(*hour) + minutes(*minute);
  if (!reader.skip(':')) return time;
  const auto second = reader.digits(2);
  if (!second || *second > 59) return {};
  time += seconds(*second);
  if (!reader.skip('.')) return time;
  const auto rest = reader.decimals();
  return rest ? std::optional(time + *rest) : std::nullopt;
}

/// "Z", "+09:00", "-0330", "+09", or nothing.
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.at_end() || reader.skip('Z')) return minutes(0);
  const bool east = reader.skip('+');
  if (!east && !reader.skip('-')) return {};
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23) return {};
  minutes offset = hours(*hour);
  if (!reader.at_end()) {
    reader.skip(':');
    const auto minute = reader.digits(2);
    if (!minute || *minute > 59) return {};
    offset += minutes(*minute);
  }
  return east ? offset : -offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) noexcept {
  Reader reader(text);
  const auto date = read_day(reader);
  if (!date) return {};
  nanoseconds time(0);
  minutes offset(0);
  if (!reader.at_end()) {
    if (!reader.skip('T') && !reader.skip(' ')) return {};
    const auto read = read_time(reader);
    if (!read) return {};
    time = *read;
    const auto shift = read_offset(reader);
    if (!shift || !reader.at_end()) return {};
    offset = *shift;
  }
  // A day of room on both sides, so that the sum cannot overflow.
  constexpr sys_days kFirst = floor<days>(Timestamp::min()) + days(3);
  constexpr sys_days kLast = floor<days>(Timestamp::max()) - days(3);
  if (*date < kFirst || *date > kLast) return {};
  return Timestamp(*date) + time - offset;
}

std::string format_timestamp(Timestamp time) {
  const auto date = floor<days>(time);
  const year_month_day ymd(date);
  const hh_mm_ss<nanoseconds> clock(time - date);
  const auto fraction = static_cast<long>(clock.subseconds().count());
  char text[48];
  int size = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09ld", static_cast<int>(ymd.year()),
      static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), fraction);
  constexpr int kWithMilliseconds = 23;
  while (size > kWithMilliseconds && text[size - 1] == '0') --size;
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace ekiden
