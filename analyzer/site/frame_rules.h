// Which frames a crash is never charged to: the embedded lists and a team's own rules file.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/site/pattern_list.h"
#include "core/base/result.h"

namespace faultline {

enum class FrameAction { none, skip, look_through, stop };

/// The lists of analyzer/site/lists, read once per process. See their README.
struct FrameLists {
  PatternList skip;
  PatternList look_through;
  PatternList stop;
  PatternList begin_below;
  PatternList trampolines;
  PatternList waits;
  PatternList phases;
};
/// Lives as long as the process. Threads: any number at once.
const FrameLists& frame_lists();

/// One line of a rules file. Empty matchers match everything; patterns hold `*`.
struct SiteRule {
  enum class Kind { frame, label };
  Kind kind = Kind::frame;
  std::string image;
  std::string function;
  std::string exception;   ///< Type, as `EXC_BAD_ACCESS`.
  std::string fault_kind;  ///< Labels only, as the three below.
  std::string family;
  std::string site;
  FrameAction action = FrameAction::none;
  std::string label;
  std::size_t line = 0;  ///< Of the file, from 1.
};

/// A team's own rules, in the order of the file.
struct SiteRules {
  std::vector<SiteRule> rules;
  std::string hash;  ///< Of the text; empty if there are no rules. Part of the rules version of a row.
};

/// Reads the text of a rules file, called `name` in errors. The error (kind invalid_argument) has one line
/// for each line that cannot be understood: `team.rules:3: …`, with what would be right.
Result<SiteRules> read_site_rules(std::string_view text, std::string_view name);

/// What a frame means, and which line of which list said so.
struct FrameVerdict {
  FrameAction action = FrameAction::none;
  std::string reason;  ///< `skip.txt: abort`, `rules file line 3`; empty for none.
};

/// `function` is normalised. User rules go before the lists.
FrameVerdict judge_frame(const SiteRules& rules, std::string_view image, std::string_view function,
                         std::string_view exception_type);

}  // namespace faultline
