// What --fail-on can look for in a run.

#pragma once

#include <string>
#include <vector>

#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// `crash, bad, uncaptured, control, new-site, worse`
std::string known_check_names();
/// An error that lists the known names if one of `names` is not.
Result<void> check_names_are_known(const std::vector<std::string>& names);

/// One line for each check that found something, in the order of `names`:
///   crash       a trial crashed
///   bad         a trial crashed, hung, panicked or gave wrong results
///   uncaptured  a crash left no report
///   control     the control cells did not crash, or none is named; or the negative control had a bad outcome
///   new-site    a family that this store had not seen before the run and that nobody labelled `known`; or
///               one that is back on the build, or a later one, of its label `fixed-in=BUILD`
///   worse       a cell has more bad trials than in the campaign's previous finished run, beyond
///               trial-to-trial chance, corrected over the cells that both have
Result<std::vector<std::string>> check_run(Store& store, const RunSummary& summary,
                                           const std::vector<std::string>& names);

}  // namespace faultline
