#include "app/campaign/run_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "app/campaign/campaign_journal.h"
#include "app/campaign/run_checks.h"
#include "app/campaign/run_snapshot.h"
#include "app/campaign/self_test.h"
#include "app/campaign/sequential_stop_evaluator.h"
#include "app/campaign/stay_awake.h"
#include "app/host/host_defaults.h"
#include "app/ingest/image_archiver.h"
#include "collector/host/command_runner.h"
#include "collector/host/host_probe.h"
#include "collector/trial/process_runner.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

/// An unfinished run of the same name that this campaign, or this host, cannot go on with.
Result<void> say_what_is_left(Store& store, const RunRecord& wanted, RunObserver& observer) {
  RunSelection selection;
  selection.campaign_name = wanted.campaign_name;
  selection.limit = 1;
  TRY_ASSIGN(const auto newest, store.find_runs(selection));
  if (newest.empty() || (newest[0].state != RunState::running && newest[0].state != RunState::interrupted))
    return {};
  const bool has_changed = newest[0].campaign_hash != wanted.campaign_hash;
  observer.noted(fmt::format("The unfinished run {} of {} is left as it is: {}",
                             short_id(newest[0].uuid.text()), wanted.campaign_name,
                             has_changed ? "the campaign has changed since; as it was before, it would go on"
                                         : "it belongs to another host, where the same command goes on"));
  return {};
}

/// The newest run of this campaign on this host, if it is unfinished and can go on. One that cannot is
/// closed, so that no later command finds it.
Result<std::optional<RunRecord>> find_run_to_resume(Store& store, RunChoice choice, const RunRecord& wanted,
                                                    const Clock& clock, RunObserver& observer) {
  RunSelection selection;
  selection.campaign_hash = wanted.campaign_hash;
  selection.host_key = wanted.host.host_key;
  selection.limit = 1;
  TRY_ASSIGN(const auto newest, store.find_runs(selection));
  const bool unfinished =
      !newest.empty() && (newest[0].state == RunState::running || newest[0].state == RunState::interrupted);
  if (!unfinished) {
    if (newest.empty()) TRY(say_what_is_left(store, wanted, observer));
    if (choice != RunChoice::must_resume) return std::optional<RunRecord>();
    return fail(ErrorKind::invalid_argument, "--resume: this store has no unfinished run of this campaign");
  }
  const auto obstacle = why_not_resumable(newest[0], wanted, clock.wall());
  if (choice != RunChoice::always_new && (!obstacle || choice == RunChoice::must_resume))
    return std::optional<RunRecord>(newest[0]);
  if (obstacle) {
    observer.noted(fmt::format("The unfinished run {} cannot go on: {}; starting a new one",
                               short_id(newest[0].uuid.text()), *obstacle));
  }
  if (newest[0].state == RunState::running) {
    TRY(store.end_run(newest[0].uuid, RunState::interrupted, "a new run was started instead", clock.wall()));
  }
  return std::optional<RunRecord>();
}

/// An archive is wanted only where the campaign names images to keep.
Result<SymbolArchive> archive_of(const Campaign& campaign) {
  auto folder = default_symbol_archive_folder();
  if (folder.empty() && !campaign.archive.empty()) {
    return fail(ErrorKind::io,
                "archive: there is no place for the symbol archive: set HOME or XDG_DATA_HOME");
  }
  return SymbolArchive(std::move(folder));
}

/// Nothing that nobody can explain later is measured: a host that loses reports says so before the first
/// trial.
Result<void> check_capture(const RunRequest& request, Clock& clock, HostProbe& host,
                           const std::atomic<bool>& stop) {
  const auto& workloads = request.campaign.workloads;
  const bool wants_reports = request.options.reporter == ReporterKind::folders ||
                             std::any_of(workloads.begin(), workloads.end(), [](const Workload& workload) {
                               return workload.capture == CaptureMode::on;
                             });
  if (!request.self_test || !wants_reports || stop.load()) return {};
  SelfTestSetting setting;
  setting.program_folder = request.program_folder;
  setting.work_folder = request.options.trials_folder / fmt::format("canary-{}", ::getpid());
  setting.reporter = request.options.reporter;
  setting.report_folders = request.options.report_folders;
  setting.deadline = request.campaign.report_deadline;
  TRY_ASSIGN(const auto self_test, run_self_test(setting, clock, host, stop));
  if (self_test.report || stop.load()) return {};
  return fail(ErrorKind::process,
              "the canary is lost: a process that really crashed was not captured (" + self_test.why +
                  "). `faultline doctor` looks for the reason; --no-canary measures all the same");
}

}  // namespace

Result<std::optional<RunSummary>> execute_run(Store& store, RunRequest request, RunObserver& observer,
                                              const std::atomic<bool>& stop) {
  SystemClock clock;
  SystemHost host;
  SystemCommandRunner commands;
  ProcessRunnerPosix processes(request.program_folder / "faultline-report");
  TRY_ASSIGN(auto archive, archive_of(request.campaign));
  ImageArchiver archiver(request.campaign.archive, std::move(archive), observer);
  AnalysisChild child(request.program_folder / "faultline");
  CampaignJournal journal(store, request.rules, clock, archiver,
                          child.guard(ReportOrigin::captured, derive_captured(request.rules)));
  SnapshotObserver snapshot(store.path(), clock, observer);
  RunParts parts{clock, processes, host, commands, journal, snapshot};

  TRY_ASSIGN(auto wanted, plan_run(request.campaign, request.options, parts));
  TRY_ASSIGN(request.options.resume, find_run_to_resume(store, request.choice, wanted, clock, observer));
  std::optional<SequentialStopEvaluator> evaluator;
  if (request.campaign.stop) {
    TRY_ASSIGN(evaluator, SequentialStopEvaluator::make(*request.campaign.stop, wanted.cells));
    parts.stop_evaluator = &*evaluator;
  }
  request.options.plan = std::move(wanted);
  if (request.only_if_unfinished && !request.options.resume) return std::optional<RunSummary>();
  TRY(check_capture(request, clock, host, stop));
  const StayAwake awake(stay_awake_command(::getpid()));
  TRY_ASSIGN(auto summary, run_campaign(request.campaign, request.options, parts, stop));
  return std::optional<RunSummary>(std::move(summary));
}

Result<void> check_something_ran(Store& store, const RunSummary& summary) {
  if (summary.nothing_ran)
    return fail(ErrorKind::process, summary.record.state_reason + "; --keep-going runs them all the same");
  const auto done = summary.progress.trials_done;
  if (done == 0 || summary.progress.outcomes[Outcome::setup_failed] < done) return {};
  TRY_ASSIGN(const auto trials, store.trials_of(summary.record.uuid));
  std::string why = "see faultline list trials";
  if (!trials.empty() && !trials[0].verdict.notes.empty()) why = trials[0].verdict.notes[0];
  return fail(ErrorKind::process, "no trial ran as meant: " + why);
}

Result<std::vector<std::string>> judge_run(Store& store, const RunSummary& summary,
                                           const std::vector<std::string>& checks) {
  TRY(check_something_ran(store, summary));
  if (summary.record.state == RunState::stopped)
    return fail(ErrorKind::io, "the run stopped early: " + summary.record.state_reason);
  return check_run(store, summary, checks);
}

}  // namespace faultline
