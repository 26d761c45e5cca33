// Which processes belong to a trial, and what the system knows of one process.

#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace faultline {

/// The start of `pid` since boot, in the unit in which reports give it as procStartAbsTime (Linux:
/// nanoseconds, from field 22 of /proc/PID/stat; macOS: mach_absolute_time()). Together with pid and boot
/// session it identifies a process uniquely. 0 if it is gone.
std::uint64_t process_start_ticks(pid_t pid);

/// This boot's identity as the system gives it; empty if it gives none.
std::string read_boot_session();

/// Makes orphaned descendants ours instead of init's; false where the system cannot (macOS).
bool adopt_orphans();
/// Gives that up again.
void disown_orphans();

/// Living descendants of `ancestor`, parents before children; on macOS also whoever is in the session
/// `session`, since orphans there get another parent. Zombies and `ancestor` itself are not among them.
/// Reads the whole process table: some milliseconds.
std::vector<pid_t> living_descendants(pid_t ancestor, pid_t session);

/// Processes of a trial whose harness is gone: those in `session` and, on Linux, those that carry
/// `FAULTLINE_TRIAL_DIR=<trial_folder>` in their environment.
std::vector<pid_t> processes_of_trial(pid_t session, const std::filesystem::path& trial_folder);

/// CPU time that the process has used so far, all threads; 0 if it is gone.
std::chrono::nanoseconds process_cpu_time(pid_t pid);

/// Peak memory of one process as getrusage() has it: the unit differs among systems.
std::int64_t peak_memory_bytes(const rusage& usage);

/// What waitpid() needs to see every child: on Linux also threads under ptrace.
int wait_for_all_flags();

}  // namespace faultline
