// A run whose reports come from a simulated ReportCrash, on a stage: every clock is faked.

#pragma once

#include <string>

#include "tests/support/campaign_stage.h"
#include "tests/support/simulated_report_crash.h"

namespace faultline {

/// As CampaignStage; the reporter works whenever the fake clock moves. `killed` survives, as launchd's agents
/// do.
class FolderStage : public CampaignStage {
 public:
  explicit FolderStage(ReportCrashVices vices = {}, std::string more_of_campaign = {},
                       std::string more_of_workload = {})
      : CampaignStage(std::move(more_of_campaign), std::move(more_of_workload)),
        report_crash(folder / "DiagnosticReports", vices, 20251221) {
    options.reporter = ReporterKind::folders;
    options.report_folders = {folder / "DiagnosticReports", folder / "Library"};
    clock.moved = [this] { report_crash.advance(clock.monotonic()); };
    processes.before_return = [this](const TrialSpec& spec) { tell_deaths(spec); };
  }

  /// What the script's execution means to the reporter; a test may add to it.
  std::function<void(const TrialSpec&, SimulatedDeath&)> change_death = [](const TrialSpec&,
                                                                           SimulatedDeath&) {};

  /// Of the command that the fake runner executes now, which began `ago` before now.
  [[nodiscard]] SimulatedDeath death_of(const TrialSpec& spec, std::chrono::milliseconds ago) const {
    SimulatedDeath death;
    death.pid = processes.current_pid();
    death.command = death.pid;
    death.parent_pid = 900;
    death.launched = clock.wall() - ago;
    death.died = clock.wall();
    death.boot_session = host.boot.value_or("");
    death.trial = std::stoll(spec.trial_folder.filename().string());
    return death;
  }

  /// No report is charged to another trial than its own, lost, or counted twice, by the reporter's own
  /// record.
  void expect_reconciliation_agrees() const {
    std::int64_t written = 0;
    for (const auto& entry : report_crash.ledger()) {
      if (entry.fate != SimulatedReportCrash::Fate::written) continue;
      ++written;
      const auto* stored = journal.find(entry.incident);
      ASSERT_NE(stored, nullptr) << entry.incident << " of trial " << entry.death.trial << " is lost";
      const auto trial = journal.trials.find(entry.death.trial);
      // An attempt that counted for nothing has no trial.
      const bool own = trial != journal.trials.end() && trial->second.pid == entry.death.command;
      EXPECT_EQ(stored->trial_index, own ? std::optional(entry.death.trial) : std::nullopt)
          << entry.incident << " of pid " << entry.death.pid << " and trial " << entry.death.trial;
    }
    EXPECT_EQ(written, static_cast<std::int64_t>(journal.reports.size()));
    for (const auto& [index, trial] : journal.trials)
      EXPECT_EQ(trial.incidents.size(), journal.keys_of(index).size());
  }

  SimulatedReportCrash report_crash;

 private:
  void tell_deaths(const TrialSpec& spec) {
    const auto status = read_trial_status(*read_file(spec.trial_folder / "status.json"));
    if (!status || !status->term_signal || *status->term_signal == SIGKILL) return;
    SimulatedDeath death = death_of(spec, {});
    // By the clock as it stood then.
    death.launched = status->started_at;
    change_death(spec, death);
    report_crash.died(death, clock.monotonic());
  }
};

}  // namespace faultline
