// SPDX-License-Identifier: MIT
#include <cstdio>
#include <ekiden/dates.hpp>
#include <optional>

namespace ekiden::detail {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Takes ISO 8601 text apart from its front; after a failure everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// `count` digits, a number up to `max`.
  int number(std::size_t count, int max) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const bool digit = !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
      if (!digit) return fail();
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return value <= max ? value : fail();
  }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!skip(c)) fail();
  }
  /// The digits after a decimal point, as a part of a second.
  nanoseconds fraction() {
    nanoseconds value{0};
    nanoseconds place = std::chrono::milliseconds(100);
    if (at_end()) fail();
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value += place * (text_.front() - '0');
      place /= 10;
      text_.remove_prefix(1);
    }
    return value;
  }
  bool at_end() const { return text_.empty(); }
  bool failed() const { return failed_; }

 private:
  int fail() {
    failed_ = true;
    text_ = {};
    return 0;
  }

  std::string_view text_;
  bool failed_ = false;
};

/// What stands between local time and UTC: "Z", "+02:00", "-0530", nothing.
minutes read_offset(Scanner& scanner) {
  if (scanner.at_end() || scanner.skip('Z')) return minutes{0};
  const bool behind = scanner.skip('-');
  if (!behind) scanner.expect('+');
  const hours whole{scanner.number(2, 23)};
  scanner.skip(':');
  const minutes offset = whole + minutes{scanner.number(2, 59)};
  return behind ? -offset : offset;
}

std::optional<Instant> scan(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.number(4, 9999);
  scanner.expect('-');
  const int month = scanner.number(2, 12);
  scanner.expect('-');
  const int day = scanner.number(2, 31);
  Instant instant{};
  instant.date = {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                  std::chrono::day(static_cast<unsigned>(day))};
  if (scanner.failed() || !instant.date.ok()) return std::nullopt;
  instant.seconds = sys_days(instant.date);
  if (scanner.at_end()) return instant;
  if (!scanner.skip('T')) scanner.expect(' ');
  instant.seconds += hours{scanner.number(2, 23)};
  scanner.expect(':');
  instant.seconds += minutes{scanner.number(2, 59)};
  if (scanner.skip(':')) instant.seconds += seconds{scanner.number(2, 59)};
  if (scanner.skip('.')) instant.fraction = scanner.fraction();
  instant.seconds -= read_offset(scanner);
  if (scanner.failed() || !scanner.at_end()) return std::nullopt;
  return instant;
}

}  // namespace

Instant read_instant(const Json& json) {
  const std::string* text = json.as_string();
  const std::optional<Instant> instant = text != nullptr ? scan(*text) : std::nullopt;
  if (!instant)
    throw_bad_argument("a date such as \"2024-05-31\" or \"2024-05-31T10:30:00\"", json);
  return *instant;
}

void throw_time_out_of_range(const Json& json) {
  throw_bad_argument("a date that the parameter's type can hold", json);
}

std::string date_text(year_month_day date) {
  if (!date.ok() || int(date.year()) < 0 || int(date.year()) > 9999) {
    throw Error("a date that does not exist, or lies outside the years 0 to 9999, has no ISO text");
  }
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                unsigned(date.day()));
  return text;
}

std::string time_text(std::chrono::sys_seconds time, nanoseconds fraction) {
  const sys_days day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[48];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string all = date_text(year_month_day(day)) + text;
  if (fraction.count() == 0) return all;
  std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(fraction.count()));
  all += text;
  return all.erase(all.find_last_not_of('0') + 1);
}

}  // namespace ekiden::detail
