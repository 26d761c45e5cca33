// Reports as they arrive in watched folders, each given to a trial of the run or to none.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/folders/attribution.h"
#include "collector/folders/report_folder.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"

namespace faultline {

struct ArrivedReport {
  CollectedReport report;
  std::optional<std::int64_t> trial_index;  ///< Absent: foreign.
  /// Another file of an incident that was given out before, attributed as that one was.
  bool duplicate = false;
  MonotonicTime seen{0};
};

struct IngestRound {
  std::vector<ArrivedReport> arrived;
  std::vector<std::string> problems;  ///< New ones: each is told once.
  std::size_t unfinished = 0;         ///< Files that are still being written.
};

/// Scans the folders and attributes what is new. Each document is given out once, by its key.
///
/// Made once per execution of a run. Either begin() or resume() comes first.
/// Threads: one at a time.
class ReportIngest {
 public:
  explicit ReportIngest(const std::vector<std::filesystem::path>& folders);

  /// Everything that lies there now is older than the run. Returns a text to be kept beside the run.
  std::string begin();
  /// `kept` is what begin() returned when the run began: what came since then is new.
  void resume(std::string_view kept);
  /// A report that is stored already.
  void know(const std::string& key, std::optional<std::int64_t> trial_index);

  /// One look at all folders. `trials` learn the pids whose reports have come, so that their children
  /// are found, too, and strangers with the same number are not taken for them. A report of none of them
  /// may be that of a trial that runs now, whose processes are known when it has ended: it is given out
  /// when all of those in `in_flight` have gone from there.
  IngestRound collect(std::vector<TrialProcesses>& trials, MonotonicTime now,
                      const std::set<std::int64_t>& in_flight = {});

  /// Removes a report that was stored from the folder in which it was met; see remove_stored_report().
  Result<bool> remove_stored(const std::filesystem::path& path, std::string_view bytes);

  /// True if the last look could read none of the folders.
  [[nodiscard]] bool is_blind() const { return blind_; }
  /// Process names of which the system may keep no further report.
  [[nodiscard]] std::set<std::string> crowded_names() const;

 private:
  struct Known {
    std::optional<std::int64_t> trial_index;
    AttributionBasis basis = AttributionBasis::none;
  };

  struct Undecided {
    ArrivedReport arrived;
    std::set<std::int64_t> may_own;  // Trials that ran when it was first seen.
  };

  bool settle_one(ArrivedReport& arrived, std::vector<TrialProcesses>& trials);

  std::vector<ReportFolder> folders_;
  std::map<std::string, Known> known_;
  std::vector<Undecided> undecided_;
  std::set<std::string> told_;
  bool blind_ = false;
};

}  // namespace faultline
