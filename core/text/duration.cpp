#include "core/text/duration.h"

#include <array>
#include <cstdint>

#include "core/text/ascii.h"

namespace faultline {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// `ms` before `m`: the longer name is tried first.
constexpr std::array<Unit, 5> kUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr std::int64_t kLongestMs = 366LL * 86'400'000;

/// Takes one `number unit` from the front of `text`; nullopt where there is none.
std::optional<std::int64_t> take_part(std::string_view& text) {
  std::int64_t whole = 0;
  std::int64_t fraction = 0;
  std::int64_t fraction_scale = 1;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    whole = whole * 10 + (text[at] - '0');
    if (whole > kLongestMs) return std::nullopt;
  }
  if (at == 0) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (at - first >= 8) return std::nullopt;
      fraction = fraction * 10 + (text[at] - '0');
      fraction_scale *= 10;
    }
    if (at == first) return std::nullopt;
  }
  for (const Unit& unit : kUnits) {
    if (!text.substr(at).starts_with(unit.name)) continue;
    const std::int64_t scaled = fraction * unit.milliseconds;
    if (scaled % fraction_scale != 0) return std::nullopt;
    text.remove_prefix(at + unit.name.size());
    if (whole > kLongestMs / unit.milliseconds) return std::nullopt;
    return whole * unit.milliseconds + scaled / fraction_scale;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part) return std::nullopt;
    total += *part;
    if (total > kLongestMs) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::string format_duration(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  // 90s reads better than 1m30s, but 36h better than 1d12h: the largest unit that divides it.
  for (std::size_t i = kUnits.size(); i-- > 0;) {
    if (count != 0 && count % kUnits[i].milliseconds == 0) {
      return std::to_string(count / kUnits[i].milliseconds) + std::string(kUnits[i].name);
    }
  }
  return std::to_string(count / 1'000) + "s";
}

}  // namespace faultline
