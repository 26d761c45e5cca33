// `faultline doctor`: whether this host is fit for a campaign, each finding with its remedy.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/campaign/self_test.h"
#include "cli/commands.h"
#include "cli/host_defaults.h"
#include "cli/stop_signal.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "collector/folders/report_folder.h"
#include "collector/host/host_check.h"
#include "collector/plan/campaign_file.h"
#include "core/base/ascii.h"

namespace faultline {
namespace {

/// From this latency on a run waits longer for each report than its settle limit allows.
constexpr std::chrono::seconds kLateReport{15};
/// Reports of one process name in a live folder; the system stops at 25.
constexpr std::size_t kManyReports = 20;

struct DoctorFlags {
  std::string reporter;
  std::vector<std::string> report_folders;
  std::string deadline;
};

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

Result<std::vector<HostCheck>> examine(const DoctorFlags& flags, const CommandContext& context) {
  SystemHost host;
  SystemClock clock;
  SelfTestSetting setting;
  setting.program_folder = context.program_folder;
  setting.reporter = flags.reporter.empty()       ? default_reporter()
                     : flags.reporter == "folder" ? ReporterKind::folders
                                                  : ReporterKind::supervisor;
  setting.report_folders.assign(flags.report_folders.begin(), flags.report_folders.end());
  if (setting.reporter == ReporterKind::folders && setting.report_folders.empty())
    setting.report_folders = default_report_folders();
  if (!flags.deadline.empty()) {
    const auto deadline = parse_duration(flags.deadline);
    if (!deadline) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("--deadline: \"{}\" is no duration; write 60s", flags.deadline));
    }
    setting.deadline = *deadline;
  }
  std::error_code ignored;
  const auto store_folder = std::filesystem::absolute(context.db_path(), ignored).parent_path();
  setting.work_folder = store_folder / fmt::format(".faultline-doctor-{}", ::getpid());
  TRY_ASSIGN(const auto self_test, run_self_test(setting, clock, host, install_stop_signals()));

  std::vector<HostCheck> checks{check_self_test(self_test), check_identity(self_test),
                                check_symbols(self_test)};
  if (setting.reporter == ReporterKind::folders) {
    for (const auto& folder : setting.report_folders) checks.push_back(check_folder(folder));
  }
  for (auto& check : system_checks(host)) checks.push_back(std::move(check));
  for (auto& check : common_checks(host, store_folder.string(), Campaign{}.min_free_bytes))
    checks.push_back(std::move(check));
  return checks;
}

Emphasis emphasis_of(CheckState state) {
  return state == CheckState::bad       ? Emphasis::alarm
         : state == CheckState::warning ? Emphasis::strong
                                        : Emphasis::none;
}

Result<ExitStatus> doctor(const DoctorFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(const auto checks, examine(flags, context));
  Table table;
  table.columns = {row_name(text_column("check")), text_column("state"), text_column("found"),
                   text_column("remedy")};
  for (const HostCheck& check : checks) {
    table.rows.push_back({check.name,
                          TableCell(std::string(check_state_text(check.state)), emphasis_of(check.state)),
                          check.found.empty() ? TableCell() : TableCell(check.found),
                          check.remedy.empty() ? TableCell() : TableCell(check.remedy)});
  }
  const bool fit = std::none_of(checks.begin(), checks.end(),
                                [](const HostCheck& check) { return check.state == CheckState::bad; });
  table.facts.emplace_back("fit", fit);
  TRY(print_table(table, context));
  note(context, fit ? "This host is fit for a campaign." : "This host is not fit for a campaign.");
  return fit ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace

void add_doctor_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("doctor", "Check this host: a crash captured, folders, symbols, disk, limits");
  auto flags = std::make_shared<DoctorFlags>();
  command
      ->add_option("--reporter", flags->reporter,
                   "supervisor (Linux: our own) or folder (the system's reporter, macOS)")
      ->check(CLI::IsMember({"supervisor", "folder"}));
  command->add_option("--report-folder", flags->report_folders, "Folder to watch; may be given again")
      ->type_name("FOLDER");
  command->add_option("--deadline", flags->deadline, "How long to wait for the canary's report; 60s")
      ->type_name("DURATION");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "A small process, the canary, really crashes, and its report must come. Exit status 1 if any finding "
      "is\n"
      "bad; warnings leave it at 0. Nothing is stored.\n\n"
      "Example: faultline doctor --format markdown");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return doctor(*flags, context); }; });
}

}  // namespace faultline
