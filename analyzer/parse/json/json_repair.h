// Damaged JSON made whole: what can be read stays, what cannot is left out and named.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/json/report_field.h"

namespace faultline {

/// Answer of repair_json().
struct RepairedJson {
  std::string text;  ///< One valid JSON value; `null` where nothing could be read.
  bool cut = false;  ///< The text ended before the value did.
};

/// Reads one value from the front of `text` and writes it anew as valid JSON, which JsonDocument then
/// reads: so that there is one way to read a report, however damaged it came.
///
/// - A text that ends early keeps every complete value before the cut. A string, number or word that
///   touches the cut is left out, since a part of it would mislead.
/// - Invalid UTF-8, unknown escapes and lone surrogates become U+FFFD.
/// - Integers beyond 64 bits, other things that are no value, and nesting beyond
///   JsonDocument::kDeepest become null.
/// - Missing and superfluous commas, wrong closing brackets, line breaks inside strings (hard wrapped
///   pastes) and typographic quotes around strings are put right.
///
/// Each is added to `issues` with its JSON pointer (with `path` in front). What follows the value is
/// not looked at. Linear in time and memory.
RepairedJson repair_json(std::string_view text, const JsonPath& path, IssueList& issues);

}  // namespace faultline
