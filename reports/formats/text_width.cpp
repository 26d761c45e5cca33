#include "reports/formats/text_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace faultline {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Coarse on purpose: blocks, not single characters, of Unicode's Mn/Me categories and of East Asian Width W
// and F.
constexpr Range kCombining[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},
                                {0x064b, 0x065f}, {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x093c, 0x093c},
                                {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
                                {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
                                {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},  {0x3400, 0x4dbf},
                           {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3},  {0xf900, 0xfaff},
                           {0xfe30, 0xfe4f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                           {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], std::uint32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return c >= range.first && c <= range.last; });
}

std::size_t width_of(std::uint32_t c) {
  if (c < 0x300) return 1;
  if (is_in(kCombining, c)) return 0;
  return is_in(kWide, c) ? 2 : 1;
}

/// Takes one character off `text`; a stray byte counts as one character.
struct Taken {
  std::string_view bytes;
  std::size_t width;
};

Taken take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  length = std::min(length, text.size());
  std::uint32_t c = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  const Taken taken{text.substr(0, length), width_of(c)};
  text.remove_prefix(length);
  return taken;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += take_character(text).width;
  return width;
}

std::vector<std::string> wrap_text(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  std::string line;
  std::size_t line_width = 0;
  std::size_t blank_at = std::string::npos;  // Last blank of `line`.
  while (!text.empty()) {
    const auto [bytes, character_width] = take_character(text);
    if (line_width + character_width > width && !line.empty()) {
      if (bytes == " ") {
        lines.push_back(std::move(line));
        line.clear();
        line_width = 0;
        blank_at = std::string::npos;
        continue;
      }
      const bool at_blank = blank_at != std::string::npos;
      std::string rest = at_blank ? line.substr(blank_at + 1) : "";
      if (at_blank) line.erase(blank_at);
      lines.push_back(std::move(line));
      line = std::move(rest);
      line_width = display_width(line);
      blank_at = std::string::npos;
    }
    if (bytes == " " && !line.empty()) blank_at = line.size();
    line += bytes;
    line_width += character_width;
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace faultline
