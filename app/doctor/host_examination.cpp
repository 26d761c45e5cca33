#include "app/doctor/host_examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "app/campaign/self_test.h"
#include "app/host/host_defaults.h"
#include "collector/folders/report_folder.h"
#include "collector/reporter/watch/process_sampler.h"
#include "core/model/campaign.h"
#include "core/process/subprocess.h"

namespace faultline {
namespace {

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

/// Reports are moved away after a run, since the system keeps 25 of a name.
HostCheck check_removal(const std::filesystem::path& path) {
  const std::string name = "report_removal";
  if (::access(path.c_str(), F_OK) != 0)
    return {name, CheckState::unknown, path.string() + " is not there yet", {}};
  if (::access(path.c_str(), W_OK | X_OK) == 0)
    return {name, CheckState::good, "reports in " + path.string() + " may be moved away", {}};
  return {name, CheckState::warning, "reports in " + path.string() + " may not be moved away",
          "at 25 of one process name no more are written there: import them, and let an administrator remove "
          "them"};
}

/// A program of the system, which no debugger may touch where it is hardened, for as long as it is looked at.
Result<Subprocess> start_hardened() {
  SubprocessCommand command;
  command.argv = {"/bin/sleep", "60"};
  return Subprocess::start(command);
}

std::vector<SampledProcess> sample_processes(const std::filesystem::path& folder) {
  constexpr std::chrono::seconds kLimit{20};
  const SampleCommand sample = sample_command();
  if (!sample) return {};
  std::vector<SampledProcess> sampled;
  const auto take = [&](const std::string& name, const std::string& what, pid_t pid) {
    auto taken = take_samples({pid}, folder, sample, kLimit);
    sampled.push_back({name, what, std::move(taken.at(0).second)});
  };
  take("sample", "this program", ::getpid());
  if (auto hardened = start_hardened()) take("sample_hardened", "a program of the system", hardened->pid());
  return sampled;
}

Result<std::vector<OtherCrash>> crash_others(const SelfTestSetting& setting, bool captured, Clock& clock,
                                             HostProbe& host, const std::atomic<bool>& stop) {
  const std::string program = (setting.program_folder / "faultline").string();
  std::vector<std::pair<OtherCrash, std::vector<std::string>>> planned{
      {{"grandchild", "a child of a shell", {}},
       {"/bin/sh", "-c", "\"$0\" \"$1\"; exit 3", program, std::string(kSelfTestFlag)}}};
  for (const std::string& python : python_commands())
    planned.push_back({{"python", python, {}}, {python, "-c", "import os; os.abort()"}});
  std::vector<OtherCrash> crashes;
  for (auto& [crash, command] : planned) {
    if (captured && !stop.load()) {
      SelfTestSetting other = setting;
      other.command = command;
      TRY_ASSIGN(crash.result, run_self_test(other, clock, host, stop));
    }
    crashes.push_back(std::move(crash));
  }
  return crashes;
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
  HostFindings findings;
  TRY_ASSIGN(findings.canary, run_self_test(setting, clock, host, stop));
  TRY_ASSIGN(findings.others, crash_others(setting, findings.canary.report.has_value(), clock, host, stop));
  findings.samples = sample_processes(wanted.store_folder);
  if (wanted.reporter == ReporterKind::folders) {
    for (const auto& folder : wanted.report_folders) {
      findings.folders.push_back(check_folder(folder));
      findings.folders.push_back(check_removal(folder));
    }
  }
  findings.system = system_checks(host);
  findings.common = common_checks(host, wanted.store_folder.string(), Campaign{}.min_free_bytes);
  return all_checks(findings);
}

std::vector<HostCheck> all_checks(const HostFindings& findings) {
  std::vector<HostCheck> checks{check_canary(findings.canary), check_identity(findings.canary),
                                check_near_misses(findings.canary), check_symbols(findings.canary)};
  for (const OtherCrash& crash : findings.others) checks.push_back(check_other_crash(crash));
  for (const SampledProcess& process : findings.samples) checks.push_back(check_sample(process));
  for (const auto* more : {&findings.folders, &findings.system, &findings.common})
    checks.insert(checks.end(), more->begin(), more->end());
  return checks;
}

std::vector<HostCheck> scrubbed(std::vector<HostCheck> checks, Scrubber& scrubber) {
  for (const HostCheck& check : checks) {
    scrubber.learn_text(check.found);
    scrubber.learn_text(check.remedy);
  }
  for (HostCheck& check : checks) {
    check.found = scrubber.scrub_text(check.found);
    check.remedy = scrubber.scrub_text(check.remedy);
  }
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
