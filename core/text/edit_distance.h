// How different two names are: for "did you mean …".

#pragma once

#include <cstddef>
#include <string_view>

namespace faultline {

/// Damerau-Levenshtein: the fewest insertions, deletions, changes and swaps of neighbours that make `b` of
/// `a`. Cost: the product of the lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace faultline
