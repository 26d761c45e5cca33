// Where the sample workloads lie.

#pragma once

#include <filesystem>

namespace faultline {

/// FAULTLINE_SAMPLES, else beside the program when built, or below the prefix when installed.
std::filesystem::path find_samples_folder(const std::filesystem::path& program_folder);

}  // namespace faultline
