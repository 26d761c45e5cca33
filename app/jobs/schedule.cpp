#include "app/jobs/schedule.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/jobs/protected_folders.h"
#include "collector/host/command_runner.h"
#include "collector/host/environment_facts.h"
#include "collector/plan/campaign_file.h"
#include "core/files/text_file.h"
#include "core/text/shell_quote.h"

namespace faultline {
namespace {

/// Doctor waits up to a minute for its canary's report, and asks many small programs.
constexpr std::chrono::seconds kCheckLimit{300};
/// Between two attempts to load a job that takes the place of one that is still ending.
constexpr std::chrono::seconds kBetweenLoads{2};

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

/// A job that sees what the caller sees: the folder, and what of the environment matters.
Job job_here(const JobPlaces& places, std::string description) {
  Job job;
  job.description = std::move(description);
  job.working_folder = places.working_folder;
  job.env = job_environment();
  return job;
}

/// What `faultline doctor` says as a job and in a terminal may differ: folder permissions, the Metal device,
/// the environment.
Job doctor_job(const JobPlaces& places, const std::filesystem::path& output_file) {
  Job check = job_here(places, "Faultline doctor, once");
  check.name = "check-now";
  check.start = Job::Start::once;
  check.command =
      recorded_command({places.program.string(), "doctor", "--db", places.db.string()}, output_file);
  return check;
}

Result<void> make_folders(const JobSystem& system) {
  TRY(make_folder(system.folder));
  return make_folder(system.log_folder);
}

Result<std::string> run_system_command(SystemCommandRunner& commands,
                                       const std::vector<std::string>& command) {
  return commands.run({command, {}, std::chrono::seconds(30), true, 4096});
}

/// One command of loading a job, again and again while the refusal is one that passes. Its error says what to
/// do.
Result<void> load_patiently(SystemCommandRunner& commands, const JobSystem& system,
                            const std::vector<std::string>& command, Clock& clock) {
  const MonotonicTime until = clock.monotonic() + system.settle_time;
  while (true) {
    auto done = run_system_command(commands, command);
    if (done) return {};
    const std::string refusal = done.error().text();
    const bool passes = system.passes_by_itself != nullptr && system.passes_by_itself(refusal);
    if (passes && clock.monotonic() < until) {
      clock.sleep(kBetweenLoads);
      continue;
    }
    const std::string meaning = system.explain_refusal != nullptr ? system.explain_refusal(refusal) : "";
    if (!meaning.empty()) return fail(ErrorKind::process, refusal + ": " + meaning);
    return fail(done.error());
  }
}

/// The system need not know the job.
void unload(SystemCommandRunner& commands, const JobSystem& system, const Job& job) {
  for (const auto& command : system.unload(system.folder, job)) {
    static_cast<void>(run_system_command(commands, command));
  }
}

Result<std::vector<std::filesystem::path>> remove_job(const Job& job, const JobSystem& system) {
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

/// Starts the job and waits for what it says.
Result<RecordedEnd> run_as_job(const Job& job, const JobSystem& system,
                               const std::filesystem::path& output_file, Clock& clock,
                               const std::atomic<bool>& stop) {
  for (const JobFile& file : system.files(job))
    TRY(write_file_atomically(system.folder / file.name, file.text));
  SystemCommandRunner commands;
  for (const auto& command : system.load(system.folder, job)) {
    auto loaded = load_patiently(commands, system, command, clock);
    if (loaded) continue;
    loaded.error().add_context("no job can be started here");
    return fail(loaded.error());
  }
  return wait_for_recorded(output_file, kCheckLimit, clock, stop);
}

}  // namespace

Result<JobPlaces> job_places(const std::filesystem::path& program_folder, const std::filesystem::path& db) {
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (error) return fail(io_error("cannot tell the current folder", error.value()));
  return JobPlaces{program_folder / "faultline", std::filesystem::absolute(db, error), here};
}

Result<std::vector<Job>> campaign_jobs(const JobPlaces& places, const std::string& campaign_file,
                                       const std::optional<std::string>& at, const JobSystem& system) {
  std::error_code error;
  const auto campaign = std::filesystem::absolute(campaign_file, error);
  Job nightly = job_here(places, "Faultline campaign " + campaign.filename().string());
  nightly.name = job_name(campaign.stem().string());
  if (at) {
    TRY(check_protected_folders({campaign, places.program, places.db, places.working_folder}, system));
    TRY(read_campaign_file(campaign));
    const auto time = parse_time_of_day(*at);
    if (!time) {
      return fail(ErrorKind::invalid_argument,
                  at->empty() ? "when? Write --at 23:00"
                              : fmt::format("--at: \"{}\" is no time of day; write 23:00", *at));
    }
    nightly.at = *time;
  }
  nightly.command = {places.program.string(),
                     "run",
                     campaign.string(),
                     "--db",
                     places.db.string(),
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

Result<std::vector<Job>> watch_jobs(const JobPlaces& places, const std::vector<std::string>& folders,
                                    const JobSystem& system, bool to_install) {
  Job watch = job_here(places, "Faultline watch of report folders");
  watch.name = "watch";
  watch.start = Job::Start::always;
  watch.command = {places.program.string(), "watch", "--db",
                   places.db.string(),      "--log", (system.log_folder / "watch.log").string()};
  for (const auto& folder : folders) {
    std::error_code error;
    watch.command.push_back(std::filesystem::absolute(folder, error).string());
  }
  if (to_install) {
    std::vector<std::filesystem::path> needed{places.program, places.db, places.working_folder};
    needed.insert(needed.end(), folders.begin(), folders.end());
    for (auto& path : needed) {
      std::error_code error;
      path = std::filesystem::absolute(path, error);
    }
    TRY(check_protected_folders(needed, system));
  }
  return std::vector<Job>{std::move(watch)};
}

Result<InstalledJobs> install_jobs(const std::vector<Job>& jobs, const JobSystem& system, Clock& clock) {
  TRY(make_folders(system));
  SystemCommandRunner commands;
  InstalledJobs installed;
  for (const Job& job : jobs) {
    for (const JobFile& file : system.files(job)) {
      TRY(write_file_atomically(system.folder / file.name, file.text, Durability::synced));
      installed.files.push_back(system.folder / file.name);
    }
    // One that is there from an earlier schedule would be kept as it was.
    unload(commands, system, job);
    for (const auto& command : system.load(system.folder, job)) {
      const auto done = load_patiently(commands, system, command, clock);
      if (done) continue;
      installed.problems.push_back(
          fmt::format("{}; run by hand: {}", done.error().text(), shell_command(command)));
    }
  }
  return installed;
}

Result<std::vector<std::filesystem::path>> remove_jobs(const std::vector<Job>& jobs,
                                                       const JobSystem& system) {
  std::vector<std::filesystem::path> all;
  for (const Job& job : jobs) {
    TRY_ASSIGN(const auto removed, remove_job(job, system));
    all.insert(all.end(), removed.begin(), removed.end());
  }
  return all;
}

std::filesystem::path doctor_job_output(const JobSystem& system) { return system.log_folder / "check.log"; }

Result<RecordedEnd> try_doctor_job(const JobPlaces& places, const JobSystem& system, Clock& clock,
                                   const std::atomic<bool>& stop) {
  TRY(check_protected_folders({places.program, places.db, places.working_folder}, system));
  TRY(make_folders(system));
  const auto output_file = doctor_job_output(system);
  const Job job = doctor_job(places, output_file);
  TRY(remove_job(job, system));  // One that was left behind would be run instead.
  forget_recorded(output_file);
  const auto end = run_as_job(job, system, output_file, clock, stop);
  TRY(remove_job(job, system));
  return end;
}

}  // namespace faultline
