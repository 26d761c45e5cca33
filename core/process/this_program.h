// Where the running program stands on the disk.

#pragma once

#include <filesystem>

namespace faultline {

/// The file of the running program, as the kernel has it: links followed, whatever argv[0] says.
/// Empty where the system does not say.
/// Threads: any.
std::filesystem::path this_program();

}  // namespace faultline
