#include "reports/privacy/text_folding.h"

#include <cstdint>
#include <optional>

#include "core/text/ascii.h"
#include "reports/formats/unicode.h"

namespace faultline {
namespace {

/// One decoded byte and the part of the text that it stands for.
struct Unit {
  unsigned char byte = 0;
  std::size_t start = 0;
};

/// `count` digits from `at`; nullopt where they are not all there.
std::optional<std::uint32_t> number_at(std::string_view text, std::size_t at, std::size_t count, int base) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digit_value(text[at + i]);
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_code_point(std::vector<Unit>& units, std::uint32_t point, std::size_t start) {
  std::string bytes;
  append_utf8(bytes, point);
  for (const char byte : bytes) units.push_back({static_cast<unsigned char>(byte), start});
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

}  // namespace

std::string decode_escapes(std::string_view text) {
  std::string out;
  for (const auto& unit : decoded_units(text)) out += static_cast<char>(unit.byte);
  return out;
}

FoldedText fold_text(std::string_view text) {
  const auto units = decoded_units(text);
  std::string decoded;
  decoded.reserve(units.size());
  for (const auto& unit : units) decoded += static_cast<char>(unit.byte);
  FoldedText folded;
  folded.text.reserve(units.size());
  folded.starts.reserve(units.size() + 1);
  for (std::size_t i = 0; i < units.size();) {
    const Utf8Character character = first_character(std::string_view(decoded).substr(i));
    if (character.is_valid && character.code_point >= 0x80) {
      folded.text += folded_character(character.code_point, Marks::drop);
    } else {
      folded.text += to_lower(decoded[i]);
    }
    folded.starts.resize(folded.text.size(), units[i].start);
    i += character.bytes.size();
  }
  folded.starts.push_back(text.size());
  return folded;
}

}  // namespace faultline
