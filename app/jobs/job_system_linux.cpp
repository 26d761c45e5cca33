#include <cstdlib>

#include "app/jobs/job_files.h"

namespace faultline {
namespace {

using Commands = std::vector<std::vector<std::string>>;

std::string unit_of(const Job& job) {
  return "faultline-" + job.name + (job.start == Job::Start::daily ? ".timer" : ".service");
}

Commands load(const std::filesystem::path& /*folder*/, const Job& job) {
  Commands commands{{"systemctl", "--user", "daemon-reload"}};
  if (job.start == Job::Start::at_login) {
    // Not now: the daily one does that.
    commands.push_back({"systemctl", "--user", "enable", unit_of(job)});
  } else if (job.start == Job::Start::once) {
    commands.push_back({"systemctl", "--user", "start", "--no-block", unit_of(job)});
  } else {
    commands.push_back({"systemctl", "--user", "enable", "--now", unit_of(job)});
  }
  return commands;
}

Commands unload(const std::filesystem::path& /*folder*/, const Job& job) {
  if (job.start == Job::Start::once) return {{"systemctl", "--user", "stop", unit_of(job)}};
  return {{"systemctl", "--user", "disable", "--now", unit_of(job)}};
}

}  // namespace

Result<JobSystem> this_job_system() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    return fail(ErrorKind::invalid_argument, "HOME is not set: there is no place for the job's files");
  const auto place = [home](const char* variable, const char* fallback) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value == '/' ? std::filesystem::path(value)
                                             : std::filesystem::path(home) / fallback;
  };
  return JobSystem{
      place("XDG_CONFIG_HOME", ".config") / "systemd/user",
      systemd_files,
      load,
      unload,
      place("XDG_STATE_HOME", ".local/state") / "faultline",
      "Jobs of a user run while somebody is logged in; `loginctl enable-linger` makes them start "
      "with the machine."};
}

}  // namespace faultline
