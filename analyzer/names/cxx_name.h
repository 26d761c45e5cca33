// A C++ name in words, by the Itanium ABI, or the news that it would be too large.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace faultline {

struct CxxName {
  std::string text;        ///< Empty: not read.
  bool too_large = false;  ///< Not read because it is too large or too deep when written out.
};

/// Parses first, which costs memory in proportion to the name, and measures what the tree would come to with
/// each substitution written out: a name of 230 characters may say more than fits in memory. Recurses up to
/// once for each character.
CxxName read_cxx_name(std::string_view name, std::size_t limit_bytes);

}  // namespace faultline
