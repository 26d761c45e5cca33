// Characters of UTF-8 text, as Unicode's own tables have them.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline {

/// The character at the front of a text that is not empty.
struct Utf8Character {
  std::string_view bytes;    ///< One byte where the text is not UTF-8 there.
  std::uint32_t code_point;  ///< That byte where the text is not UTF-8 there.
  bool is_valid = false;
};
Utf8Character first_character(std::string_view text);

void append_utf8(std::string& out, std::uint32_t code_point);

/// Columns of a terminal: 0 for marks that combine, 2 for East Asian wide characters and emoji.
int column_width(std::uint32_t code_point);

enum class Marks { keep, drop };
/// Small and decomposed: `É` is `e` and, where marks are kept, an accent that combines.
std::string folded_character(std::uint32_t code_point, Marks marks);

}  // namespace faultline
