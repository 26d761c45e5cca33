// Text as one would compare names in it: spellings of the same name become the same bytes.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/ascii.h"

namespace faultline {

/// From this length on a private value is looked for inside of words, too.
inline constexpr std::size_t kLongValue = 12;

/// Whether a byte belongs to a word: all of UTF-8 beyond ASCII does.
constexpr bool is_word_byte(char c) {
  return is_alphanumeric(c) || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// Folded text, and where each of its bytes came from.
struct FoldedText {
  std::string text;
  /// Offset in the given text of the unit that made each byte; one more at the end: the whole length.
  std::vector<std::size_t> starts;
};

/// Decodes `%20`, `\u00e9`, `\303` and a backslash before a blank; makes letters small and takes their marks
/// off, composed or not: `Jos%C3%A9`, `JOSÉ` and `Jose` with a combining accent are one. Invalid UTF-8 stays
/// as it is. Pure; linear.
FoldedText fold_text(std::string_view text);

/// Only the decoding: what a person would have written.
std::string decode_escapes(std::string_view text);

}  // namespace faultline
