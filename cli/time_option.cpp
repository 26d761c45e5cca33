#include "cli/time_option.h"

#include "core/text/duration.h"

namespace faultline {
namespace {

constexpr std::chrono::hours kDay{24};

bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

std::string date_of(WallTime time) { return format_utc(time).substr(0, 10); }

/// `10:27` or `10:27:30` of the day of `now`, or of the day before if that is still to come.
std::optional<WallTime> last_time_of_day(const std::string& text, WallTime now) {
  if (!has_shape(text, "00:00") && !has_shape(text, "00:00:00")) return std::nullopt;
  const std::string seconds = text.size() == 5 ? ":00" : "";
  const auto today = parse_utc(date_of(now) + "T" + text + seconds + ".000Z");
  if (!today || *today <= now) return today;
  return *today - kDay;
}

/// Cuts `Z`, `+01:00` or `+0100` off the end; nullopt where there is an end that is none of them.
std::optional<std::chrono::minutes> take_offset(std::string& text) {
  if (text.ends_with('Z')) {
    text.pop_back();
    return std::chrono::minutes(0);
  }
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign < 11) return std::chrono::minutes(0);  // One of the date's own.
  const std::string offset = text.substr(sign + 1);
  if (!has_shape(offset, "00:00") && !has_shape(offset, "0000")) return std::nullopt;
  const int hours = std::stoi(offset.substr(0, 2));
  const int minutes = std::stoi(offset.substr(offset.size() - 2));
  const auto east = std::chrono::minutes(hours * 60 + minutes);
  const bool is_east = text[sign] == '+';
  text.erase(sign);
  return is_east ? east : -east;
}

/// A date, or a date and a time of day, as ISO 8601 has them.
std::optional<WallTime> iso_time(std::string text) {
  if (has_shape(text, "0000-00-00")) text += "T00:00";
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  const auto east = take_offset(text);
  if (!east) return std::nullopt;
  if (has_shape(text, "0000-00-00T00:00")) text += ":00";
  if (has_shape(text, "0000-00-00T00:00:00")) text += ".000";
  const auto time = parse_utc(text + "Z");
  if (!time) return std::nullopt;
  return *time - *east;
}

}  // namespace

Result<std::optional<WallTime>> parse_since(const std::string& text, WallTime now) {
  if (text.empty()) return std::optional<WallTime>();
  if (const auto duration = parse_duration(text)) return std::optional<WallTime>(now - *duration);
  if (text == "today") return iso_time(date_of(now));
  if (text == "yesterday") return iso_time(date_of(now - kDay));
  if (const auto time = last_time_of_day(text, now)) return time;
  if (const auto time = iso_time(text)) return time;
  return fail(ErrorKind::invalid_argument,
              "--since: \"" + text +
                  "\" is no time; write 24h, 7d, yesterday, 10:27, 2025-12-01 or 2025-12-01T22:00:00Z");
}

}  // namespace faultline
