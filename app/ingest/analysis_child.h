// A child process that analyses a report first, so that a report on which our own code crashes ends the
// child.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/analysis.h"
#include "core/process/subprocess.h"

namespace faultline {

/// Everything that is derived from the bytes of a report, and of what the output of its trial named
/// (explain_fault()). Does not throw.
using DeriveReport = std::function<Analysis(std::string_view bytes, std::string_view output_gpu_error)>;

/// The flag by which main() knows that it is the child.
inline constexpr std::string_view kAnalysisChildFlag = "--analysis-child";

/// The child's whole life: analyses what comes on kControlFd until nothing more does. Returns the exit
/// status.
int analysis_child_main(const DeriveReport& derive_report);

/// For reports that nobody watches over: those of a run, of `watch`, and those that failed before. Costs the
/// time of a second analysis, in a process that lives as long as this object and is replaced when it ends.
/// Ownership: the child. Threads: any number at once, one report at a time.
class AnalysisChild {
 public:
  static constexpr std::chrono::seconds kMostTime{60};

  /// `program`: its main() hands over to analysis_child_main(). It is started for the first report.
  explicit AnalysisChild(std::filesystem::path program, std::chrono::milliseconds most_time = kMostTime)
      : program_(std::move(program)), most_time_(most_time) {}

  /// What became of the child where it could not analyse these bytes; nullopt where it could, and where none
  /// can be started: an analysis is not given up for that.
  std::optional<std::string> failure_of(std::string_view bytes);

  /// `derive_report` for bytes that the child could analyse; for others a report of kind `unanalysed` that
  /// says why. This must outlive what it gives.
  DeriveReport guard(ReportOrigin origin, DeriveReport derive_report);

 private:
  bool is_started();
  std::string end_child();

  std::filesystem::path program_;
  std::chrono::milliseconds most_time_;
  std::mutex mutex_;
  std::optional<Subprocess> child_;
};

}  // namespace faultline
