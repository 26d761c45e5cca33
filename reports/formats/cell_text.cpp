#include "reports/formats/cell_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "reports/formats/number_format.h"

namespace faultline {
namespace {

std::string number_text(double value, Unit unit) {
  if (!std::isfinite(value) &&
      (unit == Unit::milliseconds || unit == Unit::nanoseconds || unit == Unit::bytes))
    return format_number(value);
  switch (unit) {
    case Unit::share:
      return format_percent(value);
    case Unit::points:
      return format_points(value);
    case Unit::ratio:
      return format_ratio(value);
    case Unit::p_value:
      return format_p_value(value);
    case Unit::milliseconds:
      return format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e6)));
    case Unit::nanoseconds:
      return format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(value)));
    case Unit::bytes:
      return value < 0 ? format_number(value) : format_bytes(static_cast<std::uint64_t>(value));
    case Unit::hex:
    case Unit::none:
      return format_number(value);
  }
  return {};
}

std::string integer_text(std::int64_t value, Unit unit) {
  switch (unit) {
    case Unit::milliseconds:
      return format_duration(std::chrono::milliseconds(value));
    case Unit::nanoseconds:
      return format_duration(std::chrono::nanoseconds(value));
    case Unit::bytes:
      return value < 0 ? format_integer(value) : format_bytes(static_cast<std::uint64_t>(value));
    case Unit::hex:
      return value < 0 ? fmt::format("-{:#x}", 0 - static_cast<std::uint64_t>(value))
                       : fmt::format("{:#x}", value);
    case Unit::share:
    case Unit::points:
    case Unit::ratio:
    case Unit::p_value:
      return number_text(static_cast<double>(value), unit);
    case Unit::none:
      return format_integer(value);
  }
  return {};
}

std::string interval_text(const Interval& interval, Unit unit) {
  if (std::isnan(interval.low) && std::isnan(interval.high)) return {};
  if (unit == Unit::points) return format_points_interval(interval);
  if (unit == Unit::share) return format_percent_interval(interval);
  if (unit == Unit::ratio) return format_ratio_interval(interval);
  if (unit == Unit::none) return format_number_interval(interval);
  return fmt::format("[{}, {}]", number_text(interval.low, unit), number_text(interval.high, unit));
}

std::string joined(const TextList& list) { return fmt::format("{}", fmt::join(list, ", ")); }

struct Pieces {
  Unit unit;

  std::vector<std::string> operator()(std::monostate) const { return {""}; }
  std::vector<std::string> operator()(bool value) const { return {value ? "yes" : "no"}; }
  std::vector<std::string> operator()(std::int64_t value) const { return {integer_text(value, unit)}; }
  std::vector<std::string> operator()(std::uint64_t value) const {
    if (unit == Unit::hex) return {fmt::format("{:#x}", value)};
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return {fmt::format("{}", value)};
    return {integer_text(static_cast<std::int64_t>(value), unit)};
  }
  std::vector<std::string> operator()(double value) const { return {number_text(value, unit)}; }
  std::vector<std::string> operator()(const std::string& value) const { return {value}; }
  std::vector<std::string> operator()(const TextList& value) const { return {joined(value)}; }
  std::vector<std::string> operator()(const Rate& value) const {
    RateText text = format_rate_parts(value.of, value.interval, value.side);
    return {std::move(text.counts), std::move(text.share), std::move(text.interval)};
  }
  std::vector<std::string> operator()(const CountOf& value) const {
    return {fmt::format("{} {}/{}", value.word, value.of.counted, value.of.trials)};
  }
  std::vector<std::string> operator()(const Estimate& value) const {
    if (std::isnan(value.value) && !value.note.empty()) return {value.note};
    std::vector<std::string> pieces{number_text(value.value, unit), interval_text(value.interval, unit)};
    if (!value.note.empty()) pieces.push_back(value.note);
    return pieces;
  }
};

}  // namespace

std::vector<std::string> cell_pieces(const TableCell& cell, const Column& column, bool whole) {
  if (!whole && !cell.brief.empty()) return {cell.brief};
  return std::visit(Pieces{column.unit}, cell.value);
}

std::string cell_text(const TableCell& cell, const Column& column) {
  std::string text;
  for (const std::string& piece : cell_pieces(cell, column)) {
    if (!text.empty() && !piece.empty()) text += "  ";
    text += piece;
  }
  return text;
}

std::optional<double> cell_number(const CellValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* unsigned_integer = std::get_if<std::uint64_t>(&value))
    return static_cast<double>(*unsigned_integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* rate = std::get_if<Rate>(&value)) return rate->of.ratio();
  if (const auto* count = std::get_if<CountOf>(&value)) return count->of.ratio();
  if (const auto* estimate = std::get_if<Estimate>(&value)) return estimate->value;
  return std::nullopt;
}

CellValue short_time(const std::string& utc) {
  if (utc.empty()) return {};
  if (utc.size() < 16 || utc[10] != 'T') return utc;
  return utc.substr(0, 10) + " " + utc.substr(11, 5) + "Z";
}

std::string short_id(std::string_view id) { return std::string(id.substr(0, 8)); }

}  // namespace faultline
