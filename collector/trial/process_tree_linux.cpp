#include <dirent.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "collector/trial/process_tree.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

struct ProcessStat {
  char state = '?';
  pid_t parent = 0;
  pid_t session = 0;
  std::uint64_t start_ticks = 0;
};

/// /proc/PID/stat, proc(5). The name in the second field may hold spaces and parentheses: what counts
/// starts after the last `)`.
std::optional<ProcessStat> read_stat(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) return std::nullopt;
  const auto close = text->rfind(')');
  if (close == std::string::npos || close + 2 >= text->size()) return std::nullopt;
  ProcessStat stat;
  std::string_view rest = std::string_view(*text).substr(close + 2);
  for (int field = 3; field <= 22 && !rest.empty(); ++field) {
    const auto word = rest.substr(0, rest.find(' '));
    const auto* end = word.data() + word.size();
    if (field == 3 && !word.empty()) stat.state = word.front();
    if (field == 4) std::from_chars(word.data(), end, stat.parent);
    if (field == 6) std::from_chars(word.data(), end, stat.session);
    if (field == 22) std::from_chars(word.data(), end, stat.start_ticks);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return stat;
}

bool is_alive(const ProcessStat& stat) { return stat.state != 'Z' && stat.state != 'X'; }

std::map<pid_t, ProcessStat> read_process_table() {
  std::map<pid_t, ProcessStat> table;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  if (!folder) return table;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
      continue;
    if (const auto stat = read_stat(pid)) table[pid] = *stat;
  }
  return table;
}

}  // namespace

std::uint64_t process_start_ticks(pid_t pid) {
  const auto stat = read_stat(pid);
  return stat ? stat->start_ticks * (1'000'000'000ULL / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)))
              : 0;
}

std::string read_boot_session() {
  auto text = read_file("/proc/sys/kernel/random/boot_id");
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

bool adopt_orphans() { return ::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) == 0; }
void disown_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 0UL, 0UL, 0UL, 0UL); }

std::vector<pid_t> living_descendants(pid_t ancestor, pid_t /*session*/) {
  const auto table = read_process_table();
  std::multimap<pid_t, pid_t> children;
  for (const auto& [pid, stat] : table) children.emplace(stat.parent, pid);
  std::vector<pid_t> found;
  std::vector<pid_t> level{ancestor};
  std::set<pid_t> seen{ancestor};
  while (!level.empty()) {
    std::vector<pid_t> next;
    for (const pid_t parent : level) {
      const auto [first, last] = children.equal_range(parent);
      for (auto child = first; child != last; ++child) {
        if (!seen.insert(child->second).second) continue;
        next.push_back(child->second);
        if (is_alive(table.at(child->second))) found.push_back(child->second);
      }
    }
    level = std::move(next);
  }
  return found;
}

std::vector<pid_t> processes_of_trial(pid_t session, const std::filesystem::path& trial_folder) {
  const std::string mark = "FAULTLINE_TRIAL_DIR=" + trial_folder.string() + std::string(1, '\0');
  std::vector<pid_t> found;
  for (const auto& [pid, stat] : read_process_table()) {
    if (!is_alive(stat)) continue;
    bool belongs = session > 0 && stat.session == session;
    if (!belongs) {
      const auto environment = read_file("/proc/" + std::to_string(pid) + "/environ");
      belongs = environment && (std::string(1, '\0') + *environment).find('\0' + mark) != std::string::npos;
    }
    if (belongs) found.push_back(pid);
  }
  return found;
}

std::chrono::nanoseconds process_cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    return std::chrono::nanoseconds(0);
  }
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Kilobytes, getrusage(2).
std::int64_t peak_memory_bytes(const rusage& usage) { return std::int64_t{usage.ru_maxrss} * 1024; }

int wait_for_all_flags() { return __WALL; }

}  // namespace faultline
