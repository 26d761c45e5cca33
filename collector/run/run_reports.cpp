// Reports that come by way of watched folders: waited for, taken in late, or nobody's.

#include <fmt/format.h>

#include <algorithm>

#include "collector/run/campaign_run.h"
#include "collector/run/report_facts.h"
#include "core/base/text_file.h"

namespace faultline {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1'000};
/// No machine has been seen to take a third of it.
constexpr std::chrono::milliseconds kLongestDeadline{600'000};
// Around a GPU event: its time is in whole seconds, and resets take a moment.
constexpr std::chrono::seconds kGpuEventBefore{2};
constexpr std::chrono::seconds kGpuEventAfter{2};
/// More than any report can be late; older trials are matched no more.
constexpr std::size_t kMostProcesses = 20'000;
/// Trials that may have ended within the last seconds.
constexpr std::size_t kLookedAt = 500;

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

/// A wrapper's child is called otherwise than the first word of the command, and an interpreter by a name
/// of its own choice.
bool names_match(const std::set<std::string>& crowded, const std::vector<std::string>& argv,
                 const std::set<std::string>& seen) {
  const auto is_crowded = [&crowded](const std::string& word) {
    return crowded.contains(std::filesystem::path(word).filename().string());
  };
  return std::any_of(argv.begin(), argv.end(), is_crowded) ||
         std::any_of(seen.begin(), seen.end(), is_crowded);
}

}  // namespace

Result<void> CampaignRun::open_ingest() {
  if (options_.reporter != ReporterKind::folders) return {};
  ingest_.emplace(options_.report_folders);
  const auto kept = run_folder_ / "reports_at_start";
  if (!options_.resume) return write_file_atomically(kept, ingest_->begin(), Durability::synced);
  const auto text = read_file(kept);
  if (text) {
    ingest_->resume(*text);
  } else {
    note("it is not known which reports are older than the run: " + text.error().text());
    ingest_->begin();
  }
  return {};
}

/// One for each death that the supervisor saw; at least one where the trial died and has none.
void CampaignRun::expect_reports(const Trial& trial, const TrialStatus& status,
                                 std::chrono::nanoseconds since_end) {
  if (!ingest_) return;
  auto missing = static_cast<std::int64_t>(status.crash_deaths.size());
  if (trial.uncaptured) missing = std::max<std::int64_t>(missing, 1);
  const std::chrono::nanoseconds left = report_deadline() - since_end;
  if (missing == 0 || left.count() <= 0) return;
  expecting_[trial.index] = {parts_.clock.monotonic() + left, missing};
}

void CampaignRun::report_came(std::int64_t trial_index) {
  const auto expected = expecting_.find(trial_index);
  if (expected != expecting_.end() && --expected->second.missing <= 0) expecting_.erase(expected);
}

/// A system that has been slow is given more time.
std::chrono::milliseconds CampaignRun::report_deadline() const {
  const auto longest = std::max_element(latencies_.begin(), latencies_.end());
  if (longest == latencies_.end()) return campaign_.report_deadline;
  return std::max(campaign_.report_deadline, std::min(*longest * 3, kLongestDeadline));
}

void CampaignRun::remember_processes(const Trial& trial, const TrialStatus& status) {
  if (processes_.size() >= kMostProcesses)
    processes_.erase(processes_.begin(), processes_.begin() + kMostProcesses / 2);
  processes_.push_back(processes_of(trial, status));
  // The steady clock began anew with this boot.
  if (trial.boot_session.value_or("") != boot_session_) processes_.back().start_steady.reset();
}

Result<void> CampaignRun::settle(EndedTrial& ended) {
  ended.trial.load_1min = parts_.host.load_1min();
  if (ingest_) ended.trial.reports_pending = static_cast<std::int64_t>(expecting_.size());
  const SettleRule& rule = campaign_.settle;
  if (rule.kind == SettleRule::Kind::time) parts_.clock.sleep(rule.limit);
  if (!ingest_) return {};
  const MonotonicTime end = parts_.clock.monotonic();
  ends_[ended.trial.index] = end;
  remember_processes(ended.trial, ended.evidence.status);
  TRY(collect(&ended));
  auto pause = kFirstPause;
  while (rule.kind == SettleRule::Kind::report && awaits_report(ended) && !stop_.load() &&
         parts_.clock.monotonic() - end < rule.limit && !ingest_->is_blind()) {
    parts_.clock.sleep(pause);
    pause = longer(pause);
    TRY(collect(&ended));
  }
  explain_missing_report(ended);
  return {};
}

void CampaignRun::explain_missing_report(EndedTrial& ended) {
  if (!ended.trial.uncaptured || !ended.trial.uncaptured_reason.empty()) return;
  if (ingest_->is_blind()) {
    ended.trial.uncaptured_reason = "the report folders cannot be read";
  } else if (names_match(ingest_->crowded_names(), ended.trial.argv,
                         names_[cells_[ended.trial.cell_index].workload_index])) {
    ended.trial.uncaptured_reason =
        "the system keeps at most 25 reports per process name, and that many are there";
  } else {
    ended.trial.uncaptured_reason = "no report came in time";
  }
}

Result<void> CampaignRun::collect(EndedTrial* current) {
  if (!ingest_) return {};
  const ClockReading now = read_clocks(parts_.clock);
  // The latest ones: of those before them nothing is captured any more.
  const std::size_t latest = processes_.size() - std::min(processes_.size(), kLookedAt);
  for (std::size_t i = latest; i < processes_.size(); ++i) note_clocks(processes_[i], now);
  IngestRound round = ingest_->collect(processes_, now.steady, in_flight_);
  for (const std::string& problem : round.problems) note(problem);
  for (ArrivedReport& arrived : round.arrived) TRY(accept(arrived, current));
  return {};
}

void CampaignRun::note_latency(ArrivedReport& arrived) {
  const auto end = ends_.find(*arrived.trial_index);
  if (end == ends_.end()) return;
  const auto latency = std::max(arrived.seen - end->second, MonotonicTime(0));
  arrived.report.latency = std::chrono::duration_cast<std::chrono::milliseconds>(latency);
  latencies_.push_back(*arrived.report.latency);
}

void CampaignRun::note_name(const ArrivedReport& arrived) {
  const auto& name = arrived.report.identity.process_name;
  if (!name) return;
  const auto planned = schedule_.trial(*arrived.trial_index);
  if (planned) names_[cell_of(*planned).workload_index].insert(*name);
}

Result<void> CampaignRun::accept(ArrivedReport& arrived, EndedTrial* current) {
  if (arrived.duplicate) return accept_duplicate(arrived);
  const ReportFacts facts = read_report_facts(arrived.report.bytes);
  if (!arrived.trial_index) {
    TRY_ASSIGN(const bool was_panic, accept_panic(arrived, facts));
    if (was_panic) return {};
    TRY(parts_.journal.foreign_report(record_.uuid, arrived.report));
    ++foreign_;
    if (facts.is_gpu_event && facts.event_time) return mark_gpu_event(*facts.event_time, current);
    return {};
  }
  note_latency(arrived);
  note_name(arrived);
  if (current != nullptr && *arrived.trial_index == current->trial.index) {
    TrialRunner::add_report(*current, std::move(arrived.report));
    return {};
  }
  const Trial* recorded = tally_.find(*arrived.trial_index);
  if (recorded == nullptr) return {};
  ++late_;
  return accept_late(*recorded, arrived, facts);
}

Result<void> CampaignRun::accept_late(Trial trial, ArrivedReport& arrived, const ReportFacts& facts) {
  decide_with_late_report(trial, facts, campaign_.workloads[cells_[trial.cell_index].workload_index]);
  trial.incidents.push_back(arrived.report.key());
  TRY(parts_.journal.report_arrived_late(trial, arrived.report));
  tally_.set(trial);
  if (is_death(arrived.report.identity)) report_came(trial.index);
  drain(arrived.report);
  return {};
}

/// The same incident in another file: kept if it says it in other bytes, and never counted again.
Result<void> CampaignRun::accept_duplicate(const ArrivedReport& arrived) {
  if (!arrived.trial_index) return {};
  const Trial* recorded = tally_.find(*arrived.trial_index);
  if (recorded == nullptr) return {};
  TRY(parts_.journal.report_arrived_late(*recorded, arrived.report));
  drain(arrived.report);
  return {};
}

/// Joined to the last trial under which the machine went down, if that one has no panic report yet.
Result<bool> CampaignRun::accept_panic(ArrivedReport& arrived, const ReportFacts& facts) {
  if (!facts.is_panic) return false;
  const auto& trials = tally_.trials();
  const auto found = std::find_if(trials.rbegin(), trials.rend(), [](const auto& entry) {
    return entry.second.verdict.rule == "boot_session_changed";
  });
  if (found == trials.rend()) return false;
  Trial trial = found->second;
  trial.verdict = {
      Outcome::panicked, "panic_report", {"the kernel panicked while the trial ran: " + facts.panic_string}};
  trial.incidents.push_back(arrived.report.key());
  arrived.trial_index = trial.index;
  arrived.report.basis = AttributionBasis::panic;
  TRY(parts_.journal.report_arrived_late(trial, arrived.report));
  tally_.set(trial);
  return true;
}

Result<void> CampaignRun::mark_gpu_event(WallTime time, EndedTrial* current) {
  std::vector<std::int64_t> contaminated;
  for (const TrialProcesses& processes : processes_) {
    if (processes.ended < time - kGpuEventBefore || processes.started > time + kGpuEventAfter) continue;
    if (current != nullptr && processes.trial_index == current->trial.index) {
      current->trial.contaminated = true;
      continue;
    }
    const Trial* recorded = tally_.find(processes.trial_index);
    if (recorded == nullptr || recorded->contaminated) continue;
    Trial trial = *recorded;
    trial.contaminated = true;
    tally_.set(trial);
    contaminated.push_back(trial.index);
  }
  if (contaminated.empty()) return {};
  note(fmt::format("a GPU reset at {} contaminated {} recorded trials", format_utc(time),
                   contaminated.size()));
  return parts_.journal.trials_contaminated(record_.uuid, contaminated);
}

Result<void> CampaignRun::wait_for_late_reports() {
  if (!ingest_) return {};
  TRY(collect(nullptr));
  auto pause = kFirstPause;
  while (!expecting_.empty() && !stop_.load() && !ingest_->is_blind()) {
    const MonotonicTime now = parts_.clock.monotonic();
    std::erase_if(expecting_, [now](const auto& entry) { return entry.second.until <= now; });
    if (expecting_.empty()) break;
    const auto longest =
        std::max_element(expecting_.begin(), expecting_.end(),
                         [](const auto& a, const auto& b) { return a.second.until < b.second.until; });
    parts_.observer.waiting_for_reports(
        static_cast<std::int64_t>(expecting_.size()),
        std::chrono::duration_cast<std::chrono::milliseconds>(longest->second.until - now));
    parts_.clock.sleep(pause);
    pause = longer(pause);
    TRY(collect(nullptr));
  }
  return {};
}

/// After the journal has it: the system keeps a limited number of reports per process name, and stops
/// writing new ones. Retired reports are not counted by it and stay.
void CampaignRun::drain(const CollectedReport& report) {
  if (!campaign_.drain || report.source.empty()) return;
  if (report.source.parent_path().filename() == "Retired") return;
  const auto removed = ingest_ ? ingest_->remove_stored(report.source, report.bytes)
                               : remove_stored_report(report.source, report.bytes);
  if (removed || drain_failed_) return;
  drain_failed_ = true;
  note(removed.error().text());
}

}  // namespace faultline
