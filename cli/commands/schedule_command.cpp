// `faultline schedule`: a campaign every night, or a watch that never ends, by launchd or systemd.

#include <CLI/CLI.hpp>
#include <utility>

#include "app/host/host_defaults.h"
#include "app/jobs/schedule.h"
#include "cli/commands.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

struct ScheduleFlags {
  std::string campaign;
  std::string at;
  bool watch = false;
  std::vector<std::string> folders;
  bool remove = false;
  bool check = false;
  bool print_only = false;
};

Result<ExitStatus> install(const std::vector<Job>& jobs, const JobSystem& system,
                           const CommandContext& context) {
  SystemClock clock;
  TRY_ASSIGN(const auto installed, install_jobs(jobs, system, clock));
  for (const auto& file : installed.files) note(context, "Wrote " + file.string());
  for (const auto& problem : installed.problems) print_error(problem);
  note(context, system.note);
  note(context, "What a job sees here may differ from what you see: `faultline schedule --check` tells.");
  return installed.problems.empty() ? ExitStatus::done : ExitStatus::failed;
}

Result<ExitStatus> remove(const std::vector<Job>& jobs, const JobSystem& system,
                          const CommandContext& context) {
  TRY_ASSIGN(const auto removed, remove_jobs(jobs, system));
  for (const auto& path : removed) note(context, "Removed " + path.string());
  if (removed.empty())
    return fail(ErrorKind::invalid_argument,
                "nothing of that name is scheduled in " + system.folder.string());
  return ExitStatus::done;
}

Result<ExitStatus> check(const JobPlaces& places, const JobSystem& system, const CommandContext& context) {
  note(context, "Running `faultline doctor` as a job of the system; this can take a minute.");
  SystemClock clock;
  TRY_ASSIGN(const auto end, try_doctor_job(places, system, clock, install_stop_signals()));
  print(end.output);
  note(context, "This is what a scheduled job sees; it is kept in " + doctor_job_output(system).string());
  return end.exit_status == 0 ? ExitStatus::done : ExitStatus::failed;
}

void print_files(const std::vector<Job>& jobs, const JobSystem& system) {
  for (const Job& job : jobs) {
    for (const JobFile& file : system.files(job))
      print("# " + (system.folder / file.name).string() + "\n" + file.text + "\n");
  }
}

Result<std::vector<Job>> jobs_of(const ScheduleFlags& flags, const JobPlaces& places,
                                 const JobSystem& system) {
  if (!flags.watch)
    return campaign_jobs(places, flags.campaign, flags.remove ? std::nullopt : std::optional(flags.at),
                         system);
  if (flags.folders.empty() && !flags.remove && default_report_folders().empty()) {
    return fail(ErrorKind::invalid_argument,
                "name the folders to watch: this system has none into which it puts reports");
  }
  return watch_jobs(places, flags.folders, system, !flags.remove);
}

Result<void> check_combination(const ScheduleFlags& flags) {
  if (flags.check) {
    if (flags.watch || !flags.campaign.empty())
      return fail(ErrorKind::invalid_argument, "--check stands alone: it looks at this host, at no campaign");
    return {};
  }
  if (flags.watch ? !flags.at.empty() : !flags.folders.empty()) {
    return fail(ErrorKind::invalid_argument, flags.watch
                                                 ? "--at goes with a campaign; --watch runs all the time"
                                                 : "folders go with --watch");
  }
  if (!flags.watch && flags.campaign.empty())
    return fail(ErrorKind::invalid_argument, "give a campaign file and --at 23:00, or --watch, or --check");
  return {};
}

Result<ExitStatus> schedule(const ScheduleFlags& flags, const CommandContext& context) {
  TRY(check_combination(flags));
  TRY_ASSIGN(const auto system, this_job_system());
  TRY_ASSIGN(const auto places, job_places(context.program_folder, context.db_path()));
  if (flags.check) return check(places, system, context);
  TRY_ASSIGN(const auto jobs, jobs_of(flags, places, system));
  if (flags.print_only) {
    print_files(jobs, system);
    return ExitStatus::done;
  }
  return flags.remove ? remove(jobs, system, context) : install(jobs, system, context);
}

}  // namespace

void add_schedule_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("schedule", "Run a campaign every night by launchd or systemd");
  auto flags = std::make_shared<ScheduleFlags>();
  command->add_option("campaign", flags->campaign, "Campaign file; with --watch, the first folder")
      ->type_name("CAMPAIGN.toml");
  command->add_option("folders", flags->folders, "With --watch: further folders")->type_name("FOLDER");
  command->add_option("--at", flags->at, "Time of day, as 23:00")->type_name("HH:MM");
  command->add_flag("--watch", flags->watch, "Keep `faultline watch` running instead");
  auto* remove_flag = command->add_flag("--remove", flags->remove, "Take it away again");
  command->add_flag("--print", flags->print_only, "Print the files instead of writing them")
      ->excludes(remove_flag);
  command
      ->add_flag("--check", flags->check, "Run `faultline doctor` as a job now, and show what it says there")
      ->excludes(remove_flag);
  add_shared_options(*command, context);
  command->footer(
      "Writes a launch agent (macOS) or a systemd user timer (Linux) with absolute paths, this folder and "
      "this\n"
      "environment, at a person's priority, and a second job that goes on with an interrupted run after a\n"
      "restart. Output goes to a log that is rotated. The run itself holds off sleep.\n"
      "--check runs `faultline doctor` as such a job, now and once: folders, the Metal device and the\n"
      "environment of a job are not those of a terminal. Exit status 1 where this host is not fit.\n\n"
      "Example: faultline schedule nightly.toml --at 23:00 --db /data/nightly.db");
  command->callback([&context, flags] {
    context.action = [&context, flags] {
      if (flags->watch && !flags->campaign.empty())
        flags->folders.insert(flags->folders.begin(), std::exchange(flags->campaign, {}));
      return schedule(*flags, context);
    };
  });
}

}  // namespace faultline
