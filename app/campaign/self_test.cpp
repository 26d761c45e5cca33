#include "app/campaign/self_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <cstdlib>
#include <system_error>
#include <utility>

#include "analyzer/derive.h"
#include "analyzer/site/frame_rules.h"
#include "collector/plan/campaign_file.h"
#include "collector/trial/process_runner.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

/// Keeps the one trial and its report in memory.
class SelfTestJournal final : public RunJournal {
 public:
  SelfTestResult result;
  std::vector<CollectedReport> foreign;

  Result<void> begin(const RunRecord& /*record*/) override { return {}; }
  Result<void> resume(const RunRecord& /*record*/) override { return {}; }
  Result<RunHistory> history(const Uuid& /*run*/) override { return RunHistory(); }
  Result<void> trial_ended(const Trial& trial, const std::vector<CollectedReport>& reports) override {
    result.trial = trial;
    if (!reports.empty()) result.report = reports.front();
    return {};
  }
  Result<void> report_arrived_late(const Trial& trial, const CollectedReport& report) override {
    result.trial = trial;
    if (!result.report) result.report = report;
    return {};
  }
  Result<void> foreign_report(const Uuid& /*run*/, const CollectedReport& report) override {
    foreign.push_back(report);
    return {};
  }
  Result<void> trials_contaminated(const Uuid& /*run*/, const std::vector<std::int64_t>& /*of*/) override {
    return {};
  }
  Result<void> end(const Uuid& /*run*/, RunState /*state*/, const std::string& /*reason*/,
                   WallTime /*ended*/) override {
    return {};
  }
};

class SilentObserver final : public RunObserver {};

std::string why_lost(const Trial& trial) {
  if (trial.verdict.outcome != Outcome::crashed) {
    std::string text = "it did not even crash, but " + std::string(outcome_text(trial.verdict.outcome));
    for (const auto& note : trial.verdict.notes) text += ": " + note;
    return text;
  }
  return trial.uncaptured_reason.empty() ? "no report came" : trial.uncaptured_reason;
}

/// `pid 81 (its own is 80)`, or `the same pid`; nothing where either is not known.
template <typename Value>
void compare(const std::string& name, const std::optional<Value>& reported, const std::optional<Value>& own,
             std::vector<std::string>& parts) {
  if (!reported || !own) {
    parts.push_back(fmt::format("{} not known", name));
  } else if (*reported == *own) {
    parts.push_back(fmt::format("same {}", name));
  } else {
    parts.push_back(fmt::format("{} {} and not {}", name, *reported, *own));
  }
}

std::optional<std::string> lower_case(const std::optional<std::string>& text) {
  return text ? std::optional(to_lower(*text)) : std::nullopt;
}

}  // namespace

std::string describe_near_miss(const Trial& trial, const CollectedReport& report) {
  const ReportIdentity& said = report.identity;
  std::vector<std::string> parts;
  compare("pid", said.pid, trial.pid, parts);
  compare("start ticks", said.start_ticks, trial.start_ticks, parts);
  compare("boot session", lower_case(said.boot_session), lower_case(trial.boot_session), parts);
  if (said.parent_pid && trial.pid && *said.parent_pid == *trial.pid) parts.emplace_back("its parent");
  if (said.capture_time) {
    const auto after =
        *said.capture_time - (trial.started + std::chrono::floor<std::chrono::microseconds>(trial.duration));
    parts.push_back(fmt::format("captured {:.1f} s after its end by the clock",
                                std::chrono::duration<double>(after).count()));
  }
  parts.insert(parts.end(), report.notes.begin(), report.notes.end());
  return fmt::format("a report of {}: {}", said.process_name.value_or("an unnamed process"),
                     fmt::join(parts, ", "));
}

// A name of its own, which the report must show if symbols are found.
[[noreturn]] __attribute__((noinline)) void faultline_canary() { std::abort(); }

void crash_for_self_test() {
  // The report is wanted, not a core file beside it.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  faultline_canary();
}

Result<SelfTestResult> run_self_test(const SelfTestSetting& setting, Clock& clock, HostProbe& host,
                                     const std::atomic<bool>& stop) {
  CommandCampaign command;
  command.argv = setting.command;
  if (command.argv.empty())
    command.argv = {(setting.program_folder / "faultline").string(), std::string(kSelfTestFlag)};
  command.trials = 1;
  command.timeout = std::chrono::seconds(20);
  TRY_ASSIGN(auto campaign, campaign_from_command(command));
  campaign.name = "canary";
  campaign.min_free_bytes = 0;
  campaign.settle = {SettleRule::Kind::report, setting.deadline};
  campaign.report_deadline = setting.deadline;
  RunOptions options;
  options.trials_folder = setting.work_folder;
  options.reporter = setting.reporter;
  options.report_folders = setting.report_folders;
  ProcessRunnerPosix processes(setting.program_folder / "faultline-report");
  SystemCommandRunner commands;
  SelfTestJournal journal;
  SilentObserver observer;
  const auto summary =
      run_campaign(campaign, options, {clock, processes, host, commands, journal, observer}, stop);
  std::error_code ignored;
  std::filesystem::remove_all(setting.work_folder, ignored);
  if (!summary) return fail(summary.error());
  SelfTestResult result = std::move(journal.result);
  for (const CollectedReport& report : journal.foreign)
    result.near_misses.push_back(describe_near_miss(result.trial, report));
  if (result.report) {
    result.analysis = derive(result.report->bytes, ReportOrigin::captured, SiteRules());
  } else {
    result.why = stop.load() ? "it was interrupted" : why_lost(result.trial);
  }
  return result;
}

}  // namespace faultline
