#include "reports/privacy/text_folding.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "reports/privacy/latin_letters.h"

namespace faultline {
namespace {

/// One decoded byte and the part of the text that it stands for.
struct Unit {
  unsigned char byte = 0;
  std::size_t start = 0;
};

int digit_value(char c, int base) {
  int value = -1;
  if (c >= '0' && c <= '9') value = c - '0';
  if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
  return value < base ? value : -1;
}

/// `count` digits from `at`; nullopt where they are not all there.
std::optional<std::uint32_t> number_at(std::string_view text, std::size_t at, std::size_t count, int base) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digit_value(text[at + i], base);
    if (digit < 0) return std::nullopt;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_code_point(std::vector<Unit>& units, std::uint32_t point, std::size_t start) {
  const auto add = [&](std::uint32_t byte) { units.push_back({static_cast<unsigned char>(byte), start}); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | (point >> 6));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xE0 | (point >> 12));
    add(0x80 | ((point >> 6) & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

std::vector<Unit> decoded_units(std::string_view text) {
  std::vector<Unit> units;
  units.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    if (text[i] == '%') {
      if (const auto byte = number_at(text, i + 1, 2, 16)) {
        units.push_back({static_cast<unsigned char>(*byte), start});
        i += 3;
        continue;
      }
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == 'u') {
        if (const auto point = number_at(text, i + 2, 4, 16)) {
          append_code_point(units, *point, start);
          i += 6;
          continue;
        }
      }
      if (const auto byte = number_at(text, i + 1, 3, 8); byte && *byte < 256) {
        units.push_back({static_cast<unsigned char>(*byte), start});
        i += 4;
        continue;
      }
      if (text[i + 1] == ' ') {
        units.push_back({' ', start});
        i += 2;
        continue;
      }
    }
    units.push_back({static_cast<unsigned char>(text[i]), start});
    ++i;
  }
  return units;
}

char small(unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

std::optional<char> base_letter(std::uint32_t point) {
  const auto* const end = std::end(kLatinLetters);
  const auto* const found =
      std::lower_bound(std::begin(kLatinLetters), end, point,
                       [](const LatinLetter& letter, std::uint32_t p) { return letter.composed < p; });
  if (found == end || found->composed != point) return std::nullopt;
  return found->base;
}

}  // namespace

std::string decode_escapes(std::string_view text) {
  std::string out;
  for (const auto& unit : decoded_units(text)) out += static_cast<char>(unit.byte);
  return out;
}

FoldedText fold_text(std::string_view text) {
  const auto units = decoded_units(text);
  FoldedText folded;
  folded.text.reserve(units.size());
  folded.starts.reserve(units.size() + 1);
  const auto add = [&](char c, std::size_t start) {
    folded.text += c;
    folded.starts.push_back(start);
  };
  for (std::size_t i = 0; i < units.size(); ++i) {
    const unsigned char first = units[i].byte;
    const bool two =
        first >= 0xC3 && first <= 0xCD && i + 1 < units.size() && (units[i + 1].byte & 0xC0) == 0x80;
    if (!two) {
      add(small(first), units[i].start);
      continue;
    }
    const std::uint32_t point = ((first & 0x1FU) << 6) | (units[i + 1].byte & 0x3FU);
    ++i;
    if (point >= 0x300 && point < 0x370) continue;  // A combining mark.
    if (const auto base = base_letter(point)) {
      add(small(static_cast<unsigned char>(*base)), units[i - 1].start);
    } else {
      add(static_cast<char>(first), units[i - 1].start);
      add(static_cast<char>(units[i].byte), units[i].start);
    }
  }
  folded.starts.push_back(text.size());
  return folded;
}

}  // namespace faultline
