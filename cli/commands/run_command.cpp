// `faultline run`: runs or resumes a campaign and ends with its tables.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "app/campaign/run_checks.h"
#include "app/campaign/run_plan.h"
#include "app/campaign/run_session.h"
#include "app/host/host_defaults.h"
#include "app/host/samples_folder.h"
#include "app/ingest/user_rules.h"
#include "app/jobs/log_file.h"
#include "app/report/run_summary.h"
#include "cli/commands.h"
#include "cli/near_file.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "collector/plan/campaign_file.h"
#include "collector/plan/chosen_cells.h"
#include "collector/plan/command_lookup.h"
#include "collector/plan/workload_map.h"
#include "core/files/text_file.h"
#include "db/store.h"

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
  bool keep_going = false;
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
              fmt::format("{}: invalid duration \"{}\"; write 90s, 5m, 250ms or 8h", option, text));
}

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

/// A program in place of a campaign file: the `--` before a command was forgotten.
Result<void> check_is_campaign(const std::string& file) {
  if (file.ends_with(".toml")) return {};
  const bool is_name = file.find('/') == std::string::npos;
  std::error_code ignored;
  const bool stands_here = std::filesystem::exists(file, ignored);
  if (!is_program(file) && (stands_here || !is_name || !find_program(file))) return {};
  return fail(ErrorKind::invalid_argument,
              fmt::format("{} is a program, not a campaign file; a command to run stands after --: faultline "
                          "run -- {}",
                          file, file));
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
    TRY(check_is_campaign(flags.campaign_file));
    TRY(check_is_there(flags.campaign_file));
    auto campaign = read_campaign_file(flags.campaign_file);
    if (!campaign && !flags.campaign_file.ends_with(".toml")) {
      return fail(campaign.error().kind(),
                  fmt::format("{}; a campaign file ends in .toml, and a command to run "
                              "stands after --",
                              campaign.error().text()));
    }
    if (campaign && !flags.workload_map.empty()) TRY(map_workloads(*campaign, flags.workload_map));
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

Result<RunOptions> make_options(const RunFlags& flags, const CommandContext& context) {
  RunOptions options;
  const auto db = std::filesystem::absolute(context.db_path());
  options.trials_folder = db.string() + ".trials";
  options.samples_folder = find_samples_folder(context.program_folder);
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
  options.keep_going = flags.keep_going;
  auto only = parse_filter(flags.only);
  if (!only) return fail(only.error().add_context("--only"));
  options.only = std::move(*only);
  options.reporter = chosen_reporter(flags.reporter);
  options.report_folders = chosen_report_folders(options.reporter, flags.report_folders);
  return options;
}

RunChoice choice_of(const RunFlags& flags) {
  if (flags.resume) return RunChoice::must_resume;
  return flags.fresh ? RunChoice::always_new : RunChoice::resume_or_new;
}

Result<void> check_campaign_commands(const Campaign& campaign, const RunOptions& options,
                                     const std::vector<Cell>& cells) {
  return check_commands(campaign, cells, {options.samples_folder.string(), campaign.folder});
}

Result<void> print_summary(Store& store, const RunSummary& summary, const CommandContext& context) {
  const TableAudience audience = table_audience(context);
  TRY_ASSIGN(auto page, run_summary_page(store, summary, audience));
  for (const Table& table : page.tables) print(table_text(table, context) + "\n");
  if (audience == TableAudience::people) {
    print(page.words);
  } else {
    page.words.pop_back();
    note(context, page.words);
  }
  return {};
}

Result<ExitStatus> run_in_store(Store& store, RunRequest request, const RunFlags& flags,
                                const CommandContext& context) {
  const SystemClock clock;
  ProgressLine progress(context, clock);
  TRY_ASSIGN(const auto summary, execute_run(store, std::move(request), progress, install_stop_signals()));
  if (!summary) {
    note(context, "No unfinished run of this campaign can go on; nothing is done.");
    return ExitStatus::done;
  }
  progress.end();
  TRY(check_something_ran(store, *summary));
  TRY(print_summary(store, *summary, context));
  if (summary->is_slice) {
    note(context, summary->record.state_reason + "; the same command goes on where it stopped.");
  } else if (summary->record.state == RunState::interrupted) {
    note(context, "Interrupted; everything so far is stored. The same command goes on where it stopped.");
    return ExitStatus::interrupted;
  }
  TRY_ASSIGN(const auto findings, judge_run(store, *summary, flags.fail_on));
  for (const auto& finding : findings) print_error(finding);
  return findings.empty() ? ExitStatus::done : ExitStatus::check_found;
}

Result<ExitStatus> run(const RunFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(auto campaign, load_campaign(flags, context.trailing_command));
  TRY(check_names_are_known(flags.fail_on));
  TRY_ASSIGN(const auto rules, load_user_rules(context, rules_of_campaign(campaign)));
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
  TRY_ASSIGN(const auto cells, choose_cells(campaign, options.only));
  if (flags.dry_run) {
    if (const auto found = check_campaign_commands(campaign, options, cells); !found)
      note(context, "On this host it would not run: " + found.error().text());
    TRY_ASSIGN(const auto before, durations_before(context.db_path(), campaign));
    TRY_ASSIGN(const auto plan, describe_plan(campaign, options, before));
    print(plan);
    return ExitStatus::done;
  }
  if (!options.keep_going) TRY(check_campaign_commands(campaign, options, cells));
  TRY_ASSIGN(auto store, open_or_create_store(context));
  TRY_ASSIGN(const auto lock, store.lock_campaign(campaign.hash));
  RunRequest request;
  request.campaign = std::move(campaign);
  request.options = std::move(options);
  request.rules = rules;
  request.choice = choice_of(flags);
  request.only_if_unfinished = flags.if_unfinished;
  request.self_test = !flags.no_self_test;
  request.program_folder = context.program_folder;
  return run_in_store(store, std::move(request), flags, context);
}

void add_options(CLI::App& command, RunFlags& flags) {
  command.add_option("campaign", flags.campaign_file, "Campaign file")->type_name("CAMPAIGN.toml");
  command.add_option("--trials", flags.trials, "Trials per cell")->check(positive_number())->type_name("N");
  command
      .add_option("--matrix", flags.matrix, "Values of a {placeholder} of the command; may be given again")
      ->type_name("NAME=V,V…")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--only", flags.only, "Run only the cells that this filter lets through")
      ->type_name("FILTER");
  command
      .add_option("--for", flags.duration,
                  "Start no trial after this time, as 90s, 8h; the same command goes on later")
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
  command.add_flag("--keep-going", flags.keep_going,
                   "Go on where a command is not there, or every trial fails alike at its start");
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
      ->check(one_of({"supervisor", "folder"}));
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
  add_table_options(*command, context);
  command->footer(
      "Either a campaign file, or a command after --.\n\n"
      "Example: faultline run --trials 200 --matrix threads=1,8 -- python3 t.py {threads}\n"
      "runs 400 trials in shuffled order and stores them in faultline.db. Ctrl-C saves; the same\n"
      "command goes on where it stopped.");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return run(*flags, context); }; });
}

}  // namespace faultline
