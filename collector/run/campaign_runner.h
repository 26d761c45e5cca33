// Runs a campaign, or goes on with one that was interrupted: every trial of the plan exactly once.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/host/command_runner.h"
#include "collector/host/host_probe.h"
#include "collector/plan/schedule.h"
#include "collector/run/stop_evaluator.h"
#include "collector/trial/process_runner.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/filter.h"
#include "core/model/trial.h"

namespace faultline {

/// Who writes the reports.
enum class ReporterKind {
  supervisor,  ///< Linux: the trial's own supervisor, into the run's folder.
  folders,     ///< macOS, and `--reporter folder`: the system, into folders that are watched.
};

/// What the command line wants of this run; none of it is in the campaign's hash.
struct RunOptions {
  std::filesystem::path trials_folder;                ///< `<db>.trials`; made if absent.
  std::filesystem::path samples_folder;               ///< Stands for `{samples}`.
  std::optional<std::int64_t> trials;                 ///< `--trials`: blocks, instead of the campaign's.
  std::optional<std::chrono::milliseconds> duration;  ///< `--for`: no trial starts after it.
  Shard shard;                                        ///< `--shard`: the part of the blocks that is ours.
  Filter only;                                        ///< `--only`: over workload and parameters.
  ReporterKind reporter = ReporterKind::supervisor;
  std::vector<std::filesystem::path> report_folders;  ///< ReporterKind::folders; each with its `Retired/`.
  std::optional<RunRecord> plan;    ///< What plan_run() gave for a new run; made anew where absent.
  std::optional<RunRecord> resume;  ///< The run to go on with; else a new one.
};

/// The world that a run acts on. All must outlive the call.
struct RunParts {
  Clock& clock;
  ProcessRunner& processes;
  HostProbe& host;
  CommandRunner& commands;
  RunJournal& journal;
  RunObserver& observer;
  /// Needed where the campaign has a stop rule; made for the cells of the run.
  const StopEvaluator* stop_evaluator = nullptr;
};

/// The fact under which a run of a part of the blocks says which: `2/4`.
inline constexpr std::string_view kShardFact = "shard";

/// Where every death went, over the whole run, earlier executions included.
struct RunLedger {
  std::int64_t deaths = 0;      ///< Trials that are `crashed`.
  std::int64_t matched = 0;     ///< Of these, with at least one report.
  std::int64_t uncaptured = 0;  ///< Of these, without. deaths = matched + uncaptured.
  std::vector<std::pair<std::string, std::int64_t>> uncaptured_reasons;  ///< Most frequent first.
  std::int64_t reports = 0;  ///< Attributed reports; a trial may have several.
  std::int64_t foreign = 0;
  std::int64_t late = 0;                             ///< Came after their trial had been recorded.
  std::vector<std::chrono::milliseconds> latencies;  ///< Sorted; of reports that were waited for.
  std::int64_t unkillable = 0;                       ///< Processes that would not die.
};

/// Whether the cells that must crash did.
struct ControlResult {
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
  /// False where the control ran and nothing crashed, or where it never ran: the run proves nothing.
  [[nodiscard]] bool reproduced() const { return crashed > 0; }
};

struct RunSummary {
  RunRecord record;  ///< With its final state and reason.
  RunProgress progress;
  std::int64_t executed = 0;  ///< Trials of this execution.
  RunLedger ledger;
  std::optional<ControlResult> control;  ///< Absent where the campaign names none.
  std::vector<std::string> set_aside;    ///< Cells that took the machine down twice.
};

/// Runs until the plan is done, `stop` becomes true, the duration is over, or the disk is nearly full.
///
/// States of the summary: `finished` (the plan is done, the stop rule is met, or its time is over),
/// `interrupted` (stop: it can be resumed), `stopped` (free disk space, or the health check failed). Crashes
/// are results, not errors. An error means that our own machinery failed (journal, supervisor, folders); what
/// was recorded until then stays, and the run is left to be resumed.
Result<RunSummary> run_campaign(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::atomic<bool>& stop);

/// The record that a new run of this campaign would begin with; runs the `[facts]` commands. Used to
/// look for a run to resume and for `--dry-run`.
Result<RunRecord> plan_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts);

/// Why `found`, an unfinished run, cannot go on as `wanted`; nullopt if it can. Compared are campaign
/// hash, cells, shard, host, OS build and driver version, and that it began less than 20 hours before `now`.
std::optional<std::string> why_not_resumable(const RunRecord& found, const RunRecord& wanted, WallTime now);

}  // namespace faultline
