// One trial: its folder, its environment, its process, its output, its verdict.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collector/plan/placeholders.h"
#include "collector/plan/schedule.h"
#include "collector/run/trials/outcome.h"
#include "collector/trial/process_runner.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// A trial that ended, not yet recorded. `trial` agrees with `evidence`: decide() keeps it so.
struct EndedTrial {
  Trial trial;
  TrialEvidence evidence;
  std::vector<CollectedReport> reports;  ///< Attributed to it.
};

/// What all trials of a run share.
struct TrialSetting {
  Uuid run;
  std::uint64_t seed = 1;
  std::filesystem::path run_folder;
  PlaceholderFolders folders;
  std::string boot_session;
  /// False where the system's own reporter watches: our supervisor then only runs and ends.
  bool supervisor_reports = true;
};

/// Turns planned trials into ended ones.
///
/// Ownership: keeps references to campaign, clock and process runner, which must outlive it.
/// Threads: one trial at a time.
class TrialRunner {
 public:
  static Result<TrialRunner> make(const Campaign& campaign, TrialSetting setting, Clock& clock,
                                  ProcessRunner& processes);

  /// `<run folder>/<index>`.
  [[nodiscard]] std::filesystem::path folder_of(std::int64_t index) const;
  /// The trial as it is known before it runs.
  [[nodiscard]] Trial plan(const PlannedTrial& planned, const Cell& cell) const;

  /// Runs it in a fresh folder. nullopt: we were asked to stop, and the trial proves nothing; its folder
  /// is gone. An error means that our own machinery failed.
  Result<std::optional<EndedTrial>> run(const PlannedTrial& planned, const Cell& cell,
                                        const std::atomic<bool>& stop);

  /// What an earlier execution, which was killed, left of a trial that it did not record. The supervisor puts
  /// `started.json` on the disk before it lets the command go, so that it is there after a panic, too.
  struct Leftover {
    std::optional<EndedTrial> ended;   ///< Its supervisor ended it properly: it can be recorded.
    std::optional<StartRecord> start;  ///< It had begun. Absent where it never did, or the record is cut.
    bool ended_by_us = false;          ///< The supervisor ended it because the harness was gone.
  };
  Result<Leftover> find_leftover(const PlannedTrial& planned, const Cell& cell);
  /// What the supervisor of a trial wrote at its end, as long as its folder is there.
  [[nodiscard]] std::optional<TrialStatus> find_status(std::int64_t index) const;

  /// Adds a report that was found elsewhere, and decides again.
  static void add_report(EndedTrial& ended, CollectedReport report);

  /// Once it is recorded: what a passed trial leaves is removed, but for files that the workload itself
  /// wrote into FAULTLINE_TRIAL_DIR. Anything else is kept.
  void prune(const EndedTrial& ended) const;
  /// Removes the folder of an attempt that counts for nothing.
  void discard(std::int64_t index) const;

 private:
  TrialRunner(const Campaign& campaign, TrialSetting setting, Clock& clock, ProcessRunner& processes,
              std::vector<OutputPatterns> patterns)
      : campaign_(campaign),
        setting_(std::move(setting)),
        clock_(clock),
        processes_(processes),
        patterns_(std::move(patterns)) {}

  [[nodiscard]] TrialSpec spec_of(const PlannedTrial& planned, const Cell& cell) const;
  [[nodiscard]] std::vector<EnvSetting> environment_of(const PlannedTrial& planned, const Cell& cell) const;
  [[nodiscard]] const Workload& workload_of(const Cell& cell) const {
    return campaign_.workloads[cell.workload_index];
  }
  Result<EndedTrial> conclude(Trial trial, const Cell& cell, TrialStatus status) const;
  static void decide(EndedTrial& ended);

  const Campaign& campaign_;
  TrialSetting setting_;
  Clock& clock_;
  ProcessRunner& processes_;
  std::vector<OutputPatterns> patterns_;  // By workload.
};

/// `FAULTLINE_SEED`: the same for all cells of a block, so that arms meet the same inputs. Below 2^63.
std::uint64_t trial_seed(std::uint64_t run_seed, std::int64_t block);

/// Whether the reporter attaches: the workload's word, or the cell's where `capture` is a parameter.
CaptureMode capture_of(const Workload& workload, const Cell& cell);

}  // namespace faultline
