// A whole run on a stage: fake clock, host and processes, a journal in memory, real folders.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "collector/run/campaign_runner.h"
#include "tests/support/collector_ips.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_command_runner.h"
#include "tests/support/fake_host.h"
#include "tests/support/fake_process_runner.h"
#include "tests/support/memory_journal.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {

/// Remembers what it was told.
class RecordingObserver final : public RunObserver {
 public:
  std::vector<std::string> notes;
  std::vector<std::int64_t> started;
  std::vector<std::int64_t> ended;
  RunProgress last;
  bool resumed = false;
  int waits = 0;

  void run_started(const RunRecord& /*record*/, bool was_resumed, const RunProgress& progress) override {
    resumed = was_resumed;
    last = progress;
  }
  void trial_started(const Trial& trial, const Cell& /*cell*/, const RunProgress& /*progress*/) override {
    started.push_back(trial.index);
  }
  void trial_ended(const Trial& trial, const Cell& /*cell*/, const RunProgress& progress) override {
    ended.push_back(trial.index);
    last = progress;
  }
  void waiting_for_reports(std::int64_t /*pending*/, std::chrono::milliseconds /*at_most*/) override {
    ++waits;
  }
  void noted(std::string_view message) override { notes.emplace_back(message); }

  [[nodiscard]] bool was_told(std::string_view part) const {
    return std::any_of(notes.begin(), notes.end(),
                       [part](const std::string& note) { return note.find(part) != std::string::npos; });
  }
};

/// Four cells (n = 1..4) of one workload, three blocks. Change members before execute().
class CampaignStage {
 public:
  explicit CampaignStage(std::string more_of_campaign = {}, std::string more_of_workload = {})
      : processes(clock) {
    const CampaignText read =
        parse_campaign("[campaign]\nname = \"stage\"\ntrials = 3\n" + more_of_campaign +
                           "\n[[workload]]\nname = \"w\"\ncommand = [\"prog\", \"{n}\"]\n"
                           "matrix = { n = [1, 2, 3, 4] }\n" +
                           more_of_workload + "\n",
                       "/campaigns");
    for (const CampaignMistake& mistake : read.mistakes) ADD_FAILURE() << mistake.message;
    campaign = read.campaign;
    options.trials_folder = folder / "store.db.trials";
    options.samples_folder = "/samples";
  }

  /// Starts the run, or goes on with it where the journal has one. A kill is not an error: nullopt.
  std::optional<RunSummary> execute() {
    if (journal.run && journal.run->state != RunState::finished) options.resume = journal.run;
    try {
      auto summary = run_campaign(
          campaign, options, {clock, processes, host, commands, journal, observer, stop_evaluator}, stop);
      EXPECT_TRUE(summary.has_value()) << summary.error().text();
      if (!summary) return std::nullopt;
      return std::move(*summary);
    } catch (const HarnessKilled&) {
      ++kills;
      return std::nullopt;
    }
  }
  /// As execute(), for a run whose machinery is to fail.
  Error execute_to_error() {
    if (journal.run) options.resume = journal.run;
    auto summary =
        run_campaign(campaign, options, {clock, processes, host, commands, journal, observer}, stop);
    EXPECT_FALSE(summary.has_value());
    return summary ? Error(ErrorKind::io, "none") : summary.error();
  }

  /// A report of the process that the fake runner is executing now.
  [[nodiscard]] IpsText report_now(std::int64_t number) const {
    IpsText text;
    text.incident = numbered_incident(number);
    text.pid = processes.current_pid();
    text.launched = clock.wall();
    text.captured = clock.wall() + std::chrono::milliseconds(120);
    text.boot_session = host.boot.value_or("");
    return text;
  }

  [[nodiscard]] std::filesystem::path run_folder() const {
    return options.trials_folder / journal.run->uuid.text();
  }
  [[nodiscard]] std::vector<std::int64_t> recorded() const {
    std::vector<std::int64_t> indexes;
    for (const auto& [index, trial] : journal.trials) indexes.push_back(index);
    return indexes;
  }
  [[nodiscard]] const std::string& cell_value(std::int64_t trial) const {
    return journal.run->cells[journal.trials.at(trial).cell_index].parameters[0].second.value;
  }

  ScopedTempFolder folder;
  FakeClock clock;
  FakeHost host;
  FakeCommandRunner commands;
  FakeProcessRunner processes;
  MemoryJournal journal;
  RecordingObserver observer;
  Campaign campaign;
  RunOptions options;
  const StopEvaluator* stop_evaluator = nullptr;
  std::atomic<bool> stop{false};
  int kills = 0;
};

}  // namespace faultline
