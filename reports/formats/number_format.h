// Every rounding and every unit, in one place. People's forms only: CSV and JSON write numbers exactly.
//
// Point values are rounded half up. The ends of intervals and bounds are rounded outwards, so that what is
// shown covers what was computed, and keeps its level.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/estimate.h"

namespace faultline {

/// `56 %`, `5.6 %`, `0.3 %`, `99.968 %`: one decimal below 10 % and above 90 %, two significant digits of
/// the distance below 0.1 % and above 99.9 %, so that only what is exactly 0 or 1 is shown as `0 %` or
/// `100 %`. Not for rates: those need format_rate.
std::string format_percent(double share);
/// `[41 %, 71 %]`
std::string format_percent_interval(const Interval& interval);
/// `<= 5.9 %`, `>= 41 %`; both ends where it is two-sided.
std::string format_percent_bounds(const Interval& interval, IntervalSide side);

/// `28/50  56 %  [41 %, 71 %]`; `0/0  -  [0 %, 100 %]` where there are no trials.
std::string format_rate(const Proportion& of, const Interval& interval);
/// The three parts of format_rate, for columns.
struct RateText {
  std::string counts;
  std::string share;
  std::string interval;
};
RateText format_rate_parts(const Proportion& of, const Interval& interval,
                           IntervalSide side = IntervalSide::two_sided);

/// `0/50  0 %  <= 5.9 % (one-sided 95 %)`
std::string format_upper_bound(const Proportion& of, double bound, double level);

/// Difference of two shares in percentage points: `+55 points`, `-0.4 points`.
std::string format_points(double difference);
/// `[+31, +75]`
std::string format_points_interval(const Interval& interval);

/// `2.4x`; `infinite` where the other side is 0.
std::string format_ratio(double ratio);
/// `[1.2x, 3.3x]`
std::string format_ratio_interval(const Interval& interval);

/// `0.031`, `0.0004`, `< 0.0001`: never `0`.
std::string format_p_value(double p);

/// 95 for 0.95; `99.9`.
std::string format_level(double level);

/// Up to four significant digits, no exponent for what people count: `3781`, `0.0123`, `12.5`.
std::string format_number(double value);
/// `[3.1, 12.46]`, in the digits of format_number.
std::string format_number_interval(const Interval& interval);
/// `12,345`: commas from five digits on.
std::string format_integer(std::int64_t value);
/// `1 trial`, `12,345 trials`.
std::string format_count(std::int64_t count, std::string_view one, std::string_view many = {});

/// `350 us`, `12.5 ms`, `1.24 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`.
std::string format_duration(std::chrono::nanoseconds duration);
/// `512 bytes`, `1.2 KiB`, `3.4 GiB`.
std::string format_bytes(std::uint64_t bytes);

/// The shortest text that reads back as the same number: for CSV.
std::string format_exact(double value);

}  // namespace faultline
