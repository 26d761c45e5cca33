#include "reports/formats/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace faultline {
namespace {

/// `percent` is between 0 and 100 or a difference; digits grow as the distance to the nearest end shrinks.
std::string rounded(double percent, double distance) {
  if (distance >= 2.0 || distance <= 0.0) return fmt::format("{:.0f}", percent);
  if (distance >= 0.1) return fmt::format("{:.1f}", percent);
  // Two significant digits of the distance.
  const int digits = static_cast<int>(std::ceil(-std::log10(distance))) + 1;
  return fmt::format("{:.{}f}", percent, std::min(digits, 12));
}

std::string percent_digits(double share) {
  const double percent = share * 100.0;
  return rounded(percent, std::min(percent, (1.0 - share) * 100.0));
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string points_digits(double difference) {
  const double points = difference * 100.0;
  if (points == 0.0) return "0";
  return (points > 0 ? "+" : "-") + rounded(std::fabs(points), std::fabs(points));
}

}  // namespace

std::string format_percent(double share) {
  if (std::isnan(share)) return "-";
  return percent_digits(share) + " %";
}

std::string format_percent_interval(const Interval& interval) {
  return fmt::format("[{}, {}]", format_percent(interval.low), format_percent(interval.high));
}

RateText format_rate_parts(const Proportion& of, const Interval& interval) {
  return {fmt::format("{}/{}", of.counted, of.trials), of.trials == 0 ? "-" : format_percent(of.ratio()),
          format_percent_interval(interval)};
}

std::string format_rate(const Proportion& of, const Interval& interval) {
  const RateText parts = format_rate_parts(of, interval);
  return parts.counts + "  " + parts.share + "  " + parts.interval;
}

std::string format_upper_bound(const Proportion& of, double bound, double level) {
  const RateText parts = format_rate_parts(of, {});
  return fmt::format("{}  {}  at most {} (one-sided {} %)", parts.counts, parts.share, format_percent(bound),
                     format_level(level));
}

std::string format_points(double difference) { return points_digits(difference) + " points"; }

std::string format_points_interval(const Interval& interval) {
  return fmt::format("[{}, {}]", points_digits(interval.low), points_digits(interval.high));
}

std::string format_ratio(double ratio) {
  if (std::isnan(ratio)) return "-";
  if (std::isinf(ratio)) return "infinite";
  return (ratio >= 9.95 ? format_number(std::round(ratio)) : fmt::format("{:.2g}", ratio)) + "x";
}

std::string format_p_value(double p) {
  if (std::isnan(p)) return "-";
  if (p < 0.0001) return "< 0.0001";
  if (p < 0.001) return fmt::format("{:.4f}", p);
  if (p < 0.1) return fmt::format("{:.3f}", p);
  return fmt::format("{:.2f}", p);
}

std::string format_level(double level) {
  return without_trailing_zeros(fmt::format("{:.6f}", level * 100.0));
}

std::string format_number(double value) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  const double size = std::fabs(value);
  if (size >= 1e15 || (size > 0.0 && size < 1e-5)) return fmt::format("{:.3e}", value);
  if (size >= 1000.0) return format_integer(static_cast<std::int64_t>(std::llround(value)));
  if (size == 0.0) return "0";
  const int digits = std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
  return without_trailing_zeros(fmt::format("{:.{}f}", value, digits));
}

std::string format_integer(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  const std::size_t first = value < 0 ? 1 : 0;
  if (digits.size() - first < 5) return digits;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string format_count(std::int64_t count, std::string_view one, std::string_view many) {
  if (count == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", format_integer(count), one)
                      : fmt::format("{} {}", format_integer(count), many);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto ns = duration.count();
  if (ns < 0) return "-" + format_duration(-duration);
  if (ns < 1000) return fmt::format("{} ns", ns);
  const auto as_double = static_cast<double>(ns);
  // Limits stand where rounding to three digits would give 1000.
  if (ns < 999'500) return without_trailing_zeros(fmt::format("{:.3g}", as_double / 1e3)) + " us";
  if (ns < 999'500'000) return without_trailing_zeros(fmt::format("{:.3g}", as_double / 1e6)) + " ms";
  if (ns < 59'950'000'000) return without_trailing_zeros(fmt::format("{:.3g}", as_double / 1e9)) + " s";
  const auto seconds = (ns + 500'000'000) / 1'000'000'000;
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (hours == 0) return fmt::format("{} min {} s", minutes, seconds % 60);
  if (hours < 48) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return format_count(static_cast<std::int64_t>(bytes), "byte");
  static constexpr std::array<std::string_view, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024.0;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  return without_trailing_zeros(fmt::format("{:.1f}", value)) + " " + std::string(kUnits[unit]);
}

std::string format_exact(double value) { return fmt::format("{}", value); }

}  // namespace faultline
