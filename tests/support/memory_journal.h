// The journal of a run in memory, which outlives the execution that writes to it, as a store does.

#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/trial/run_journal.h"

namespace faultline {

/// Thrown by fakes where the harness is to die as by kill -9: nothing of ours runs after it but
/// destructors, which release memory and descriptors as the kernel would.
struct HarnessKilled {};

/// Refuses what a store would refuse: a run that is begun twice, a trial that is recorded twice.
class MemoryJournal final : public RunJournal {
 public:
  struct StoredReport {
    std::optional<std::int64_t> trial_index;
    CollectedReport report;
    bool late = false;
  };

  /// Called before and after each fact is stored, with its name; may throw HarnessKilled.
  std::function<void(std::string_view fact)> before = [](std::string_view) {};
  std::function<void(std::string_view fact)> after = [](std::string_view) {};
  /// When set, the next call of trial_ended() fails with it.
  std::optional<Error> next_error;

  std::optional<RunRecord> run;
  std::map<std::int64_t, Trial> trials;
  std::vector<StoredReport> reports;  ///< First arrival first; one entry per key.
  std::vector<std::int64_t> contaminated;
  int resumes = 0;
  int duplicates = 0;

  Result<void> begin(const RunRecord& record) override {
    before("begin");
    if (run) return fail(ErrorKind::database, "the run is there already");
    run = record;
    after("begin");
    return {};
  }
  Result<void> resume(const RunRecord& record) override {
    before("resume");
    ++resumes;
    run = record;
    after("resume");
    return {};
  }
  Result<RunHistory> history(const Uuid& /*run*/) override {
    RunHistory history;
    for (const auto& [index, trial] : trials) history.ended.push_back(trial);
    for (const StoredReport& stored : reports) {
      history.reports.push_back({stored.report.key(), stored.trial_index, stored.report.identity.pid,
                                 stored.late, stored.report.latency});
    }
    return history;
  }
  Result<void> trial_ended(const Trial& trial, const std::vector<CollectedReport>& own) override {
    before("trial_ended");
    if (next_error) return fail(*std::exchange(next_error, std::nullopt));
    if (!trials.emplace(trial.index, trial).second) {
      return fail(ErrorKind::database, "trial " + std::to_string(trial.index) + " is recorded already");
    }
    for (const CollectedReport& report : own) store(trial.index, report);
    after("trial_ended");
    return {};
  }
  Result<void> report_arrived_late(const Trial& trial, const CollectedReport& report) override {
    before("report_arrived_late");
    if (!trials.contains(trial.index)) return fail(ErrorKind::database, "no such trial");
    trials[trial.index] = trial;
    store(trial.index, report, true);
    after("report_arrived_late");
    return {};
  }
  Result<void> foreign_report(const Uuid& /*run*/, const CollectedReport& report) override {
    before("foreign_report");
    store(std::nullopt, report);
    after("foreign_report");
    return {};
  }
  Result<void> trials_contaminated(const Uuid& /*run*/, const std::vector<std::int64_t>& indexes) override {
    for (const std::int64_t index : indexes) {
      trials.at(index).contaminated = true;
      contaminated.push_back(index);
    }
    return {};
  }
  Result<void> end(const Uuid& /*run*/, RunState state, const std::string& reason, WallTime ended) override {
    before("end");
    run->state = state;
    run->state_reason = reason;
    run->ended = ended;
    after("end");
    return {};
  }

  [[nodiscard]] std::vector<std::string> keys_of(std::optional<std::int64_t> trial_index) const {
    std::vector<std::string> keys;
    for (const StoredReport& stored : reports) {
      if (stored.trial_index == trial_index) keys.push_back(stored.report.key());
    }
    return keys;
  }
  [[nodiscard]] const StoredReport* find(const std::string& key) const {
    const auto found = std::find_if(reports.begin(), reports.end(), [&key](const StoredReport& stored) {
      return stored.report.key() == key;
    });
    return found == reports.end() ? nullptr : &*found;
  }

 private:
  void store(std::optional<std::int64_t> trial_index, const CollectedReport& report, bool late = false) {
    if (find(report.key()) != nullptr) {
      ++duplicates;
      return;
    }
    reports.push_back({trial_index, report, late});
  }
};

}  // namespace faultline
