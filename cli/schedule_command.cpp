// `faultline schedule`: a campaign every night, or a watch that never ends, by launchd or systemd.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <system_error>

#include "app/jobs/job_check.h"
#include "app/jobs/job_files.h"
#include "cli/commands.h"
#include "cli/host_defaults.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"
#include "collector/host/command_runner.h"
#include "collector/host/environment_facts.h"
#include "collector/plan/campaign_file.h"
#include "core/base/shell_quote.h"
#include "core/base/text_file.h"

namespace faultline {
namespace {

/// Doctor waits up to a minute for its canary's report, and asks many small programs.
constexpr std::chrono::seconds kCheckLimit{180};

struct ScheduleFlags {
  std::string campaign;
  std::string at;
  bool watch = false;
  std::vector<std::string> folders;
  bool remove = false;
  bool check = false;
  bool print_only = false;
};

/// What a job inherits from this shell: where programs are, and what changes how workloads behave.
std::vector<std::pair<std::string, std::string>> job_environment() {
  std::vector<std::pair<std::string, std::string>> env;
  for (const char* name : {"PATH", "HOME", "LANG"}) {
    if (const char* value = std::getenv(name); value != nullptr) env.emplace_back(name, value);
  }
  constexpr std::string_view kPrefix = "env.";
  for (auto& [name, value] : environment_facts()) env.emplace_back(name.substr(kPrefix.size()), value);
  return env;
}

struct Places {
  std::string program;
  std::string db;
  std::filesystem::path here;
};

Result<Places> find_places(const CommandContext& context) {
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (error) return fail(io_error("cannot tell the current folder", error.value()));
  return Places{(context.program_folder / "faultline").string(),
                std::filesystem::absolute(context.db_path(), error).string(), here};
}

/// A job that sees what the caller sees: the folder, and what of the environment matters.
Job job_here(const Places& places, std::string description) {
  Job job;
  job.description = std::move(description);
  job.working_folder = places.here;
  job.env = job_environment();
  return job;
}

Result<std::vector<Job>> campaign_jobs(const ScheduleFlags& flags, const CommandContext& context,
                                       const JobSystem& system) {
  TRY_ASSIGN(const auto places, find_places(context));
  std::error_code error;
  const auto campaign = std::filesystem::absolute(flags.campaign, error);
  Job nightly = job_here(places, "Faultline campaign " + campaign.filename().string());
  nightly.name = job_name(campaign.stem().string());
  if (!flags.remove) {
    TRY(read_campaign_file(campaign));
    const auto at = parse_time_of_day(flags.at);
    if (!at) {
      return fail(ErrorKind::invalid_argument,
                  flags.at.empty() ? "when? Write --at 23:00"
                                   : fmt::format("--at: \"{}\" is no time of day; write 23:00", flags.at));
    }
    nightly.at = *at;
  }
  nightly.command = {places.program,
                     "run",
                     campaign.string(),
                     "--db",
                     places.db,
                     "--log",
                     (system.log_folder / (nightly.name + ".log")).string()};
  // A run that a panic or a power cut interrupted goes on as soon as the machine is up again.
  Job resume = nightly;
  resume.name += "-resume";
  resume.description += ", what is left of an interrupted run";
  resume.start = Job::Start::at_login;
  resume.command.emplace_back("--if-unfinished");
  return std::vector<Job>{std::move(nightly), std::move(resume)};
}

Result<std::vector<Job>> watch_jobs(const ScheduleFlags& flags, const CommandContext& context,
                                    const JobSystem& system) {
  TRY_ASSIGN(const auto places, find_places(context));
  Job watch = job_here(places, "Faultline watch of report folders");
  watch.name = "watch";
  watch.start = Job::Start::always;
  watch.command = {places.program, "watch", "--db",
                   places.db,      "--log", (system.log_folder / "watch.log").string()};
  for (const auto& folder : flags.folders) {
    std::error_code error;
    watch.command.push_back(std::filesystem::absolute(folder, error).string());
  }
  if (flags.folders.empty() && !flags.remove && default_report_folders().empty()) {
    return fail(ErrorKind::invalid_argument,
                "name the folders to watch: this system has none into which it puts reports");
  }
  return std::vector<Job>{std::move(watch)};
}

/// What `faultline doctor` says as a job and in a terminal may differ: folder permissions, the Metal device,
/// the environment.
Result<Job> check_job(const CommandContext& context, const std::filesystem::path& output_file) {
  TRY_ASSIGN(const auto places, find_places(context));
  Job check = job_here(places, "Faultline doctor, once");
  check.name = "check-now";
  check.start = Job::Start::once;
  check.command = recorded_command({places.program, "doctor", "--db", places.db}, output_file);
  return check;
}

Result<void> make_folders(const JobSystem& system) {
  std::error_code error;
  for (const auto& folder : {system.folder, system.log_folder}) {
    std::filesystem::create_directories(folder, error);
    if (error) return fail(io_error("cannot make the folder " + folder.string(), error.value()));
  }
  return {};
}

Result<std::string> tell_system(SystemCommandRunner& commands, const std::vector<std::string>& command) {
  return commands.run({command, {}, std::chrono::seconds(30), true, 4096});
}

/// The system need not know the job.
void unload(SystemCommandRunner& commands, const JobSystem& system, const Job& job) {
  for (const auto& command : system.unload(system.folder, job)) {
    static_cast<void>(tell_system(commands, command));
  }
}

/// Files first, and nothing is undone where the system cannot be told: the command to do so by hand is said.
Result<ExitStatus> install(const std::vector<Job>& jobs, const JobSystem& system,
                           const CommandContext& context) {
  TRY(make_folders(system));
  SystemCommandRunner commands;
  bool told = true;
  for (const Job& job : jobs) {
    for (const JobFile& file : system.files(job)) {
      TRY(write_file_atomically(system.folder / file.name, file.text, Durability::synced));
      note(context, "Wrote " + (system.folder / file.name).string());
    }
    // One that is there from an earlier schedule would be kept as it was.
    unload(commands, system, job);
    for (const auto& command : system.load(system.folder, job)) {
      const auto done = tell_system(commands, command);
      if (done) continue;
      print_error(fmt::format("{}; run by hand: {}", done.error().text(), shell_command(command)));
      told = false;
    }
  }
  note(context, system.note);
  note(context, "What a job sees here may differ from what you see: `faultline schedule --check` tells.");
  return told ? ExitStatus::done : ExitStatus::failed;
}

/// Takes a job away from the system, which need not know it. Gives the files that were there.
Result<std::vector<std::filesystem::path>> withdraw(const Job& job, const JobSystem& system) {
  SystemCommandRunner commands;
  unload(commands, system, job);
  std::vector<std::filesystem::path> removed;
  for (const JobFile& file : system.files(job)) {
    const auto path = system.folder / file.name;
    std::error_code error;
    if (std::filesystem::remove(path, error)) removed.push_back(path);
    if (error) return fail(io_error("cannot remove " + path.string(), error.value()));
  }
  return removed;
}

Result<ExitStatus> remove(const std::vector<Job>& jobs, const JobSystem& system,
                          const CommandContext& context) {
  bool any = false;
  for (const Job& job : jobs) {
    TRY_ASSIGN(const auto removed, withdraw(job, system));
    for (const auto& path : removed) note(context, "Removed " + path.string());
    any = any || !removed.empty();
  }
  if (!any)
    return fail(ErrorKind::invalid_argument,
                "nothing of that name is scheduled in " + system.folder.string());
  return ExitStatus::done;
}

/// Starts the job and waits for what it says.
Result<RecordedEnd> run_as_job(const Job& job, const JobSystem& system,
                               const std::filesystem::path& output_file) {
  for (const JobFile& file : system.files(job))
    TRY(write_file_atomically(system.folder / file.name, file.text));
  SystemCommandRunner commands;
  for (const auto& command : system.load(system.folder, job)) {
    auto told = tell_system(commands, command);
    if (told) continue;
    told.error().add_context(
        "no job can be started here (is this the session of somebody who is logged in?)");
    return fail(told.error());
  }
  SystemClock clock;
  return wait_for_recorded(output_file, kCheckLimit, clock, install_stop_signals());
}

Result<ExitStatus> check(const CommandContext& context, const JobSystem& system) {
  TRY(make_folders(system));
  const auto output_file = system.log_folder / "check.log";
  TRY_ASSIGN(const Job job, check_job(context, output_file));
  TRY(withdraw(job, system));  // One that was left behind would be run instead.
  forget_recorded(output_file);
  note(context, "Running `faultline doctor` as a job of the system; this can take a minute.");
  const auto end = run_as_job(job, system, output_file);
  TRY(withdraw(job, system));
  if (!end) return fail(end.error());
  print(end->output);
  note(context, "This is what a scheduled job sees; it is kept in " + output_file.string());
  return end->exit_status == 0 ? ExitStatus::done : ExitStatus::failed;
}

Result<ExitStatus> schedule(const ScheduleFlags& flags, const CommandContext& context) {
  if (flags.check) {
    if (flags.watch || !flags.campaign.empty())
      return fail(ErrorKind::invalid_argument, "--check stands alone: it looks at this host, at no campaign");
    TRY_ASSIGN(const auto system, this_job_system());
    return check(context, system);
  }
  if (flags.watch ? !flags.at.empty() : !flags.folders.empty()) {
    return fail(ErrorKind::invalid_argument, flags.watch
                                                 ? "--at goes with a campaign; --watch runs all the time"
                                                 : "folders go with --watch");
  }
  if (!flags.watch && flags.campaign.empty())
    return fail(ErrorKind::invalid_argument, "give a campaign file and --at 23:00, or --watch, or --check");
  TRY_ASSIGN(const auto system, this_job_system());
  TRY_ASSIGN(const auto jobs,
             flags.watch ? watch_jobs(flags, context, system) : campaign_jobs(flags, context, system));
  if (flags.print_only) {
    for (const Job& job : jobs) {
      for (const JobFile& file : system.files(job))
        print("# " + (system.folder / file.name).string() + "\n" + file.text + "\n");
    }
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
  add_shared_options(*command, context, "");
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
