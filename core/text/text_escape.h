// Text of unknown origin made safe to print: nothing from a report reaches a terminal unescaped.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace faultline {

/// Control characters (C0, C1, DEL), bidirectional overrides and invalid UTF-8 become `\x1b` or
/// `\u202e` forms. Newlines and tabs become `\n` and `\t`: the result is one line.
std::string escape_line(std::string_view text);

/// As escape_line, but keeps newlines and tabs: for text that may have several lines.
std::string escape_text(std::string_view text);

/// JSON text that a terminal cannot be led astray by: what escape_line() escapes becomes \uXXXX, which means
/// the same, and invalid UTF-8 \ufffd. For any JSON that holds text of reports; line breaks between values
/// stay.
std::string terminal_safe_json(std::string_view json);

/// Where text stands in XML or HTML: between elements quotes are what they are.
enum class MarkupPlace { element, attribute };

/// The signs that XML and HTML would read as markup stand as entities. Nothing else changes.
std::string escape_markup(std::string_view text, MarkupPlace place);

/// Length in bytes of the valid UTF-8 sequence at the front of `bytes`; 0 if there is none.
std::size_t utf8_length(std::string_view bytes);

/// Valid UTF-8: each invalid byte becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);

}  // namespace faultline
