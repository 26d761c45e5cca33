// The state of one execution of a run, and its steps: for campaign_runner.cpp alone.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/folders/report_ingest.h"
#include "collector/plan/schedule.h"
#include "collector/run/campaign_runner.h"
#include "collector/run/run_tally.h"
#include "collector/run/stop_state.h"
#include "collector/run/trial_runner.h"
#include "collector/run/trial_workers.h"

namespace faultline {

/// Steps, in order: open(), run(). Nothing of it can be used twice.
///
/// Invariant: a trial's index is in `done_` exactly if the journal has recorded it.
class CampaignRun {
 public:
  CampaignRun(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
              const std::atomic<bool>& stop)
      : campaign_(campaign), options_(options), parts_(parts), stop_(stop), schedule_(SchedulePlan{}) {}

  /// Begins a new run, or takes up an old one: ends what survived of the trial in flight, and reads what
  /// arrived in the report folders meanwhile.
  Result<void> open();
  Result<RunSummary> run();

 private:
  struct Ending {
    RunState state = RunState::finished;
    std::string reason;
  };

  // campaign_run.cpp
  Result<void> prepare_record();
  [[nodiscard]] std::optional<Ending> reason_to_end();
  void make_schedule();
  void start_trials(TrialWorkers& workers);
  Result<void> take_ended(WorkerResult result);
  void cool_down();
  void look_at_stop_rule();
  Result<void> record(EndedTrial& ended);
  Result<RunSummary> finish(const Ending& ending);
  [[nodiscard]] RunProgress progress() const;
  [[nodiscard]] const Cell& cell_of(const PlannedTrial& planned) const { return cells_[planned.cell_index]; }
  void note(const std::string& message) { parts_.observer.noted(message); }

  // run_trial.cpp: what happens in a worker, and the user's own commands around it.
  WorkerResult run_in_worker(const PlannedTrial& planned, const std::atomic<bool>& stop);
  Result<std::optional<EndedTrial>> run_with_retries(const PlannedTrial& planned,
                                                     const std::atomic<bool>& stop,
                                                     std::vector<std::string>& notes);
  Result<void> run_hook(std::string_view name, const std::vector<std::string>& command,
                        const PlannedTrial* planned, const EndedTrial* ended);
  [[nodiscard]] EndedTrial not_prepared(const PlannedTrial& planned, const Error& error) const;
  [[nodiscard]] std::optional<Ending> check_health();
  void clean_up();
  void keep_system_log(const EndedTrial& ended);

  // run_recovery.cpp
  Result<void> resume();
  Result<void> settle_in_flight_trials();
  Result<void> settle_in_flight_trial(std::int64_t index);
  void expect_again(const Trial& trial, const TrialStatus& status);
  void remember_report(const RunReport& report);
  Result<void> record_panic(const PlannedTrial& planned, const StartRecord& start);
  Result<void> store_unclaimed_reports();
  void set_cells_aside();

  // run_reports.cpp: all of it is idle where the supervisor writes the reports.
  Result<void> open_ingest();
  Result<void> settle(EndedTrial& ended);
  Result<void> collect(EndedTrial* current);
  Result<void> accept(ArrivedReport& arrived, EndedTrial* current);
  Result<void> accept_late(Trial trial, ArrivedReport& arrived, const ReportFacts& facts);
  Result<void> accept_duplicate(const ArrivedReport& arrived);
  Result<bool> accept_panic(ArrivedReport& arrived, const ReportFacts& facts);
  Result<void> mark_gpu_event(WallTime time, EndedTrial* current);
  Result<void> wait_for_late_reports();
  void explain_missing_report(EndedTrial& ended);
  void drain(const CollectedReport& report);
  void note_latency(ArrivedReport& arrived);
  void note_name(const ArrivedReport& arrived);
  void expect_reports(const Trial& trial, const TrialStatus& status, std::chrono::nanoseconds since_end);
  void report_came(std::int64_t trial_index);
  [[nodiscard]] std::chrono::milliseconds report_deadline() const;
  void remember_processes(const Trial& trial, const TrialStatus& status);

  const Campaign& campaign_;
  const RunOptions& options_;
  RunParts parts_;
  const std::atomic<bool>& stop_;

  RunRecord record_;
  std::vector<Cell> cells_;
  std::filesystem::path run_folder_;
  std::string boot_session_;
  Schedule schedule_;
  std::set<std::int64_t> done_;
  std::set<std::size_t> set_aside_;
  std::optional<StopState> stop_state_;  // Where the campaign has a stop rule.
  std::set<std::size_t> skipped_;        // Set aside, or left out by the stop rule.
  std::int64_t cursor_ = 0;              // No trial below it is left to be done.
  std::int64_t left_ = 0;                // Recorded trials are not in it; those that run now are.
  std::set<std::int64_t> in_flight_;
  std::optional<std::chrono::nanoseconds> duration_;  // Of this execution.
  RunTally tally_;

  std::optional<TrialRunner> trials_;
  std::optional<ReportIngest> ingest_;
  std::vector<TrialProcesses> processes_;       // Of every trial that may still get a report.
  std::map<std::int64_t, MonotonicTime> ends_;  // When trials of this execution ended.
  struct Expected {
    MonotonicTime until{0};
    std::int64_t missing = 0;  // Deaths without a report, as far as deaths were seen.
  };
  std::map<std::int64_t, Expected> expecting_;
  std::map<std::size_t, std::set<std::string>> names_;  // Of processes that reported, by workload.

  MonotonicTime began_{0};
  std::uint64_t free_bytes_ = 0;
  std::int64_t executed_ = 0;
  std::int64_t checked_at_ = -1;  // Executed trials at the last health check.
  std::int64_t foreign_ = 0;
  std::int64_t late_ = 0;
  std::vector<std::chrono::milliseconds> latencies_;
  bool drain_failed_ = false;
  bool log_failed_ = false;
};

}  // namespace faultline
