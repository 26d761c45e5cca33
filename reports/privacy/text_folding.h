// Text as one would compare names in it: spellings of the same name become the same bytes.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// Folded text, and where each of its bytes came from.
struct FoldedText {
  std::string text;
  /// Offset in the given text of the unit that made each byte; one more at the end: the whole length.
  std::vector<std::size_t> starts;
};

/// Decodes `%20`, `\u00e9`, `\303` and a backslash before a blank; makes ASCII letters small; takes marks off
/// Latin letters (U+00C0 to U+017F), composed or not: `Jos%C3%A9`, `JOSÉ` and `Jose` with a combining
/// accent are one. Invalid UTF-8 stays as it is. Pure; linear.
FoldedText fold_text(std::string_view text);

/// Only the decoding: what a person would have written.
std::string decode_escapes(std::string_view text);

}  // namespace faultline
