// What copying and pasting does to a report, undone.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

struct CleanedText {
  std::string text;
  std::vector<std::string> removed;  ///< What was found and undone, for an issue each.
};

/// Takes off, where it finds them: HTML tags and entities (a saved forum page), `> ` before the lines,
/// Markdown fences, no-break and zero-width spaces, typographic quotes around JSON keys. nullopt where
/// there is nothing to do. Only for texts that could not be read as they are: a report's own texts may
/// hold any of these.
std::optional<CleanedText> clean_pasted_text(std::string_view text);

/// The same with plain spaces for the no-break ones of web pages, and without zero-width ones; nullopt
/// where there are none.
std::optional<std::string> with_plain_spaces(std::string_view text);

}  // namespace faultline
