#include "core/base/clock.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <ctime>

namespace faultline {
namespace {

using std::chrono::microseconds;

/// Reads exactly `count` digits at `at`.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// `YYYY-MM-DD?HH:MM:SS`, the separator in the middle being anything.
std::optional<WallTime> parse_date_and_time(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

/// Reads `.digits` at `at` and moves `at` behind them.
microseconds parse_fraction(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return microseconds(0);
  std::int64_t value = 0;
  std::int64_t scale = 1'000'000;
  for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    if (scale > 1) {
      scale /= 10;
      value += (text[at] - '0') * scale;
    }
  }
  return microseconds(value);
}

struct CalendarTime {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<microseconds> time;
};

CalendarTime calendar(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<microseconds>(time - day)};
}

std::string format_seconds(const CalendarTime& c, char separator) {
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", static_cast<int>(c.date.year()),
                     static_cast<unsigned>(c.date.month()), static_cast<unsigned>(c.date.day()), separator,
                     c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
}

}  // namespace

WallTime SystemClock::wall() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

MonotonicTime SystemClock::monotonic() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void SystemClock::sleep(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec wanted{};
  wanted.tv_sec = static_cast<time_t>(seconds.count());
  wanted.tv_nsec = static_cast<long>((duration - seconds).count());
  ::nanosleep(&wanted, nullptr);
}

std::string format_utc(WallTime time) {
  const auto c = calendar(time);
  return format_seconds(c, 'T') + fmt::format(".{:03}Z", c.time.subseconds().count() / 1000);
}

std::string format_utc_precise(WallTime time) {
  const auto c = calendar(time);
  return format_seconds(c, 'T') + fmt::format(".{:06}Z", c.time.subseconds().count());
}

std::optional<WallTime> parse_utc(std::string_view text) {
  auto time = parse_date_and_time(text);
  if (!time || text[10] != 'T') return std::nullopt;
  std::size_t at = 19;
  *time += parse_fraction(text, at);
  if (at + 1 != text.size() || text[at] != 'Z') return std::nullopt;
  return time;
}

std::optional<WallTime> parse_report_time(std::string_view text) {
  auto time = parse_date_and_time(text);
  if (!time) return std::nullopt;
  std::size_t at = 19;
  *time += parse_fraction(text, at);
  while (at < text.size() && text[at] == ' ') ++at;
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  const bool east = text[at] == '+';
  const auto hours = digits(text, at + 1, 2);
  const auto minutes = digits(text, at + 3, 2);
  if (!hours || !minutes || at + 5 != text.size()) return std::nullopt;
  const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return east ? *time - offset : *time + offset;
}

std::string format_report_time(WallTime time, int zone_minutes) {
  const auto c = calendar(time + std::chrono::minutes(zone_minutes));
  const int distance = zone_minutes < 0 ? -zone_minutes : zone_minutes;
  return format_seconds(c, ' ') + fmt::format(".{:04} {}{:02}{:02}", c.time.subseconds().count() / 100,
                                              zone_minutes < 0 ? '-' : '+', distance / 60, distance % 60);
}

std::string local_date(WallTime time, int zone_minutes) {
  return format_utc(time + std::chrono::minutes(zone_minutes)).substr(0, 10);
}

int local_zone_minutes(WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return static_cast<int>(local.tm_gmtoff / 60);
}

}  // namespace faultline
