// Letters and words as the finders of private things see them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "core/text/ascii.h"

namespace faultline::scan {

constexpr bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// No letter or digit stands before `at`.
inline bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || (!is_alphanumeric(text[at - 1]) && !is_high(text[at - 1]));
}

}  // namespace faultline::scan
