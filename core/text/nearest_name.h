// "did you mean …": the known name that a misspelt one is closest to.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace faultline {

/// The name with the smallest edit distance (Damerau-Levenshtein, adjacent swaps count once), if that
/// is at most a third of the longer name's length, rounded up; the first of several.
std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known);

/// `; did you mean "trials"?`, or where none is near `; known are a, b, c`.
std::string name_hint(std::string_view name, std::span<const std::string_view> known);

}  // namespace faultline
