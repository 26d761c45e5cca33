// What changed from one run to the next, cell by cell.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// The newest finished run of the same campaign that began before `run`; nullopt where there is none.
Result<std::optional<RunRecord>> run_before(Store& store, const RunRecord& run);

/// Bad outcomes in each cell that both runs have, `now` against `before`, with Holm's correction over all of
/// them: a cell that turned is found whatever the others do, and cells that only one run has change nothing.
/// `Comparison::change` says what two runs can show: a difference beyond trial-to-trial chance.
Result<std::vector<Comparison>> changes_between_runs(Store& store, const RunRecord& now,
                                                     const RunRecord& before);

/// The control of `run` against what it did in the campaign's earlier finished runs: a sentence where it
/// crashed less, beyond trial-to-trial chance. A control that crashes far less than it used to proves less
/// about the other cells. Absent where there is no control, no earlier run, or no such change.
Result<std::optional<std::string>> control_history(Store& store, const RunRecord& run);

}  // namespace faultline
