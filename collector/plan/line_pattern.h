// Regular expressions over lines of output, in time linear in the line whatever the pattern.
//
//   x  .  [a-z]  [^0-9]  \d \D \w \W \s \S  \t  \\.     one character
//   xy  x|y  (x)  (?:x)  x*  x+  x?  x{n}  x{n,}  x{n,m}   with ? behind a quantifier allowed and ignored
//   ^  $  \b  \B                                          places
//
// std::regex would recurse once per character and overflow the stack on a line of some hundred
// thousand characters, and takes exponential time on patterns such as (a+)+b. A run that nobody
// watches must survive both, so there are no back references and no look-around here.

#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

/// A compiled pattern: a nondeterministic automaton whose states are all followed at once (Thompson
/// 1968). It searches: the pattern may match anywhere in the line. Characters are bytes.
///
/// Cost: compile() once per pattern; matches() is O(line length * pattern length), without recursion.
/// Threads: immutable once made; matches() may be called from several at a time.
class LinePattern {
 public:
  /// An error names what is wrong and at which character, counted from 1.
  static Result<LinePattern> compile(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view line) const;
  /// Whether there is a group, as (x), that group() can give.
  [[nodiscard]] bool has_group() const { return has_group_; }
  /// What the first group of the pattern matched: of the leftmost match, quantifiers taking as much as
  /// they can. nullopt where nothing matches, or the match passes the group by.
  [[nodiscard]] std::optional<std::string_view> group(std::string_view line) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend class LinePatternCompiler;

  enum class Kind {
    bytes,
    split,
    line_start,
    line_end,
    word_edge,
    no_word_edge,
    group_start,
    group_end,
    match
  };
  struct State {
    Kind kind = Kind::match;
    std::size_t set = 0;  // Kind::bytes: into sets_.
    std::size_t next = 0;
    std::size_t other = 0;  // Kind::split.
  };
  struct Thread {
    std::size_t state = 0;
    std::optional<std::size_t> group_start;
    std::optional<std::size_t> group_end;
  };

  LinePattern() = default;
  static bool holds(Kind place, std::string_view line, std::size_t at);
  bool follow(Thread thread, std::string_view line, std::size_t at, std::vector<std::size_t>& seen,
              std::vector<Thread>& reached, Thread& matched) const;

  std::string text_;
  std::vector<std::bitset<256>> sets_;
  std::vector<State> states_;
  std::size_t start_ = 0;
  bool has_group_ = false;
};

}  // namespace faultline
