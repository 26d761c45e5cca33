#include "collector/run/campaign_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "collector/plan/chosen_cells.h"
#include "collector/run/idle_watch.h"
#include "collector/run/reports/report_collector.h"
#include "collector/run/run_hooks.h"
#include "collector/run/run_recovery.h"
#include "collector/run/schedule/run_limits.h"
#include "collector/run/schedule/run_schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/system_log_recorder.h"
#include "collector/run/trial_recorder.h"
#include "collector/run/trial_task.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

Result<RunSetting> make_setting(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::atomic<bool>& stop) {
  TRY_ASSIGN(auto cells, choose_cells(campaign, options.only));
  TRY_ASSIGN(auto record, record_to_run(campaign, options, parts, cells));
  auto run_folder = options.trials_folder / record.uuid.text();
  TRY(make_folder(run_folder / "reports"));
  return RunSetting{campaign,
                    options,
                    parts,
                    stop,
                    std::move(record),
                    std::move(cells),
                    std::move(run_folder),
                    parts.host.boot_session().value_or("")};
}

TrialSetting trial_setting(const RunSetting& setting) {
  TrialSetting of_trials;
  of_trials.run = setting.record.uuid;
  of_trials.seed = setting.record.seed;
  of_trials.run_folder = setting.run_folder;
  of_trials.folders = {setting.options.samples_folder.string(), setting.campaign.folder};
  of_trials.boot_session = setting.boot_session;
  of_trials.supervisor_reports = setting.supervisor_reports();
  return of_trials;
}

/// One execution of a run: open(), then run(). Nothing of it can be used twice.
class CampaignRunner {
 public:
  CampaignRunner(const RunSetting& setting, TrialRunner& trials)
      : setting_(setting),
        trials_(trials),
        schedule_(setting),
        limits_(setting),
        hooks_(setting, trials),
        reports_(setting, schedule_, tally_),
        recorder_(setting, trials, schedule_, tally_, reports_),
        system_log_(setting) {
    // A run that is resumed has run trials before.
    if (!setting.options.keep_going && !setting.options.resume)
      idle_watch_.emplace(static_cast<std::int64_t>(setting.cells.size()));
  }

  /// Begins a new run, or takes up an old one.
  Result<void> open();
  Result<RunSummary> run();

 private:
  void start_trials(TrialWorkers& workers);
  Result<void> take_ended(WorkerResult result);
  void cool_down();
  void look_at_stop_rule();
  std::optional<RunEnding> reason_to_end();
  [[nodiscard]] RunProgress progress() const;
  Result<RunSummary> finish(const RunEnding& ending);
  Failure give_up(Error error);

  const RunSetting& setting_;
  TrialRunner& trials_;
  RunTally tally_;
  RunSchedule schedule_;
  RunLimits limits_;
  RunHooks hooks_;
  ReportCollector reports_;
  TrialRecorder recorder_;
  SystemLogRecorder system_log_;
  std::optional<IdleWatch> idle_watch_;  // Where an idle run is to stop.
  std::int64_t executed_ = 0;            // Trials of this execution.
};

Result<void> CampaignRunner::open() {
  TRY(reports_.open());
  TRY(hooks_.setup());
  if (setting_.options.resume) {
    TRY(RunRecovery(setting_, trials_, schedule_, tally_, reports_, recorder_).resume());
  } else {
    TRY(setting_.parts.journal.begin(setting_.record));
  }
  schedule_.begin();
  look_at_stop_rule();
  return {};
}

Result<RunSummary> CampaignRunner::run() {
  setting_.parts.observer.run_started(setting_.record, setting_.options.resume.has_value(), progress());
  const TrialTask task(setting_, trials_, hooks_);
  TrialWorkers workers(
      setting_.campaign.jobs,
      [&task](const PlannedTrial& planned, const std::atomic<bool>& stop) { return task.run(planned, stop); },
      setting_.stop);
  std::optional<RunEnding> ending = reason_to_end();
  while (true) {
    if (!ending) start_trials(workers);
    if (workers.is_idle()) break;
    if (auto taken = take_ended(workers.wait()); !taken) return give_up(std::move(taken.error()));
    if (!ending) ending = reason_to_end();
    if (!ending) cool_down();
  }
  if (!ending) ending = RunEnding{};
  if (ending->state != RunState::interrupted || ending->is_slice) TRY(reports_.wait_for_late_reports());
  const auto cleaned = hooks_.cleanup();
  if (!cleaned) setting_.note(cleaned.error().text());
  return finish(*ending);
}

/// A run that cannot go on is interrupted, and says why to whoever lists it; where not even that can be
/// written, it is found as one that was left behind.
Failure CampaignRunner::give_up(Error error) {
  const auto said = setting_.parts.journal.end(setting_.record.uuid, RunState::interrupted, error.text(),
                                               setting_.parts.clock.wall());
  if (!said) setting_.note(said.error().text());
  return fail(std::move(error));
}

void CampaignRunner::start_trials(TrialWorkers& workers) {
  while (workers.has_room()) {
    const auto planned = schedule_.start_next();
    if (!planned) return;
    const Cell& cell = setting_.cell_of(*planned);
    setting_.parts.observer.trial_started(trials_.plan(*planned, cell), cell, progress());
    workers.start(*planned);
  }
}

Result<void> CampaignRunner::take_ended(WorkerResult result) {
  schedule_.ended(result.planned.index);
  for (const std::string& message : result.notes) setting_.note(message);
  if (!result.ended) return fail(result.ended.error());
  if (!*result.ended) return {};  // Asked to stop: reason_to_end() says so next.
  EndedTrial& ended = **result.ended;
  for (const std::int64_t pid : ended.evidence.status.unkillable) {
    setting_.note(fmt::format("process {} of trial {} could not be killed", pid, result.planned.index));
  }
  TRY(reports_.settle(ended));
  system_log_.record(ended.trial, trials_.folder_of(ended.trial.index));
  TRY(recorder_.record(ended));
  if (idle_watch_) idle_watch_->add(ended.trial);
  ++executed_;
  setting_.parts.observer.trial_ended(ended.trial, setting_.cell_of(result.planned), progress());
  return {};
}

void CampaignRunner::cool_down() {
  // In pieces: a signal that came before the sleep does not end it.
  constexpr std::chrono::milliseconds kPiece{250};
  auto left = setting_.campaign.cooldown;
  for (; left.count() > 0 && !setting_.stop.load(); left -= kPiece)
    setting_.parts.clock.sleep(std::min(left, kPiece));
}

void CampaignRunner::look_at_stop_rule() {
  for (const StopState::LeftOut& left_out : schedule_.look_at_stop_rule(tally_)) {
    setting_.note(fmt::format("cell {} is decided and left out from block {} on: {}",
                              setting_.cells[left_out.cell].text(), left_out.from_block, left_out.reason));
  }
}

std::optional<RunEnding> CampaignRunner::reason_to_end() {
  if (const auto idle = idle_watch_ ? idle_watch_->reason() : std::nullopt)
    return RunEnding{RunState::stopped, "nothing ran: " + *idle};
  look_at_stop_rule();
  if (const auto why = schedule_.why_over()) return RunEnding{RunState::finished, *why};
  if (setting_.stop.load()) return RunEnding{RunState::interrupted, "asked to stop"};
  if (const auto reached = limits_.reached(schedule_)) return reached;
  if (const auto why = hooks_.why_unhealthy(executed_)) return RunEnding{RunState::stopped, *why};
  return std::nullopt;
}

RunProgress CampaignRunner::progress() const {
  RunProgress now;
  tally_.count_into(now);
  const auto left = schedule_.left();
  if (left) now.trials_planned = now.trials_done + *left;
  now.blocks_planned = setting_.record.planned_blocks;
  now.reports_pending = reports_.expectations().pending();
  now.elapsed = limits_.elapsed();
  now.free_bytes = limits_.free_bytes();
  if (executed_ > 0 && left) now.time_left = now.elapsed / executed_ * *left;
  if (const auto rest = limits_.time_left())
    now.time_left = now.time_left ? std::min(*now.time_left, *rest) : *rest;
  return now;
}

Result<RunSummary> CampaignRunner::finish(const RunEnding& ending) {
  RunSummary summary;
  summary.record = setting_.record;
  summary.record.state = ending.state;
  summary.record.state_reason = ending.reason;
  summary.record.ended = setting_.parts.clock.wall();
  TRY(setting_.parts.journal.end(summary.record.uuid, ending.state, ending.reason, *summary.record.ended));
  summary.progress = progress();
  summary.executed = executed_;
  summary.is_slice = ending.is_slice;
  summary.nothing_ran = idle_watch_ && idle_watch_->reason();
  summary.reconciliation = tally_.reconciliation();
  summary.reconciliation.foreign = reports_.late_reports().foreign_count();
  summary.reconciliation.late = reports_.late_reports().late_count();
  summary.reconciliation.latencies = reports_.expectations().latencies();
  std::sort(summary.reconciliation.latencies.begin(), summary.reconciliation.latencies.end());
  for (const std::size_t cell : schedule_.cells_set_aside())
    summary.set_aside.push_back(setting_.cells[cell].text());
  if (!setting_.record.control.empty()) {
    TRY_ASSIGN(const auto filter, parse_filter(setting_.record.control));
    // Under --only the control's parameters may be gone with its cells; then it did not run.
    const auto selected = select_cells(filter, setting_.cells);
    summary.control = selected ? tally_.control(*selected) : ControlResult{};
  }
  return summary;
}

}  // namespace

Result<RunSummary> run_campaign(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::atomic<bool>& stop) {
  TRY_ASSIGN(const RunSetting setting, make_setting(campaign, options, parts, stop));
  TRY_ASSIGN(auto trials, TrialRunner::make(campaign, trial_setting(setting), parts.clock, parts.processes));
  CampaignRunner runner(setting, trials);
  TRY(runner.open());
  return runner.run();
}

}  // namespace faultline
