#include "collector/folders/report_ingest.h"

#include <algorithm>
#include <utility>

namespace faultline {
namespace {

/// Reports kept per process name and type: ips-format facts, "(2 of max 25)" in real logs.
constexpr std::size_t kSystemLimit = 25;

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

TrialProcesses* find_trial(std::vector<TrialProcesses>& trials, std::int64_t index) {
  const auto found = std::find_if(trials.begin(), trials.end(), [index](const TrialProcesses& trial) {
    return trial.trial_index == index;
  });
  return found == trials.end() ? nullptr : &*found;
}

}  // namespace

ReportIngest::ReportIngest(const std::vector<std::filesystem::path>& folders) {
  for (const auto& folder : folders) folders_.emplace_back(folder);
}

std::string ReportIngest::begin() {
  std::string kept;
  for (ReportFolder& folder : folders_) {
    for (const std::string& line : folder.mark_present_as_old()) kept += line + "\n";
  }
  return kept;
}

void ReportIngest::resume(std::string_view kept) {
  const auto lines = split_lines(kept);
  for (ReportFolder& folder : folders_) folder.mark_as_old(lines);
}

void ReportIngest::know(const std::string& key, std::optional<std::int64_t> trial_index) {
  known_[key] = {trial_index, AttributionBasis::pid_and_start};
}

bool ReportIngest::settle_one(ArrivedReport& arrived, std::vector<TrialProcesses>& trials) {
  Attribution attribution = attribute_report(arrived.report.identity, trials);
  arrived.report.notes = std::move(attribution.notes);
  if (!attribution.trial_index) return false;
  arrived.trial_index = attribution.trial_index;
  arrived.report.basis = attribution.basis;
  if (TrialProcesses* trial = find_trial(trials, *attribution.trial_index)) {
    const std::int64_t pid = *arrived.report.identity.pid;
    if (is_death(arrived.report.identity)) trial->reported_pids.push_back(pid);
    if (pid != trial->pid) trial->other_pids.push_back(pid);
  }
  return true;
}

IngestRound ReportIngest::collect(std::vector<TrialProcesses>& trials, MonotonicTime now,
                                  const std::set<std::int64_t>& in_flight) {
  IngestRound round;
  blind_ = !folders_.empty();
  std::vector<Undecided> open = std::exchange(undecided_, {});
  for (ReportFolder& folder : folders_) {
    FolderScan scan = folder.scan(now);
    if (scan.state == FolderState::readable || scan.state == FolderState::missing) blind_ = false;
    if (!scan.problem.empty() && told_.insert(scan.problem).second) round.problems.push_back(scan.problem);
    round.unfinished += scan.unfinished;
    for (FoundReport& found : scan.reports) {
      ArrivedReport arrived;
      arrived.report.bytes = std::move(found.bytes);
      arrived.report.source = std::move(found.path);
      arrived.report.identity = std::move(found.summary.identity);
      arrived.report.facts = std::move(found.summary.facts);
      arrived.seen = found.seen;
      open.push_back({std::move(arrived), in_flight});
    }
  }
  // A grandchild's report can be known only after its parent's, and may come before it.
  bool progress = true;
  while (progress) {
    progress = false;
    for (auto next = open.begin(); next != open.end();) {
      ArrivedReport* arrived = &next->arrived;
      const std::string key = arrived->report.key();
      const auto known = known_.find(key);
      if (known != known_.end()) {
        arrived->duplicate = true;
        arrived->trial_index = known->second.trial_index;
        arrived->report.basis = known->second.basis;
      } else if (!settle_one(*arrived, trials)) {
        ++next;
        continue;
      } else {
        known_[key] = {arrived->trial_index, arrived->report.basis};
        progress = true;
      }
      round.arrived.push_back(std::move(*arrived));
      next = open.erase(next);
    }
  }
  for (Undecided& left : open) {
    std::erase_if(left.may_own, [&in_flight](std::int64_t index) { return !in_flight.contains(index); });
    if (!left.may_own.empty()) {
      undecided_.push_back(std::move(left));
      continue;
    }
    ArrivedReport& arrived = left.arrived;
    arrived.duplicate = !known_.try_emplace(arrived.report.key(), Known{}).second;
    round.arrived.push_back(std::move(arrived));
  }
  return round;
}

Result<bool> ReportIngest::remove_stored(const std::filesystem::path& path, std::string_view bytes) {
  for (ReportFolder& folder : folders_) {
    if (folder.path() == path.parent_path()) return folder.remove_stored(path, bytes);
  }
  return remove_stored_report(path, bytes);
}

std::set<std::string> ReportIngest::crowded_names() const {
  std::set<std::string> names;
  for (const ReportFolder& folder : folders_) names.merge(folder.crowded_names(kSystemLimit));
  return names;
}

}  // namespace faultline
