#include "collector/plan/line_pattern.h"

#include <re2/re2.h>

#include <array>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// Position of a `{` that begins no repetition, counted from 1; 0 where there is none. RE2 would take it for
/// the brace itself, and a placeholder such as `{threads}`, which patterns do not have, would never match.
std::size_t find_bare_brace(std::string_view pattern) {
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      if (pattern.substr(at + 1).starts_with('^')) ++at;
      if (pattern.substr(at + 1).starts_with(']')) ++at;  // The bracket itself.
    } else if (c == '{') {
      std::size_t end = at + 1;
      while (end < pattern.size() && is_digit(pattern[end])) ++end;
      const bool has_number = end > at + 1;
      if (end < pattern.size() && pattern[end] == ',') ++end;
      while (end < pattern.size() && is_digit(pattern[end])) ++end;
      if (!has_number || end >= pattern.size() || pattern[end] != '}') return at + 1;
    }
  }
  return 0;
}

re2::StringPiece piece(std::string_view text) {
  // Without an address RE2 could not tell an empty match from none.
  return text.data() == nullptr ? re2::StringPiece("", 0) : re2::StringPiece(text.data(), text.size());
}

}  // namespace

Result<LinePattern> LinePattern::compile(std::string_view pattern) {
  const auto wrong = [pattern](const std::string& what) {
    return fail(ErrorKind::invalid_argument, "regex \"" + std::string(pattern) + "\": " + what);
  };
  if (const std::size_t brace = find_bare_brace(pattern); brace != 0) {
    return wrong("a { without a number and } (write \\{ for the brace itself) at character " +
                 std::to_string(brace));
  }
  re2::RE2::Options options(re2::RE2::Latin1);  // Output is bytes, whatever they encode.
  options.set_dot_nl(true);
  options.set_log_errors(false);
  auto compiled = std::make_shared<const re2::RE2>(piece(pattern), options);
  if (!compiled->ok()) return wrong(compiled->error());
  return LinePattern(std::move(compiled));
}

bool LinePattern::matches(std::string_view line) const {
  return pattern_->Match(piece(line), 0, line.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool LinePattern::has_group() const { return pattern_->NumberOfCapturingGroups() > 0; }

std::optional<std::string_view> LinePattern::group(std::string_view line) const {
  std::array<re2::StringPiece, 2> found;
  const int wanted = has_group() ? 2 : 1;
  if (!pattern_->Match(piece(line), 0, line.size(), re2::RE2::UNANCHORED, found.data(), wanted)) {
    return std::nullopt;
  }
  if (found[1].data() == nullptr) return std::nullopt;
  return std::string_view(found[1].data(), found[1].size());
}

const std::string& LinePattern::text() const { return pattern_->pattern(); }

}  // namespace faultline
