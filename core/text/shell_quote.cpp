#include "core/text/shell_quote.h"

namespace faultline {
namespace {

/// Shells expand braces around a comma or `..`, and read a brace alone as the start of a group. A placeholder
/// like
/// `{threads}` is a word like others to them.
bool has_brace_meaning(std::string_view word) {
  if (word.find_first_of("{}") == std::string_view::npos) return false;
  return word.size() == 1 || word.find(',') != std::string_view::npos ||
         word.find("..") != std::string_view::npos;
}

}  // namespace

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,/:=+@%{}";
  const bool plain = !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
  return plain && !has_brace_meaning(word) ? std::string(word) : single_quoted(word);
}

std::string shell_command(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + shell_quoted(word);
  return out;
}

}  // namespace faultline
