#include "collector/reporter/watch/passive_watcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>

#include <utility>

#include "collector/reporter/watch/hang_report.h"
#include "collector/reporter/watch/report_file.h"
#include "collector/trial/process_tree.h"

namespace faultline {
namespace {

SampleMoment moment_of(pid_t pid) {
  SampleMoment moment;
  moment.wall = SystemClock().wall();
  moment.zone_minutes = local_zone_minutes(moment.wall);
  moment.start_ticks = process_start_ticks(pid);
  moment.boot_session = read_boot_session();
  return moment;
}

}  // namespace

PassiveWatcher::PassiveWatcher(std::filesystem::path report_folder, SampleCommand command,
                               std::chrono::milliseconds sample_limit)
    : report_folder_(std::move(report_folder)), command_(std::move(command)), sample_limit_(sample_limit) {}

Result<void> PassiveWatcher::attach(pid_t /*child*/) { return {}; }

bool PassiveWatcher::handle(pid_t /*pid*/, int wait_status) {
  return WIFEXITED(wait_status) || WIFSIGNALED(wait_status);
}

std::map<pid_t, ProcessSample> PassiveWatcher::sample(const std::vector<pid_t>& pids) {
  std::map<pid_t, ProcessSample> samples;
  if (!command_) return samples;
  for (auto& [pid, taken] : take_samples(pids, report_folder_, command_, sample_limit_)) {
    if (taken) {
      samples.emplace(pid, std::move(*taken));
    } else {
      notes_.push_back(taken.error().text());
    }
  }
  return samples;
}

void PassiveWatcher::take_stacks(const std::vector<pid_t>& pids) { earlier_ = sample(pids); }

bool PassiveWatcher::report_hang(const std::vector<pid_t>& /*pids*/, const HangFacts& facts) {
  // Whoever was refused the first time is not asked again.
  std::vector<pid_t> seen;
  for (const auto& [pid, sample] : earlier_) seen.push_back(pid);
  const auto now = sample(seen);
  std::map<pid_t, std::size_t> moved;
  bool any_moved = false;
  for (const auto& [pid, sample] : now) {
    moved[pid] = count_moved(earlier_.at(pid), sample);
    any_moved = any_moved || moved[pid] != 0;
  }
  const bool stuck = facts.idle && !any_moved;
  for (const auto& [pid, sample] : now) {
    const faultline::HangFacts hang{stuck, facts.timeout, facts.cpu_in_window, facts.window, moved[pid]};
    auto written = write_report(report_folder_, build_hang_report(sample, hang, moment_of(pid)), pid);
    if (written) {
      reports_.push_back(std::move(*written));
    } else {
      notes_.push_back("a report was lost: " + written.error().text());
    }
  }
  return stuck;
}

std::string PassiveWatcher::note() const { return fmt::format("{}", fmt::join(notes_, "; ")); }

}  // namespace faultline
