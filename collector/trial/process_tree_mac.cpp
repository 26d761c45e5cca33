#include <libproc.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "collector/trial/process_tree.h"

namespace faultline {
namespace {

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> pids(256);
  while (true) {
    const int count =
        ::proc_listchildpids(parent, pids.data(), static_cast<int>(pids.size() * sizeof(pid_t)));
    if (count <= 0) return {};
    if (static_cast<std::size_t>(count) < pids.size()) {
      pids.resize(static_cast<std::size_t>(count));
      return pids;
    }
    pids.resize(pids.size() * 2);
  }
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids(4096);
  const int count = ::proc_listallpids(pids.data(), static_cast<int>(pids.size() * sizeof(pid_t)));
  pids.resize(count > 0 ? std::min(pids.size(), static_cast<std::size_t>(count)) : 0);
  return pids;
}

bool is_zombie(pid_t pid) {
  proc_bsdinfo info{};
  if (::proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != static_cast<int>(sizeof info))
    return true;
  return info.pbi_status == 5;  // SZOMB of <sys/proc.h>
}

}  // namespace

std::uint64_t process_start_ticks(pid_t pid) {
  rusage_info_v0 info{};
  // The system's interface asks for a pointer to a pointer, and means the structure.
  if (::proc_pid_rusage(pid, RUSAGE_INFO_V0, reinterpret_cast<rusage_info_t*>(&info)) != 0) return 0;
  return info.ri_proc_start_abstime;
}

std::string read_boot_session() {
  std::array<char, 64> text{};
  std::size_t size = text.size() - 1;
  if (::sysctlbyname("kern.bootsessionuuid", text.data(), &size, nullptr, 0) != 0) return {};
  return text.data();
}

bool adopt_orphans() { return false; }
void disown_orphans() {}

std::vector<pid_t> living_descendants(pid_t ancestor, pid_t session) {
  std::vector<pid_t> found;
  std::vector<pid_t> level{ancestor};
  while (!level.empty()) {
    std::vector<pid_t> next;
    for (const pid_t parent : level) {
      for (const pid_t child : children_of(parent)) {
        if (std::find(found.begin(), found.end(), child) != found.end()) continue;
        next.push_back(child);
        if (!is_zombie(child)) found.push_back(child);
      }
    }
    level = std::move(next);
  }
  for (const pid_t pid : all_processes()) {
    if (session <= 0 || pid == ancestor || ::getsid(pid) != session || is_zombie(pid)) continue;
    if (std::find(found.begin(), found.end(), pid) == found.end()) found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> processes_of_trial(pid_t session, const std::filesystem::path& /*trial_folder*/) {
  std::vector<pid_t> found;
  for (const pid_t pid : all_processes()) {
    if (session > 0 && ::getsid(pid) == session && !is_zombie(pid)) found.push_back(pid);
  }
  return found;
}

std::chrono::nanoseconds process_cpu_time(pid_t pid) {
  proc_taskinfo info{};
  if (::proc_pidinfo(pid, PROC_PIDTASKINFO, 0, &info, sizeof info) != static_cast<int>(sizeof info)) {
    return std::chrono::nanoseconds(0);
  }
  // In ticks of the time base: 24 MHz on Apple silicon, 1 GHz on Intel.
  std::uint64_t ticks_per_second = 1'000'000'000;
  std::size_t size = sizeof ticks_per_second;
  ::sysctlbyname("hw.tbfrequency", &ticks_per_second, &size, nullptr, 0);
  const auto ticks = info.pti_total_user + info.pti_total_system;
  const auto seconds = ticks / ticks_per_second;
  const auto rest = (ticks % ticks_per_second) * 1'000'000'000 / ticks_per_second;
  return std::chrono::seconds(seconds) + std::chrono::nanoseconds(rest);
}

std::int64_t peak_memory_bytes(const rusage& usage) { return std::int64_t{usage.ru_maxrss}; }

int wait_for_all_flags() { return 0; }

}  // namespace faultline
