#include <fmt/format.h>
#include <sys/resource.h>

#include "collector/host/host_check.h"
#include "core/base/clock.h"

namespace faultline {
namespace {

constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;
constexpr rlim_t kFewOpenFiles = 256;

HostCheck check_disk(HostProbe& host, const std::string& folder, std::uint64_t least) {
  const auto free = host.free_bytes(folder);
  if (!free) return {"disk", CheckState::unknown, "the free space at " + folder + " cannot be asked", {}};
  const std::string found = fmt::format("{:.1f} GiB free at {}", static_cast<double>(*free) / kGibi, folder);
  if (*free >= 4 * least) return {"disk", CheckState::good, found, {}};
  const std::string remedy = fmt::format("make room: a run stops below {:.1f} GiB (min_free_bytes)",
                                         static_cast<double>(least) / kGibi);
  return {"disk", *free < least ? CheckState::bad : CheckState::warning, found, remedy};
}

HostCheck check_core_files() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return {"core_files", CheckState::unknown, {}, {}};
  if (limit.rlim_cur == 0) return {"core_files", CheckState::good, "no core files are written", {}};
  return {"core_files", CheckState::warning, "core files are written beside the reports",
          "each crash may write one and fill the disk: run `ulimit -c 0` before"};
}

HostCheck check_open_files() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {"open_files", CheckState::unknown, {}, {}};
  if (limit.rlim_cur == RLIM_INFINITY) return {"open_files", CheckState::good, "no limit", {}};
  const std::string found = fmt::format("at most {}", limit.rlim_cur);
  if (limit.rlim_cur >= kFewOpenFiles) return {"open_files", CheckState::good, found, {}};
  return {"open_files", CheckState::warning, found,
          "workloads may run out of them: run `ulimit -n 1024` before"};
}

HostCheck check_clock() {
  const SystemClock clock;
  const auto now = clock.wall();
  // Older than the program itself: a machine without a clock that keeps time.
  if (now < *parse_utc("2025-01-01T00:00:00.000Z")) {
    return {"clock", CheckState::bad, "it says " + format_utc(now),
            "set it, or let it be set by the network: reports are matched by time, too"};
  }
  return {"clock", CheckState::good, "it says " + format_utc(now), {}};
}

HostCheck check_boot_session(HostProbe& host) {
  if (host.boot_session()) return {"boot_session", CheckState::good, "known", {}};
  return {"boot_session", CheckState::warning, "the system does not name this boot",
          "a machine that goes down under a trial will not be noticed"};
}

}  // namespace

std::vector<HostCheck> common_checks(HostProbe& host, const std::string& store_folder,
                                     std::uint64_t least_free_bytes) {
  return {check_disk(host, store_folder, least_free_bytes), check_core_files(), check_open_files(),
          check_clock(), check_boot_session(host)};
}

}  // namespace faultline
