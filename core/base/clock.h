// Time as the collector sees it: wall clock for people, monotonic for durations.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

/// UTC, microseconds since 1970.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Since an unspecified point of this boot; never goes back.
using MonotonicTime = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
  /// Returns after `duration`, or earlier if a signal came.
  virtual void sleep(std::chrono::nanoseconds duration) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] MonotonicTime monotonic() const override;
  void sleep(std::chrono::nanoseconds duration) override;
};

/// `2025-12-21T01:36:18.286Z`: always UTC, always milliseconds.
std::string format_utc(WallTime time);
/// As above with microseconds, for the store.
std::string format_utc_precise(WallTime time);
/// Reads both of the above.
std::optional<WallTime> parse_utc(std::string_view text);

/// `YYYY-MM-DD HH:MM:SS[.fraction] ±ZZZZ`, as reports write it. nullopt if it is anything else.
std::optional<WallTime> parse_report_time(std::string_view text);
/// `YYYY-MM-DD HH:MM:SS.ffff ±ZZZZ` in the zone given in minutes east of UTC.
std::string format_report_time(WallTime time, int zone_minutes);
/// `2025-12-21`: the date in that zone.
std::string local_date(WallTime time, int zone_minutes);
/// This host's offset from UTC at `time`, in minutes east.
int local_zone_minutes(WallTime time);

}  // namespace faultline
