// Jobs of this system, launchd's or systemd's: made for a campaign or a watch, installed, removed, tried out.

#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/jobs/job_check.h"
#include "app/jobs/job_files.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace faultline {

/// What a job's command names, all of it absolute.
struct JobPlaces {
  std::filesystem::path program;
  std::filesystem::path db;
  std::filesystem::path working_folder;
};

/// `program` below `program_folder`, `db` and the job's folder as seen from the current folder.
Result<JobPlaces> job_places(const std::filesystem::path& program_folder, const std::filesystem::path& db);

/// A campaign at a time of day (`23:00`), and a second job that goes on with an interrupted run after a
/// restart. Without `at` they are made to be removed, and the campaign's file is not read. An error where a
/// job of this system could not open the program, the file, the store or the folder:
/// check_protected_folders().
Result<std::vector<Job>> campaign_jobs(const JobPlaces& places, const std::string& campaign_file,
                                       const std::optional<std::string>& at, const JobSystem& system);

/// A watch of these folders (of the system's where there are none) that never ends. `to_install`: as above.
Result<std::vector<Job>> watch_jobs(const JobPlaces& places, const std::vector<std::string>& folders,
                                    const JobSystem& system, bool to_install = true);

struct InstalledJobs {
  std::vector<std::filesystem::path> files;  ///< As written, in order.
  std::vector<std::string> problems;  ///< Where the system refused a job: why, and what to run by hand.
};

/// Writes the files first. They stay where the job system cannot be reached. What it refuses for a while,
/// because a job of the same name is still ending, is tried again for as long as one may take to end.
Result<InstalledJobs> install_jobs(const std::vector<Job>& jobs, const JobSystem& system, Clock& clock);

/// Takes jobs away from the system, which need not know them. Gives the files that were there.
Result<std::vector<std::filesystem::path>> remove_jobs(const std::vector<Job>& jobs, const JobSystem& system);

/// Where try_doctor_job() keeps what the job printed.
std::filesystem::path doctor_job_output(const JobSystem& system);

/// Runs `faultline doctor` as a job, once, and takes the job away again: what it finds there and in a
/// terminal may differ. Errors: as wait_for_recorded(), or no job can be started here.
Result<RecordedEnd> try_doctor_job(const JobPlaces& places, const JobSystem& system, Clock& clock,
                                   const std::atomic<bool>& stop);

}  // namespace faultline
