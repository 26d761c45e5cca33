#include "reports/formats/text_width.h"

#include <algorithm>

#include "reports/formats/unicode.h"

namespace faultline {
namespace {

struct Taken {
  std::string_view bytes;
  std::size_t width;
};

/// Takes one character off `text`; a stray byte counts as one character.
Taken take_character(std::string_view& text) {
  const Utf8Character character = first_character(text);
  text.remove_prefix(character.bytes.size());
  const int width = character.is_valid ? column_width(character.code_point) : 1;
  return {character.bytes, static_cast<std::size_t>(width)};
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

std::string elide_middle(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  width = std::max<std::size_t>(width, 1);
  const std::size_t head = (width - 1) / 2;
  const std::size_t tail = width - 1 - head;
  std::string out;
  std::size_t taken = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto [bytes, character_width] = take_character(rest);
    if (taken + character_width > head) break;
    out += bytes;
    taken += character_width;
  }
  out += "…";
  // From the front, since characters are read forwards.
  std::string_view end = text;
  while (display_width(end) > tail) take_character(end);
  return out + std::string(end);
}

}  // namespace faultline
