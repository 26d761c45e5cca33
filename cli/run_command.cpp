// `faultline run`: runs or resumes a campaign and ends with its tables.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "app/campaign/campaign_journal.h"
#include "app/campaign/run_checks.h"
#include "app/campaign/run_plan.h"
#include "app/campaign/run_snapshot.h"
#include "app/campaign/self_test.h"
#include "app/campaign/sequential_stop_evaluator.h"
#include "app/campaign/stay_awake.h"
#include "app/ingest/image_archiver.h"
#include "app/jobs/log_file.h"
#include "cli/commands.h"
#include "cli/host_defaults.h"
#include "cli/progress.h"
#include "cli/run_summary.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "collector/host/host_probe.h"
#include "collector/plan/campaign_file.h"
#include "collector/plan/workload_map.h"
#include "collector/run/campaign_runner.h"
#include "core/base/text_file.h"
#include "db/store.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

struct RunFlags {
  std::string campaign_file;
  std::optional<std::int64_t> trials;
  std::vector<std::string> matrix;
  std::string only;
  std::string duration;
  std::string shard;
  std::string timeout;
  std::string control;
  std::optional<std::uint64_t> seed;
  bool capture_off = false;
  bool no_follow = false;
  bool dry_run = false;
  bool resume = false;
  bool fresh = false;
  bool if_unfinished = false;
  bool no_self_test = false;
  std::string log;
  std::string workload_map;
  std::string save_campaign;
  std::vector<std::string> fail_on;
  std::string reporter;
  std::vector<std::string> report_folders;
};

Result<std::optional<std::chrono::milliseconds>> read_duration(const std::string& option,
                                                               const std::string& text) {
  if (text.empty()) return std::optional<std::chrono::milliseconds>();
  if (const auto duration = parse_duration(text)) return duration;
  return fail(ErrorKind::invalid_argument,
              fmt::format("{}: \"{}\" is no duration; write 90s, 5m, 250ms or 8h", option, text));
}

Result<Campaign> load_campaign(const RunFlags& flags, const std::vector<std::string>& command) {
  if (!flags.campaign_file.empty() && !command.empty()) {
    return fail(ErrorKind::invalid_argument, "give either a campaign file or a command after --, not both");
  }
  if (command.empty()) {
    if (flags.campaign_file.empty()) {
      return fail(ErrorKind::invalid_argument, "give a campaign file, or a command after --");
    }
    if (!flags.matrix.empty() || !flags.timeout.empty() || !flags.control.empty() || flags.seed ||
        flags.capture_off || flags.no_follow) {
      return fail(
          ErrorKind::invalid_argument,
          "--matrix, --timeout, --control, --seed, --no-capture and --no-follow go with a command after --; "
          "a campaign file says them itself");
    }
    TRY_ASSIGN(auto campaign, read_campaign_file(flags.campaign_file));
    if (!flags.workload_map.empty()) TRY(map_workloads(campaign, flags.workload_map));
    return campaign;
  }
  if (!flags.workload_map.empty())
    return fail(ErrorKind::invalid_argument, "--workload-map goes with a campaign file");
  CommandCampaign wanted;
  wanted.argv = command;
  if (flags.trials) wanted.trials = *flags.trials;
  wanted.matrix = flags.matrix;
  TRY_ASSIGN(wanted.timeout, read_duration("--timeout", flags.timeout));
  wanted.seed = flags.seed;
  if (!flags.control.empty()) wanted.control = flags.control;
  wanted.capture = flags.capture_off ? CaptureMode::off : CaptureMode::on;
  wanted.follow_children = !flags.no_follow;
  return campaign_from_command(wanted);
}

/// Beside the program when built, under share/ when installed.
std::filesystem::path find_samples(const std::filesystem::path& program_folder) {
  if (const char* variable = std::getenv("FAULTLINE_SAMPLES"); variable != nullptr) return variable;
  std::error_code ignored;
  for (const auto* place : {"../samples", "../libexec/faultline/samples"}) {
    const auto folder = program_folder / place;
    if (std::filesystem::is_directory(folder, ignored)) return std::filesystem::canonical(folder, ignored);
  }
  return program_folder / "../samples";
}

Result<RunOptions> make_options(const RunFlags& flags, const CommandContext& context) {
  RunOptions options;
  const auto db = std::filesystem::absolute(context.db_path());
  options.trials_folder = db.string() + ".trials";
  options.samples_folder = find_samples(context.program_folder);
  options.trials = flags.trials;
  TRY_ASSIGN(options.duration, read_duration("--for", flags.duration));
  if (!flags.shard.empty()) {
    const auto shard = parse_shard(flags.shard);
    if (!shard) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("--shard: \"{}\" is no part of a whole; write 2/4 for the second of four hosts",
                              flags.shard));
    }
    options.shard = *shard;
  }
  auto only = parse_filter(flags.only);
  if (!only) return fail(only.error().add_context("--only"));
  options.only = std::move(*only);
  options.reporter = flags.reporter.empty()       ? default_reporter()
                     : flags.reporter == "folder" ? ReporterKind::folders
                                                  : ReporterKind::supervisor;
  options.report_folders.assign(flags.report_folders.begin(), flags.report_folders.end());
  if (options.reporter == ReporterKind::folders && options.report_folders.empty()) {
    options.report_folders = default_report_folders();
  }
  return options;
}

/// The newest run of this campaign on this host, if it is unfinished and can go on. One that cannot is
/// closed, so that no later command finds it.
Result<std::optional<RunRecord>> find_run_to_resume(Store& store, const RunFlags& flags,
                                                    const RunRecord& wanted, const Clock& clock,
                                                    const CommandContext& context) {
  RunSelection selection;
  selection.campaign_hash = wanted.campaign_hash;
  selection.host_key = wanted.host.host_key;
  selection.limit = 1;
  TRY_ASSIGN(const auto newest, store.find_runs(selection));
  const bool unfinished =
      !newest.empty() && (newest[0].state == RunState::running || newest[0].state == RunState::interrupted);
  if (!unfinished) {
    if (!flags.resume) return std::optional<RunRecord>();
    return fail(ErrorKind::invalid_argument, "--resume: this store has no unfinished run of this campaign");
  }
  const auto obstacle = why_not_resumable(newest[0], wanted, clock.wall());
  if (!flags.fresh && (!obstacle || flags.resume)) return std::optional<RunRecord>(newest[0]);
  if (obstacle) {
    note(context, fmt::format("The unfinished run {} cannot go on: {}; starting a new one",
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

/// A run in which nothing ran is no result: says why, from the first trial.
Result<void> check_something_ran(Store& store, const RunSummary& summary) {
  const auto done = summary.progress.trials_done;
  if (done == 0 || summary.progress.outcomes[Outcome::setup_failed] < done) return {};
  TRY_ASSIGN(const auto trials, store.trials_of(summary.record.uuid));
  std::string why = "see faultline list trials";
  if (!trials.empty() && !trials[0].verdict.notes.empty()) why = trials[0].verdict.notes[0];
  return fail(ErrorKind::process, "no trial ran as meant: " + why);
}

/// Nothing that nobody can explain later is measured: a host that loses reports says so before the first
/// trial.
Result<void> check_self_test(const RunFlags& flags, const Campaign& campaign, const RunOptions& options,
                             const CommandContext& context, Clock& clock, HostProbe& host,
                             const std::atomic<bool>& stop) {
  const bool wants_reports =
      options.reporter == ReporterKind::folders ||
      std::any_of(campaign.workloads.begin(), campaign.workloads.end(),
                  [](const Workload& workload) { return workload.capture == CaptureMode::on; });
  if (flags.no_self_test || !wants_reports || stop.load()) return {};
  SelfTestSetting setting;
  setting.program_folder = context.program_folder;
  setting.work_folder = options.trials_folder / fmt::format("canary-{}", ::getpid());
  setting.reporter = options.reporter;
  setting.report_folders = options.report_folders;
  setting.deadline = campaign.report_deadline;
  TRY_ASSIGN(const auto self_test, run_self_test(setting, clock, host, stop));
  if (self_test.report || stop.load()) return {};
  return fail(ErrorKind::process,
              "the canary is lost: a process that really crashed was not captured (" + self_test.why +
                  "). `faultline doctor` looks for the reason; --no-canary measures all the same");
}

Result<ExitStatus> run_with_store(const RunFlags& flags, const CommandContext& context,
                                  const Campaign& campaign, RunOptions options, const SiteRules& rules,
                                  Store& store) {
  SystemClock clock;
  SystemHost host;
  SystemCommandRunner commands;
  ProcessRunnerPosix processes(context.program_folder / "faultline-report");
  ProgressLine progress(context, clock);
  TRY_ASSIGN(auto archive, archive_of(campaign));
  ImageArchiver archiver(campaign.archive, std::move(archive), progress);
  CampaignJournal journal(store, rules, clock, archiver, derive_captured(rules));
  const auto& stop = install_stop_signals();
  SnapshotObserver observer(store.path(), clock, progress);
  RunParts parts{clock, processes, host, commands, journal, observer};

  TRY_ASSIGN(auto wanted, plan_run(campaign, options, parts));
  TRY_ASSIGN(options.resume, find_run_to_resume(store, flags, wanted, clock, context));
  std::optional<SequentialStopEvaluator> evaluator;
  if (campaign.stop) {
    TRY_ASSIGN(evaluator, SequentialStopEvaluator::make(*campaign.stop, wanted.cells));
    parts.stop_evaluator = &*evaluator;
  }
  options.plan = std::move(wanted);
  if (flags.if_unfinished && !options.resume) {
    note(context, "No unfinished run of this campaign can go on; nothing is done.");
    return ExitStatus::done;
  }
  TRY(check_self_test(flags, campaign, options, context, clock, host, stop));
  const StayAwake awake(stay_awake_command(::getpid()));
  TRY_ASSIGN(const auto summary, run_campaign(campaign, options, parts, stop));

  TRY(print_run_summary(store, summary, context));
  if (summary.record.state == RunState::interrupted) {
    note(context, "Interrupted; everything so far is stored. The same command goes on where it stopped.");
    return ExitStatus::interrupted;
  }
  if (summary.record.state == RunState::stopped) {
    return fail(ErrorKind::io, "the run stopped early: " + summary.record.state_reason);
  }
  TRY(check_something_ran(store, summary));
  TRY_ASSIGN(const auto findings, check_run(store, summary, flags.fail_on));
  for (const auto& finding : findings) print_error(finding);
  return findings.empty() ? ExitStatus::done : ExitStatus::check_found;
}

Result<ExitStatus> run(const RunFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(auto campaign, load_campaign(flags, context.trailing_command));
  TRY(check_names_are_known(flags.fail_on));
  TRY_ASSIGN(const auto rules, load_team_rules(context, rules_of_campaign(campaign)));
  TRY_ASSIGN(auto options, make_options(flags, context));
  if (!flags.save_campaign.empty()) {
    TRY(write_file_atomically(flags.save_campaign, write_campaign_toml(campaign)));
    note(context, "Saved the campaign as " + flags.save_campaign);
  }
  std::optional<LogFile> log;
  if (!flags.log.empty() && !flags.dry_run) {
    TRY_ASSIGN(auto opened, LogFile::open(flags.log));
    log.emplace(std::move(opened));
  }
  if (flags.dry_run) {
    TRY_ASSIGN(const auto before, durations_before(context.db_path(), campaign));
    TRY_ASSIGN(const auto plan, describe_plan(campaign, options, before));
    print(plan);
    return ExitStatus::done;
  }
  TRY_ASSIGN(auto store, Store::open(context.db_path(), OpenMode::read_write_create));
  TRY_ASSIGN(const auto lock, store.lock_campaign(campaign.hash));
  note(context, "Store: " + context.db_path().string());
  return run_with_store(flags, context, campaign, std::move(options), rules, store);
}

void add_options(CLI::App& command, RunFlags& flags) {
  command.add_option("campaign", flags.campaign_file, "Campaign file")->type_name("CAMPAIGN.toml");
  command.add_option("--trials", flags.trials, "Trials per cell")->check(CLI::PositiveNumber)->type_name("N");
  command
      .add_option("--matrix", flags.matrix, "Values of a {placeholder} of the command; may be given again")
      ->type_name("NAME=V,V…")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--only", flags.only, "Run only the cells that this filter lets through")
      ->type_name("FILTER");
  command.add_option("--for", flags.duration, "Start no trial after this time, as 90s, 8h")
      ->type_name("DURATION");
  command
      .add_option("--shard", flags.shard,
                  "Run the N-th part of the blocks of OF hosts; merge the stores afterwards")
      ->type_name("N/OF");
  command.add_option("--timeout", flags.timeout, "Time limit of a trial (with a command)")
      ->type_name("DURATION");
  command.add_option("--control", flags.control, "Cells that must crash (with a command)")
      ->type_name("FILTER");
  command.add_option("--seed", flags.seed, "Shuffles the blocks (with a command)")->type_name("N");
  command.add_flag("--no-capture", flags.capture_off,
                   "Run bare, without the crash reporter (with a command)");
  command.add_flag("--no-follow", flags.no_follow,
                   "Do not trace child processes: a debugger works inside (with a command)");
  command.add_flag("--dry-run", flags.dry_run, "Print the plan and how long it will take; run nothing");
  auto* resume = command.add_flag("--resume", flags.resume, "Go on with the unfinished run, or fail");
  command.add_flag("--new", flags.fresh, "Start a new run even if one is unfinished")->excludes(resume);
  command
      .add_flag("--if-unfinished", flags.if_unfinished,
                "Go on with the unfinished run, or do nothing and succeed (for jobs at start-up)")
      ->excludes(resume);
  command.add_flag("--no-canary", flags.no_self_test,
                   "Do not insist that a crash of our own is captured before the first trial");
  command.add_option("--log", flags.log, "Write all output there instead; large ones are rotated")
      ->type_name("FILE");
  command
      .add_option("--workload-map", flags.workload_map,
                  "Run other commands in place of the campaign's workloads")
      ->type_name("MAP.toml");
  command.add_option("--save-campaign", flags.save_campaign, "Write the campaign as a file")
      ->type_name("FILE");
  command.add_option("--fail-on", flags.fail_on, "Exit with 4 on: " + known_check_names())
      ->delimiter(',')
      ->type_name("CHECK,…");
  command
      .add_option("--reporter", flags.reporter,
                  "supervisor (Linux: our own) or folder (the system's reporter, macOS)")
      ->check(CLI::IsMember({"supervisor", "folder"}));
  command.add_option("--report-folder", flags.report_folders, "Folder to watch; may be given again")
      ->type_name("FOLDER")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_run_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("run", "Run or resume a campaign; ends with crash-rate and crash-site tables");
  auto flags = std::make_shared<RunFlags>();
  add_options(*command, *flags);
  add_rules_option(*command, context);
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "Either a campaign file, or a command after --.\n\n"
      "Example: faultline run --trials 200 --matrix threads=1,8 -- python3 t.py {threads}\n"
      "runs 400 trials in shuffled order and stores them in faultline.db. Ctrl-C saves; the same\n"
      "command goes on where it stopped.");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return run(*flags, context); }; });
}

}  // namespace faultline
