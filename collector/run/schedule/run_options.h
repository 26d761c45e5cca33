// What a run is asked for, and the world that it acts on.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/host/command_runner.h"
#include "collector/host/host_probe.h"
#include "collector/plan/schedule.h"
#include "collector/run/schedule/stop_evaluator.h"
#include "collector/trial/process_runner.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
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
  std::filesystem::path trials_folder;   ///< `<db>.trials`; made if absent.
  std::filesystem::path samples_folder;  ///< Stands for `{samples}`.
  std::optional<std::int64_t> trials;    ///< `--trials`: blocks, instead of the campaign's.
  std::optional<std::chrono::milliseconds>
      duration;             ///< `--for`: no trial starts after it; a slice of a run.
  Shard shard;              ///< `--shard`: the part of the blocks that is ours.
  Filter only;              ///< `--only`: over workload and parameters.
  bool keep_going = false;  ///< Even where nothing runs: see idle_watch.h.
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

}  // namespace faultline
