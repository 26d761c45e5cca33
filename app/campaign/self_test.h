// A process that really crashes, to see whether a crash is captured on this host.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/run/campaign_runner.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/analysis.h"

namespace faultline {

/// `faultline --crash-canary`: this program, which then aborts in faultline_canary().
inline constexpr std::string_view kSelfTestFlag = "--crash-canary";
[[noreturn]] void crash_for_self_test();

struct SelfTestSetting {
  std::filesystem::path program_folder;  ///< Of faultline and faultline-report.
  std::filesystem::path work_folder;     ///< Made, and removed again.
  ReporterKind reporter = ReporterKind::supervisor;
  std::vector<std::filesystem::path> report_folders;
  std::chrono::milliseconds deadline{60'000};
  std::vector<std::string>
      command;  ///< What crashes instead of this program, as a child of it; empty: this one.
};

struct SelfTestResult {
  Trial trial;                            ///< Crashed, if all is well.
  std::optional<CollectedReport> report;  ///< Absent: the canary is lost.
  std::optional<Analysis> analysis;
  std::string why;  ///< Where it is lost: what is known of the reason.
  /// Reports that came meanwhile and are not its own, each with what agrees and what does not.
  std::vector<std::string> near_misses;
  /// From the death to the report; absent where the supervisor wrote it itself.
  [[nodiscard]] std::optional<std::chrono::milliseconds> latency() const {
    return report ? report->latency : std::nullopt;
  }
};

/// What a report that is not of `trial` has in common with it, and what not: process numbers, start ticks,
/// boot sessions, times. One line, with what attribution noted.
std::string describe_near_miss(const Trial& trial, const CollectedReport& report);

/// Runs it as one trial of a campaign of its own, through the same supervisor, folders and attribution as
/// every trial. Nothing of it is stored. An error means that our own machinery failed.
Result<SelfTestResult> run_self_test(const SelfTestSetting& setting, Clock& clock, HostProbe& host,
                                     const std::atomic<bool>& stop);

}  // namespace faultline
