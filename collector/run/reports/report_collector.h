// Reports that come by way of watched folders: waited for, and taken to the trial whose they are.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/folders/report_ingest.h"
#include "collector/run/reports/late_reports.h"
#include "collector/run/reports/process_history.h"
#include "collector/run/reports/report_drain.h"
#include "collector/run/reports/report_expectations.h"
#include "collector/run/reports/report_names.h"
#include "collector/run/schedule/run_schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/trials/trial_runner.h"
#include "core/base/result.h"

namespace faultline {

/// Idle, but for settle() and drain(), where the supervisor writes the reports.
///
/// Ownership: what it is made of must outlive it. Threads: the one that runs the campaign.
class ReportCollector {
 public:
  ReportCollector(const RunSetting& setting, RunSchedule& schedule, RunTally& tally);

  /// Looks at what lies in the folders before the run does anything.
  Result<void> open();

  // An ended trial, in this order.

  /// Waits as the campaign's settle rule says, and adds to the trial the reports that came meanwhile.
  Result<void> settle(EndedTrial& ended);
  /// The journal has the trial: reports of it that may still come are awaited, those that it has are drained.
  void recorded(const EndedTrial& ended);

  /// One look at the folders while no trial is settled.
  Result<void> collect() { return collect(nullptr); }
  /// After the last trial: until every awaited report is there, or its time is over.
  Result<void> wait_for_late_reports();

  // What earlier executions left.

  /// A recorded trial; its reports may still arrive, however long ago the run was interrupted.
  void know(const Trial& trial, const TrialStatus& status);
  /// Every report that is stored for the run; after the trials.
  void know(const std::vector<RunReport>& reports);
  /// The journal has it.
  void drain(const CollectedReport& report);

  [[nodiscard]] const ReportExpectations& expectations() const { return expectations_; }
  [[nodiscard]] LateReports& late_reports() { return late_; }
  [[nodiscard]] ProcessHistory& processes() { return processes_; }

 private:
  Result<void> collect(EndedTrial* current);
  Result<void> accept(ArrivedReport& arrived, EndedTrial* current);
  Result<void> accept_of_no_trial(ArrivedReport& arrived, EndedTrial* current);
  void learn_from(ArrivedReport& arrived);
  [[nodiscard]] std::string why_missing(const Trial& trial) const;
  void expect(const Trial& trial, const TrialStatus& status, std::chrono::nanoseconds since_end);

  const RunSetting& setting_;
  RunSchedule& schedule_;
  const RunTally& tally_;
  std::optional<ReportIngest> ingest_;  // Where folders are watched.
  ReportExpectations expectations_;
  ProcessHistory processes_;
  LateReports late_;
  ReportDrain drain_;
  ReportNames names_;
};

}  // namespace faultline
