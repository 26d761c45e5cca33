// How many columns of a terminal a text takes, and how it is broken into lines.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// Columns of valid UTF-8 without control characters (as escape_line gives it): marks that combine take
/// none, East Asian wide characters and emoji two.
std::size_t display_width(std::string_view text);

/// Lines of at most `width` columns (at least 1), broken at spaces where there are any, else inside the
/// word. A character wider than `width` has a line of its own. Never empty.
std::vector<std::string> wrap_text(std::string_view text, std::size_t width);

/// At most `width` columns (at least 1): the begin and the end, with `…` between them where something is
/// missing.
std::string elide_middle(std::string_view text, std::size_t width);

}  // namespace faultline
