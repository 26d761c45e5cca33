#include <unistd.h>

#include <cstdlib>

#include "app/jobs/job_files.h"
#include "app/jobs/launchd_refusals.h"

namespace faultline {
namespace {

using Commands = std::vector<std::vector<std::string>>;

// Metal and the user's report folder need the session of somebody who is logged in.
std::string domain() { return "gui/" + std::to_string(::getuid()); }

Commands load(const std::filesystem::path& folder, const Job& job) {
  const auto file = folder / ("faultline." + job.name + ".plist");
  return {{"/bin/launchctl", "bootstrap", domain(), file.string()}};
}

Commands unload(const std::filesystem::path& /*folder*/, const Job& job) {
  return {{"/bin/launchctl", "bootout", domain() + "/faultline." + job.name}};
}

}  // namespace

Result<JobSystem> this_job_system() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    return fail(ErrorKind::invalid_argument, "HOME is not set: there is no place for the job's files");
  const std::filesystem::path folder(home);
  return JobSystem{
      folder / "Library/LaunchAgents",
      launchd_files,
      load,
      unload,
      folder / "Library/Logs/faultline",
      "Launch agents run while somebody is logged in: `faultline doctor` says whether that is so after "
      "a restart.",
      {folder / "Desktop", folder / "Documents", folder / "Downloads", "/Volumes"},
      passes_by_itself,
      kJobExitTimeout,
      explain_refusal};
}

}  // namespace faultline
