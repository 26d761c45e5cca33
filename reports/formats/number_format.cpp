#include "reports/formats/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace faultline {
namespace {

enum class Rounding { half_up, down, up };

/// `value`, at least 0, with so many decimals. What is a multiple of the last digit but for the error of a
/// double stays it.
std::string rounded(double value, int decimals, Rounding rounding) {
  const double scale = std::pow(10.0, decimals);
  const double scaled = value * scale;
  const double nearest = std::round(scaled);
  double whole = nearest;
  if (std::fabs(scaled - nearest) > 1e-9 * std::max(1.0, scaled)) {
    switch (rounding) {
      case Rounding::half_up:
        whole = std::floor(scaled + 0.5);
        break;
      case Rounding::down:
        whole = std::floor(scaled);
        break;
      case Rounding::up:
        whole = std::ceil(scaled);
        break;
    }
  }
  return fmt::format("{:.{}f}", whole / scale, decimals);
}

/// Decimals of a percentage that is so far from the nearest end.
int decimals_of(double distance) {
  if (distance <= 0.0 || distance >= 10.0) return 0;
  if (distance >= 0.1) return 1;
  return std::min(12, static_cast<int>(std::ceil(-std::log10(distance))) + 1);
}

std::string percent_digits(double share, Rounding rounding) {
  const double percent = share * 100.0;
  if (percent <= 0.0 || share >= 1.0) return fmt::format("{:.0f}", percent);
  const int decimals = decimals_of(std::min(percent, (1.0 - share) * 100.0));
  std::string text = rounded(percent, decimals, rounding);
  // 9.96 is 10, and 90.02 rounded down is 90.0: as many digits as the rounded value asks for.
  if (decimals == 1 && text == "10.0") return "10";
  return text;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string points_digits(double difference, Rounding rounding) {
  const double points = difference * 100.0;
  if (points == 0.0) return "0";
  // Away from 0 is up for what is positive and down for what is negative.
  Rounding of_size = rounding;
  if (points < 0.0 && rounding != Rounding::half_up)
    of_size = rounding == Rounding::up ? Rounding::down : Rounding::up;
  const double size = std::fabs(points);
  std::string text = rounded(size, decimals_of(size), of_size);
  if (text == "10.0") text = "10";
  return (points > 0 ? "+" : "-") + text;
}

/// Four significant digits of what is neither huge nor tiny.
int number_decimals(double size) {
  if (size >= 1000.0) return 0;
  return std::max(0, 3 - static_cast<int>(std::floor(std::log10(size))));
}

std::string number_end(double value, Rounding rounding) {
  const double size = std::fabs(value);
  if (!std::isfinite(value) || size == 0.0 || size >= 1e15 || size < 1e-5) return format_number(value);
  Rounding of_size = rounding;
  if (value < 0.0) of_size = rounding == Rounding::up ? Rounding::down : Rounding::up;
  const std::string text = rounded(size, number_decimals(size), of_size);
  const std::string digits =
      size >= 1000.0 ? format_integer(std::llround(std::stod(text))) : without_trailing_zeros(text);
  return (value < 0.0 ? "-" : "") + digits;
}

std::string ratio_end(double ratio, Rounding rounding) {
  if (!std::isfinite(ratio) || ratio == 0.0) return format_ratio(ratio);
  const int decimals = ratio >= 10.0 ? 0 : std::max(0, 1 - static_cast<int>(std::floor(std::log10(ratio))));
  const std::string text = rounded(ratio, std::min(decimals, 12), rounding);
  return (ratio >= 10.0 ? format_integer(std::llround(std::stod(text))) : without_trailing_zeros(text)) + "x";
}

}  // namespace

std::string format_percent(double share) {
  if (std::isnan(share)) return "-";
  return percent_digits(share, Rounding::half_up) + " %";
}

std::string format_percent_interval(const Interval& interval) {
  return fmt::format("[{} %, {} %]", percent_digits(interval.low, Rounding::down),
                     percent_digits(interval.high, Rounding::up));
}

std::string format_percent_bounds(const Interval& interval, IntervalSide side) {
  switch (side) {
    case IntervalSide::two_sided:
      return format_percent_interval(interval);
    case IntervalSide::upper:
      return fmt::format("<= {} %", percent_digits(interval.high, Rounding::up));
    case IntervalSide::lower:
      return fmt::format(">= {} %", percent_digits(interval.low, Rounding::down));
  }
  return {};
}

RateText format_rate_parts(const Proportion& of, const Interval& interval, IntervalSide side) {
  return {fmt::format("{}/{}", of.counted, of.trials), of.trials == 0 ? "-" : format_percent(of.ratio()),
          format_percent_bounds(interval, side)};
}

std::string format_rate(const Proportion& of, const Interval& interval) {
  const RateText parts = format_rate_parts(of, interval);
  return parts.counts + "  " + parts.share + "  " + parts.interval;
}

std::string format_upper_bound(const Proportion& of, double bound, double level) {
  const RateText parts = format_rate_parts(of, {});
  return fmt::format("{}  {}  {} (one-sided {} %)", parts.counts, parts.share,
                     format_percent_bounds({0.0, bound}, IntervalSide::upper), format_level(level));
}

std::string format_points(double difference) {
  return points_digits(difference, Rounding::half_up) + " points";
}

std::string format_points_interval(const Interval& interval) {
  return fmt::format("[{}, {}]", points_digits(interval.low, Rounding::down),
                     points_digits(interval.high, Rounding::up));
}

std::string format_ratio(double ratio) {
  if (std::isnan(ratio)) return "-";
  if (std::isinf(ratio)) return "infinite";
  return (ratio >= 9.95 ? format_number(std::round(ratio)) : fmt::format("{:.2g}", ratio)) + "x";
}

std::string format_ratio_interval(const Interval& interval) {
  return fmt::format("[{}, {}]", ratio_end(interval.low, Rounding::down),
                     ratio_end(interval.high, Rounding::up));
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
  return without_trailing_zeros(fmt::format("{:.{}f}", value, number_decimals(size)));
}

std::string format_number_interval(const Interval& interval) {
  return fmt::format("[{}, {}]", number_end(interval.low, Rounding::down),
                     number_end(interval.high, Rounding::up));
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
