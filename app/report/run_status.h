// What campaigns do right now, from the store and each run's own small file.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/campaign/run_snapshot.h"
#include "app/campaign/run_state.h"
#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/formats/table.h"

namespace faultline {

struct RunStatus {
  RunRow run;
  std::optional<RunSnapshot> now;  ///< Of a run whose harness lives.
  std::optional<TrialRow> last_crash;
  std::string last_crash_site;  ///< Empty where it left no report.
  std::optional<TrialCounts> control;
};

struct CampaignStatus {
  std::vector<RunStatus> runs;  ///< Those that the store calls running; else the newest one.
  bool any_running = false;
};

/// `db` is the store's path, beside which the runs keep their files. Fails where the store has no run.
Result<CampaignStatus> campaign_status(Store& store, const std::filesystem::path& db);

/// One row a run.
Table status_table(const std::vector<RunStatus>& runs);
/// A paragraph a run, for people.
std::string status_text(const std::vector<RunStatus>& runs);

}  // namespace faultline
