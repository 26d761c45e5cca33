// How a trial ended: wait status, output and reports -> outcome, by ordered rules. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/run/trials/output_scan.h"
#include "collector/trial/process_runner.h"
#include "core/ips/report_summary.h"
#include "core/model/campaign.h"
#include "core/model/outcome.h"
#include "core/model/trial.h"

namespace faultline {

/// Everything that a verdict rests on. Reports are those attributed to the trial so far.
struct TrialEvidence {
  const Workload* workload = nullptr;     ///< Never null; must live as long as the evidence.
  CaptureMode capture = CaptureMode::on;  ///< Of the cell, which may differ from the workload's.
  std::vector<std::string> argv;
  TrialStatus status;
  OutputFacts output;
  std::vector<ReportFacts> reports;
};

/// The rules, in this order; the first that holds decides:
///
/// | rule | outcome | holds when |
/// |---|---|---|
/// | not_started | setup_failed | the command could not be executed |
/// | launch_failure | setup_failed | a report says DYLD, CODESIGNING or EXEC |
/// | loader_error | setup_failed | it died or failed, and the loader's complaint is on stderr |
/// | shell_could_not_run | setup_failed | exit 126 or 127 where a shell or wrapper stands in argv |
/// | expect_output_missing | setup_failed | no line matches expect_output |
/// | crash_signal | crashed | the command died of a crash signal that the harness did not send |
/// | crash_signal_in_child | crashed | a process that it started did |
/// | own_report | crashed | it left a crash report, whatever its exit status |
/// | time_limit | hung | it was ended at its time limit |
/// | crash_exit_code | crashed | the workload names its exit code as a crash |
/// | shell_exit_code | crashed | exit 128+n for a crash signal n where a shell or wrapper stands in argv |
/// | crash_when | crashed | a line matches crash_when |
/// | wrong_when | wrong | a line matches wrong_when |
/// | ok_count | wrong | the workload counted fewer right results than results |
/// | other_signal | exit_error | death by any other signal |
/// | exit_code | exit_error | an exit code that is neither 0 nor accepted |
/// | pass_when_missing | exit_error | no line matches pass_when |
/// | accepted_exit_code, exit_zero | passed | |
///
/// Where the workload expects an image, and whoever could look (a report, or the supervisor before the end)
/// did not find it, a pass becomes `setup_failed` (rule expect_image_missing), and any other outcome stays,
/// by the rule image_not_seen. Where nobody looked at the right time, every outcome stays, by that rule, too:
/// it was not seen, and is not said to have been missing.
///
/// A crash before the time limit is the stronger evidence: the limit then only ended what was left.
/// Expected output comes before a crash, because a crash in an arm that was not what it says must not
/// be counted for it; the notes tell of both.
Verdict decide_outcome(const TrialEvidence& evidence);

/// The rule of a trial in which the image that it should have loaded was not seen, for whatever else decided.
inline constexpr std::string_view kImageNotSeenRule = "image_not_seen";

/// Whether a crashed trial has no crash report, and why, where that is known.
struct CaptureResult {
  bool uncaptured = false;
  std::string reason;
};
CaptureResult decide_capture(const TrialEvidence& evidence, const Verdict& verdict);

/// Decides anew on a recorded trial of which one more report came: by the same rules, as far as they read
/// reports and come before the rule that decided. So a crash report makes a trial `crashed` that had passed,
/// failed or was wrong, and one that hung, panicked or was not set up stays what it was. A trial that is
/// crashed and has a crash report is captured.
void decide_with_late_report(Trial& trial, const ReportFacts& report, const Workload& workload);

/// True where a shell or a wrapper (sh, timeout, env, uv, …) stands in argv, so that 128+n may speak
/// of a child's death.
bool has_shell_or_wrapper(const std::vector<std::string>& argv);

}  // namespace faultline
