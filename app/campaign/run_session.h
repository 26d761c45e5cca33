// One execution of a campaign: the run that it goes on with, the self-test, the trials, the checks.

#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "db/store.h"

namespace faultline {

/// Which run of the campaign is meant.
enum class RunChoice {
  resume_or_new,  ///< The unfinished one where it can go on; else a new one.
  must_resume,    ///< `--resume`: an error where there is none.
  always_new,     ///< `--new`
};

struct RunRequest {
  Campaign campaign;
  RunOptions options;  ///< `plan` and `resume` are found here.
  SiteRules rules;
  RunChoice choice = RunChoice::resume_or_new;
  bool only_if_unfinished = false;       ///< Nothing is done where no run can go on.
  bool self_test = true;                 ///< A crash of our own must be captured before the first trial.
  std::filesystem::path program_folder;  ///< Of faultline and faultline-report.
};

/// Runs the campaign, or goes on with a run of it, on this host and into `store`, until it is done or `stop`
/// becomes true; the machine is kept awake meanwhile. nullopt where there was nothing to go on with.
///
/// An error means that the run could not begin, or that our own machinery failed; what was recorded stays.
Result<std::optional<RunSummary>> execute_run(Store& store, RunRequest request, RunObserver& observer,
                                              const std::atomic<bool>& stop);

/// An error where nothing ran, which is no result: says why, from the first trial.
Result<void> check_something_ran(Store& store, const RunSummary& summary);

/// What the checks of --fail-on found in a run that came to its end, a line each. A run that stopped early,
/// or in which no trial ran as meant, is an error.
Result<std::vector<std::string>> judge_run(Store& store, const RunSummary& summary,
                                           const std::vector<std::string>& checks);

}  // namespace faultline
