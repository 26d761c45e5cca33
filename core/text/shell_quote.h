// Words as a POSIX shell takes them: for commands that a person copies, and for scripts.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace faultline {

/// In single quotes, whatever is in it.
std::string single_quoted(std::string_view text);

/// As it is where no shell gives any of its characters a meaning, else in single quotes. Empty text is `''`.
std::string shell_quoted(std::string_view word);

/// The words of one command with spaces between them.
std::string shell_command(std::span<const std::string> words);

}  // namespace faultline
