// A decimal number at the front of a text.

#pragma once

#include <optional>
#include <string_view>

namespace faultline {

struct LeadingNumber {
  double value = 0;
  std::string_view rest;  ///< What follows it; in the text that was given.
};

/// As std::from_chars reads one, which libc++ 19 lacks for doubles: no blanks before it, no words as `nan`,
/// no hexadecimal digits. nullopt where the text begins with none. Pure; any number of threads at once.
std::optional<LeadingNumber> leading_number(std::string_view text);

}  // namespace faultline
