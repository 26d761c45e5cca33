// How a trial ended, which rule said so, and why.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/enum_text.h"

namespace faultline {

enum class Outcome { passed, crashed, wrong, hung, panicked, exit_error, setup_failed };

/// What the rest of the program needs to know of an outcome. It is asked of this table, not listed again.
struct OutcomeRow {
  Outcome value;
  std::string_view text;
  bool is_bad;           ///< What a fix must not trade for another such outcome.
  bool counts_as_trial;  ///< It is in the denominator of every rate.
};

/// The only list of outcomes in C++; tables, counts and SQL conditions follow its order and its columns.
inline constexpr auto kOutcomes = std::to_array<OutcomeRow>({
    {Outcome::passed, "passed", false, true},
    {Outcome::crashed, "crashed", true, true},
    {Outcome::wrong, "wrong", true, true},
    {Outcome::hung, "hung", true, true},
    {Outcome::panicked, "panicked", true, true},
    {Outcome::exit_error, "exit_error", false, true},
    {Outcome::setup_failed, "setup_failed", false, false},
});
static_assert(is_complete(kOutcomes, Outcome::setup_failed));

inline std::string_view outcome_text(Outcome outcome) { return enum_text(kOutcomes, outcome); }
inline std::optional<Outcome> parse_outcome(std::string_view text) { return parse_enum(kOutcomes, text); }

constexpr bool is_bad(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)].is_bad; }
constexpr bool counts_as_trial(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)].counts_as_trial;
}

/// Whether a trial is in the denominator of every rate. db/filter/filter_sql.h has it as an SQL condition.
constexpr bool counts_in_rates(Outcome outcome, bool warm_up, bool contaminated) {
  return counts_as_trial(outcome) && !warm_up && !contaminated;
}

/// A number of trials for each outcome.
class OutcomeCounts {
 public:
  std::int64_t& operator[](Outcome outcome) { return counts_[static_cast<std::size_t>(outcome)]; }
  std::int64_t operator[](Outcome outcome) const { return counts_[static_cast<std::size_t>(outcome)]; }

  OutcomeCounts& operator+=(const OutcomeCounts& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }
  /// Over every outcome.
  [[nodiscard]] std::int64_t sum() const {
    return sum_where([](Outcome) { return true; });
  }
  [[nodiscard]] std::int64_t bad() const { return sum_where(is_bad); }

  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;

 private:
  template <typename Predicate>
  [[nodiscard]] std::int64_t sum_where(const Predicate& is_meant) const {
    std::int64_t sum = 0;
    for (const OutcomeRow& row : kOutcomes) {
      if (is_meant(row.value)) sum += (*this)[row.value];
    }
    return sum;
  }

  std::array<std::int64_t, kOutcomes.size()> counts_{};
};

struct Verdict {
  Outcome outcome = Outcome::passed;
  std::string rule;                ///< Short and stable, as `crash_signal`, `pass_when_missing`.
  std::vector<std::string> notes;  ///< Why, for people.
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace faultline
