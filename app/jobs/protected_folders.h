// Folders that a job of the system may not open, though the user who made the job may.

#pragma once

#include <filesystem>
#include <vector>

#include "app/jobs/job_files.h"
#include "core/base/result.h"

namespace faultline {

/// An error that names the remedy where one of these paths lies in, or is, a folder that the system protects
/// from its jobs. Paths are absolute; links are followed as far as the path exists. Letters count whatever
/// their case, as on the file systems of macOS.
Result<void> check_protected_folders(const std::vector<std::filesystem::path>& paths,
                                     const JobSystem& system);

}  // namespace faultline
