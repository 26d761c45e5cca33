// Counts of trials that somebody else measured, as a CSV file gives them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// A row that cannot be a count.
struct TrialCountsProblem {
  std::size_t line = 0;  ///< From 1.
  std::string message;
  friend bool operator==(const TrialCountsProblem&, const TrialCountsProblem&) = default;
};

struct CountsFile {
  std::vector<ImportedCount> counts;
  std::vector<TrialCountsProblem> problems;
};

/// CSV (RFC 4180: quotes, CRLF, a byte-order mark) with a line of names. `trials` and `crashed` are counts,
/// `workload` names the workload, and every other column is a parameter of the cell, typed by what all of its
/// values look like; an empty field is a parameter that the workload lacks.
///
/// Bad rows are left out and told. Fails where there is no line of names, or one without `trials` or
/// `crashed`.
Result<CountsFile> parse_trial_counts(std::string_view text, const std::string& source);

}  // namespace faultline
