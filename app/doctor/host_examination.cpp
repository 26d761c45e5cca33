#include "app/doctor/host_examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "app/campaign/self_test.h"
#include "collector/folders/report_folder.h"
#include "core/model/campaign.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

/// From this latency on a run waits longer for each report than its settle limit allows.
constexpr std::chrono::seconds kLateReport{15};
/// Reports of one process name in a live folder; the system stops at 25.
constexpr std::size_t kManyReports = 20;

HostCheck check_folder(const std::filesystem::path& path) {
  ReportFolder folder(path);
  const FolderScan scan = folder.scan(MonotonicTime(0));
  const std::string name = "report_folder";
  switch (scan.state) {
    case FolderState::missing:
      return {name, CheckState::good, path.string() + " is not there yet: made with the first crash", {}};
    case FolderState::denied:
      return {
          name, CheckState::bad, scan.problem,
          "reports may lie there that we cannot see: run as a member of admin, and give the terminal Full "
          "Disk Access"};
    case FolderState::broken:
      return {name, CheckState::bad, scan.problem, "put a folder in its place"};
    case FolderState::readable:
      break;
  }
  const auto crowded = folder.crowded_names(kManyReports);
  if (!crowded.empty()) {
    return {name, CheckState::warning,
            fmt::format("{} holds {} or more reports of {}", path.string(), kManyReports,
                        fmt::join(crowded, ", ")),
            "the system keeps at most 25 per name and then writes no more: `faultline import` them, then "
            "move them "
            "away"};
  }
  return {name, CheckState::good, path.string() + " is readable", {}};
}

std::string latency_text(const SelfTestResult& self_test) {
  const auto latency = self_test.latency();
  return latency ? fmt::format("after {:.1f} s", static_cast<double>(latency->count()) / 1000) : "at once";
}

HostCheck check_self_test(const SelfTestResult& self_test) {
  if (!self_test.report) {
    return {"canary", CheckState::bad, "a crash was not captured: " + self_test.why,
            "nothing that crashes here can be explained: see the other findings"};
  }
  const std::string found = fmt::format("a crash was captured {}, by {}", latency_text(self_test),
                                        attribution_basis_text(self_test.report->basis));
  if (self_test.latency().value_or(std::chrono::milliseconds(0)) > kLateReport) {
    return {
        "canary", CheckState::warning, found,
        "reports come late: each crash holds up the next trial, unless the campaign says settle = \"none\""};
  }
  return {"canary", CheckState::good, found, {}};
}

/// Whether the report says of the canary what we know of it: that is what attribution rests on.
HostCheck check_identity(const SelfTestResult& self_test) {
  const std::string name = "report_identity";
  if (!self_test.report) return {name, CheckState::unknown, "there is no report to look at", {}};
  const ReportIdentity& said = self_test.report->identity;
  std::vector<std::string> differ;
  if (said.pid != self_test.trial.pid) differ.emplace_back("pid");
  if (said.boot_session && self_test.trial.boot_session &&
      !equal_ignoring_case(*said.boot_session, *self_test.trial.boot_session))
    differ.emplace_back("boot session");
  if (!differ.empty()) {
    return {name, CheckState::bad,
            fmt::format("the report's {} is not the process's own", fmt::join(differ, " and ")),
            "reports cannot be given to their trials: send this finding to the developers"};
  }
  const bool ticks_agree =
      said.start_ticks && self_test.trial.start_ticks && *said.start_ticks == *self_test.trial.start_ticks;
  const std::string shown = said.process_name ? ", shown as " + *said.process_name : "";
  if (ticks_agree) return {name, CheckState::good, "pid, boot session and start agree" + shown, {}};
  return {name, CheckState::good, "pid and boot session agree; reports are matched by time" + shown, {}};
}

HostCheck check_symbols(const SelfTestResult& self_test) {
  if (!self_test.analysis) return {"symbols", CheckState::unknown, "there is no report to look at", {}};
  const std::string& site = self_test.analysis->site.text;
  if (site.find("faultline_canary") != std::string::npos)
    return {"symbols", CheckState::good, "found for our own program", {}};
  return {
      "symbols", CheckState::warning, "not found for our own program: " + site,
      "add symbol files with `faultline symbols add`; ours are in the program itself unless it was stripped"};
}

Emphasis emphasis_of(CheckState state) {
  return state == CheckState::bad       ? Emphasis::alarm
         : state == CheckState::warning ? Emphasis::strong
                                        : Emphasis::none;
}

}  // namespace

Result<std::vector<HostCheck>> examine_host(const HostExamination& wanted, Clock& clock, HostProbe& host,
                                            const std::atomic<bool>& stop) {
  SelfTestSetting setting;
  setting.program_folder = wanted.program_folder;
  setting.reporter = wanted.reporter;
  setting.report_folders = wanted.report_folders;
  setting.deadline = wanted.deadline;
  setting.work_folder = wanted.store_folder / fmt::format(".faultline-doctor-{}", ::getpid());
  TRY_ASSIGN(const auto self_test, run_self_test(setting, clock, host, stop));

  std::vector<HostCheck> checks{check_self_test(self_test), check_identity(self_test),
                                check_symbols(self_test)};
  if (wanted.reporter == ReporterKind::folders) {
    for (const auto& folder : wanted.report_folders) checks.push_back(check_folder(folder));
  }
  for (auto& check : system_checks(host)) checks.push_back(std::move(check));
  for (auto& check : common_checks(host, wanted.store_folder.string(), Campaign{}.min_free_bytes))
    checks.push_back(std::move(check));
  return checks;
}

bool is_fit(const std::vector<HostCheck>& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const HostCheck& check) { return check.state == CheckState::bad; });
}

Table host_check_table(const std::vector<HostCheck>& checks) {
  Table table;
  table.columns = {row_name(text_column("check")), text_column("state"), text_column("found"),
                   text_column("remedy")};
  for (const HostCheck& check : checks) {
    table.rows.push_back({check.name,
                          TableCell(std::string(check_state_text(check.state)), emphasis_of(check.state)),
                          text_cell(check.found), text_cell(check.remedy)});
  }
  table.facts.emplace_back("fit", is_fit(checks));
  return table;
}

}  // namespace faultline
