// What a trial's output says about itself: metrics, phases, counts, and the patterns of its workload.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/plan/line_pattern.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// The workload's regexes, compiled once per campaign.
struct OutputPatterns {
  std::optional<LinePattern> pass_when;
  std::optional<LinePattern> wrong_when;
  std::optional<LinePattern> crash_when;
  std::optional<LinePattern> expect_output;
  std::vector<std::pair<std::string, LinePattern>> metrics;  ///< By name.
};

/// Fails only for a workload that never passed the checks of a campaign.
Result<OutputPatterns> compile_patterns(const Workload& workload);

/// `{"faultline": {"ok": 28, "of": 30}}`, added up over all such lines.
struct OkCount {
  std::int64_t ok = 0;
  std::int64_t of = 0;
  friend bool operator==(const OkCount&, const OkCount&) = default;
};

/// What is kept of the end of stderr. Of a death that left no report it is all that there is: a fault
/// handler's stack of many threads takes this much. Other trials keep kExcerptBytes of it.
inline constexpr std::size_t kStderrTailBytes = 16 << 10;
inline constexpr std::size_t kExcerptBytes = 500;

/// The last `limit` bytes of a text, as valid UTF-8.
std::string tail_excerpt(std::string_view text, std::size_t limit);

struct OutputFacts {
  std::vector<Metric> metrics;  ///< The last value of each name, in the order of first appearance.
  std::string phase;            ///< The last one.
  std::optional<OkCount> ok;
  // The first line that matched; absent where none did.
  std::optional<std::string> pass_line;
  std::optional<std::string> wrong_line;
  std::optional<std::string> crash_line;
  std::optional<std::string> expected_line;
  /// The dynamic loader's own complaint: the program never ran.
  std::optional<std::string> loader_error;
  std::vector<std::string> gpu_errors;  ///< Lines that name a GPU error (find_gpu_error()), at most 8.
  std::string head;                     ///< Start of stdout, at most 500 bytes, valid UTF-8.
  std::string stderr_tail;              ///< End of stderr, at most kStderrTailBytes, likewise.
};

/// Reads what was kept of both streams (head and tail of each, so a line in the middle of a very long
/// output may be missed). Lines of our own form count on stdout, patterns on both streams, stdout first. A
/// line is looked at up to 64 KiB; a value that is no finite number is no metric.
///
/// Cost: linear in the output times the patterns' lengths.
OutputFacts scan_output(std::string_view stdout_text, std::string_view stderr_text,
                        const OutputPatterns& patterns);

/// As scan_output() for `stdout` and `stderr` of a trial folder; a missing file is empty output.
Result<OutputFacts> scan_output_files(const std::filesystem::path& trial_folder,
                                      const OutputPatterns& patterns);

}  // namespace faultline
