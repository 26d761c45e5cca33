// How a trial ended, which rule said so, and why.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/enum_text.h"

namespace faultline {

enum class Outcome { passed, crashed, wrong, hung, panicked, exit_error, setup_failed };

inline constexpr std::array<EnumText<Outcome>, 7> kOutcomeTexts{{
    {Outcome::passed, "passed"},
    {Outcome::crashed, "crashed"},
    {Outcome::wrong, "wrong"},
    {Outcome::hung, "hung"},
    {Outcome::panicked, "panicked"},
    {Outcome::exit_error, "exit_error"},
    {Outcome::setup_failed, "setup_failed"},
}};
static_assert(is_complete(kOutcomeTexts, Outcome::setup_failed));

inline std::string_view outcome_text(Outcome outcome) { return enum_text(kOutcomeTexts, outcome); }
inline std::optional<Outcome> parse_outcome(std::string_view text) { return parse_enum(kOutcomeTexts, text); }

/// Crashed, wrong, hung or panicked: what a fix must not trade among.
constexpr bool is_bad(Outcome outcome) {
  return outcome == Outcome::crashed || outcome == Outcome::wrong || outcome == Outcome::hung ||
         outcome == Outcome::panicked;
}
/// All but setup_failed are the denominator of every rate.
constexpr bool counts_as_trial(Outcome outcome) { return outcome != Outcome::setup_failed; }

struct Verdict {
  Outcome outcome = Outcome::passed;
  std::string rule;                ///< Short and stable, as `crash_signal`, `pass_when_missing`.
  std::vector<std::string> notes;  ///< Why, for people.
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace faultline
