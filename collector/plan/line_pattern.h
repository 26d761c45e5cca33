// Regular expressions over lines of output, in time linear in the line whatever the pattern.
//
//   x  .  [a-z]  [^0-9]  \d \D \w \W \s \S  \t  \\.     one character
//   xy  x|y  (x)  (?:x)  x*  x+  x?  x{n}  x{n,}  x{n,m}   with ? behind a quantifier: as few as can be
//   ^  $  \b  \B                                          line ends and word edges
//
// and what else RE2 reads. A run that nobody watches must survive a line of some hundred thousand characters
// and a pattern such as (a+)+b, which std::regex does not: there are no back references and no look-around.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace re2 {
class RE2;
}

namespace faultline {

/// A compiled pattern. It searches: the pattern may match anywhere in the line. Characters are bytes.
///
/// Cost: compile() once per pattern; matches() is linear in the line, in bounded memory.
/// Threads: immutable once made; all members may be called from several at a time.
class LinePattern {
 public:
  /// An error (kind invalid_argument) names the pattern, what is wrong with it, and the part that is.
  static Result<LinePattern> compile(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view line) const;
  /// Whether there is a group, as (x), that group() can give.
  [[nodiscard]] bool has_group() const;
  /// What the first group of the pattern matched, in the leftmost match. nullopt where nothing matches, or
  /// the match passes the group by.
  [[nodiscard]] std::optional<std::string_view> group(std::string_view line) const;
  [[nodiscard]] const std::string& text() const;

 private:
  explicit LinePattern(std::shared_ptr<const re2::RE2> pattern) : pattern_(std::move(pattern)) {}

  std::shared_ptr<const re2::RE2> pattern_;  // Never null; shared by copies.
};

}  // namespace faultline
