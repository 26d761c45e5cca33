#include <sys/timex.h>
#include <unistd.h>

#include <string>

#include "collector/host/host_check.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

std::optional<std::string> first_line(const char* path) {
  const auto text = read_file(path, 4096);
  if (!text) return std::nullopt;
  return text->substr(0, text->find('\n'));
}

/// Whether a parent may trace its child decides whether we can report at all; the canary shows it for sure.
HostCheck check_ptrace() {
  const auto scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  if (!scope) return {"ptrace", CheckState::good, "not restricted by Yama", {}};
  const std::string found = "Yama ptrace_scope is " + *scope;
  if (*scope == "0" || *scope == "1") return {"ptrace", CheckState::good, found, {}};
  if (*scope == "2" && ::geteuid() == 0) return {"ptrace", CheckState::good, found + ", and we are root", {}};
  return {"ptrace", CheckState::bad, found, "run `sysctl kernel.yama.ptrace_scope=1` as root"};
}

HostCheck check_core_pattern() {
  const auto pattern = first_line("/proc/sys/kernel/core_pattern");
  if (!pattern) return {"core_pattern", CheckState::unknown, {}, {}};
  if (!pattern->starts_with('|')) return {"core_pattern", CheckState::good, *pattern, {}};
  return {"core_pattern", CheckState::warning, "crashes also go to " + pattern->substr(1),
          "it slows every crash down: set another kernel.core_pattern, or run `ulimit -c 0` before"};
}

HostCheck check_time_keeping() {
  timex state{};
  if (::adjtimex(&state) < 0) return {"time_keeping", CheckState::unknown, {}, {}};
  if ((state.status & STA_UNSYNC) == 0) return {"time_keeping", CheckState::good, "set by the network", {}};
  return {"time_keeping", CheckState::warning, "the clock is not set by the network",
          "durations do not depend on it; dates do"};
}

HostCheck check_governor() {
  const auto governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor) return {"cpu_governor", CheckState::good, "none", {}};
  if (*governor == "performance") return {"cpu_governor", CheckState::good, *governor, {}};
  return {"cpu_governor", CheckState::warning, *governor,
          "rates of races depend on speed: `cpupower frequency-set -g performance` keeps it"};
}

}  // namespace

std::vector<HostCheck> system_checks(HostProbe& /*host*/) {
  return {check_ptrace(), check_core_pattern(), check_time_keeping(), check_governor()};
}

}  // namespace faultline
