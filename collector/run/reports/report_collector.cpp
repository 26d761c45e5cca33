#include "collector/run/reports/report_collector.h"

#include <algorithm>

#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1'000};

std::chrono::milliseconds longer(std::chrono::milliseconds pause) {
  return std::min(pause * 3 / 2, kLongestPause);
}

/// Whether the system's reporter is likely to be at work for it.
bool awaits_report(const EndedTrial& ended) {
  const Trial& trial = ended.trial;
  const bool died = trial.verdict.outcome == Outcome::crashed && trial.uncaptured;
  const bool aborted = trial.verdict.outcome == Outcome::hung && trial.incidents.empty() &&
                       trial.term_signal && !ended.evidence.status.crash_deaths.empty();
  return died || aborted;
}

}  // namespace

ReportCollector::ReportCollector(const RunSetting& setting, RunSchedule& schedule, RunTally& tally)
    : setting_(setting),
      schedule_(schedule),
      tally_(tally),
      expectations_(setting.campaign.report_deadline),
      processes_(setting.boot_session),
      late_(setting, tally),
      drain_(setting) {}

Result<void> ReportCollector::open() {
  if (setting_.supervisor_reports()) return {};
  ingest_.emplace(setting_.options.report_folders);
  const auto kept = setting_.run_folder / "reports_at_start";
  if (!setting_.options.resume) return write_file_atomically(kept, ingest_->begin(), Durability::synced);
  const auto text = read_file(kept);
  if (text) {
    ingest_->resume(*text);
  } else {
    setting_.note("it is not known which reports are older than the run: " + text.error().text());
    ingest_->begin();
  }
  return {};
}

Result<void> ReportCollector::settle(EndedTrial& ended) {
  Clock& clock = setting_.parts.clock;
  ended.trial.load_1min = setting_.parts.host.load_1min();
  for (Metric& condition : setting_.parts.host.conditions())
    ended.trial.metrics.push_back(std::move(condition));
  if (ingest_) ended.trial.reports_pending = expectations_.pending();
  const SettleRule& rule = setting_.campaign.settle;
  if (rule.kind == SettleRule::Kind::time) clock.sleep(rule.limit);
  if (!ingest_) return {};
  const MonotonicTime end = clock.monotonic();
  expectations_.trial_ended(ended.trial.index, end);
  processes_.remember(ended.trial, ended.evidence.status);
  TRY(collect(&ended));
  auto pause = kFirstPause;
  while (rule.kind == SettleRule::Kind::report && awaits_report(ended) && !setting_.stop.load() &&
         clock.monotonic() - end < rule.limit && !ingest_->is_blind()) {
    clock.sleep(pause);
    pause = longer(pause);
    TRY(collect(&ended));
  }
  if (ended.trial.uncaptured && ended.trial.uncaptured_reason.empty())
    ended.trial.uncaptured_reason = why_missing(ended.trial);
  return {};
}

std::string ReportCollector::why_missing(const Trial& trial) const {
  if (ingest_->is_blind()) return "the report folders cannot be read";
  const std::size_t workload = setting_.cells[trial.cell_index].workload_index;
  if (names_.may_be_crowded_out(workload, trial.argv, ingest_->crowded_names()))
    return "the system keeps at most 25 reports per process name, and that many are there";
  return "no report came in time";
}

void ReportCollector::recorded(const EndedTrial& ended) {
  expect(ended.trial, ended.evidence.status, std::chrono::nanoseconds(0));
  for (const CollectedReport& report : ended.reports) {
    if (is_death(report.identity)) expectations_.came(ended.trial.index);
  }
  for (const CollectedReport& report : ended.reports) drain(report);
}

/// One for each crash that the supervisor saw; at least one where the trial crashed and has no report.
void ReportCollector::expect(const Trial& trial, const TrialStatus& status,
                             std::chrono::nanoseconds since_end) {
  if (!ingest_) return;
  auto missing = static_cast<std::int64_t>(status.crash_deaths.size());
  if (trial.uncaptured) missing = std::max<std::int64_t>(missing, 1);
  expectations_.expect(trial.index, missing, setting_.parts.clock.monotonic(), since_end);
}

Result<void> ReportCollector::collect(EndedTrial* current) {
  if (!ingest_) return {};
  const ClockReading now = read_clocks(setting_.parts.clock);
  processes_.note_clocks(now);
  IngestRound round = ingest_->collect(processes_.all(), now.steady, schedule_.in_flight());
  for (const std::string& problem : round.problems) setting_.note(problem);
  for (ArrivedReport& arrived : round.arrived) TRY(accept(arrived, current));
  return {};
}

Result<void> ReportCollector::accept(ArrivedReport& arrived, EndedTrial* current) {
  if (!arrived.duplicate && !arrived.trial_index) return accept_of_no_trial(arrived, current);
  if (!arrived.trial_index) return {};
  if (!arrived.duplicate) {
    learn_from(arrived);
    if (current != nullptr && *arrived.trial_index == current->trial.index) {
      TrialRunner::add_report(*current, std::move(arrived.report));
      return {};
    }
  }
  const Trial* recorded = tally_.find(*arrived.trial_index);
  if (recorded == nullptr) return {};
  if (arrived.duplicate) {
    TRY(late_.add_duplicate(*recorded, arrived));
  } else {
    TRY(late_.add(*recorded, arrived, arrived.report.facts));
    if (is_death(arrived.report.identity)) expectations_.came(*arrived.trial_index);
  }
  drain(arrived.report);
  return {};
}

Result<void> ReportCollector::accept_of_no_trial(ArrivedReport& arrived, EndedTrial* current) {
  const ReportFacts facts = arrived.report.facts;
  TRY_ASSIGN(const bool was_panic, late_.add_panic(arrived, facts));
  if (was_panic) return {};
  TRY(late_.add_foreign(arrived.report));
  if (!facts.is_gpu_event || !facts.event_time) return {};
  const auto trials = processes_.running_around(*facts.event_time);
  if (current != nullptr && std::count(trials.begin(), trials.end(), current->trial.index) > 0)
    current->trial.contaminated = true;
  return late_.contaminate(trials, *facts.event_time);
}

void ReportCollector::learn_from(ArrivedReport& arrived) {
  arrived.report.latency = expectations_.seen(*arrived.trial_index, arrived.seen);
  const auto& name = arrived.report.identity.process_name;
  if (!name) return;
  const auto planned = schedule_.find(*arrived.trial_index);
  if (planned) names_.learn(setting_.cell_of(*planned).workload_index, *name);
}

Result<void> ReportCollector::wait_for_late_reports() {
  if (!ingest_) return {};
  Clock& clock = setting_.parts.clock;
  TRY(collect(nullptr));
  auto pause = kFirstPause;
  while (expectations_.pending() > 0 && !setting_.stop.load() && !ingest_->is_blind()) {
    const MonotonicTime now = clock.monotonic();
    expectations_.expire(now);
    const auto last = expectations_.last_deadline();
    if (!last) break;
    setting_.parts.observer.waiting_for_reports(
        expectations_.pending(), std::chrono::duration_cast<std::chrono::milliseconds>(*last - now));
    clock.sleep(pause);
    pause = longer(pause);
    TRY(collect(nullptr));
  }
  return {};
}

void ReportCollector::know(const Trial& trial, const TrialStatus& status) {
  processes_.remember(trial, status);
  const Clock& clock = setting_.parts.clock;
  const bool same_boot =
      status.started_steady.count() != 0 && trial.boot_session.value_or("") == setting_.boot_session;
  // The wall clock may have been set since.
  const std::chrono::nanoseconds since = same_boot
                                             ? clock.monotonic() - status.started_steady - trial.duration
                                             : clock.wall() - trial.started - trial.duration;
  expect(trial, status, std::max(since, std::chrono::nanoseconds(0)));
}

void ReportCollector::know(const std::vector<RunReport>& reports) {
  processes_.know_reports(reports);
  for (const RunReport& report : reports) {
    late_.know(report);
    if (report.latency) expectations_.add_latency(*report.latency);
    if (!ingest_) continue;
    ingest_->know(report.incident, report.trial_index);
    if (report.trial_index) expectations_.came(*report.trial_index);
  }
}

void ReportCollector::drain(const CollectedReport& report) {
  drain_.remove(report, ingest_ ? &*ingest_ : nullptr);
}

}  // namespace faultline
