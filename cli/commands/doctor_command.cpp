// `faultline doctor`: whether this host is fit for a campaign, each finding with its remedy.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <system_error>

#include "app/bundle/private_names.h"
#include "app/doctor/host_examination.h"
#include "app/host/host_defaults.h"
#include "cli/commands.h"
#include "cli/option_checks.h"
#include "cli/stop_signal.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "collector/plan/campaign_file.h"

namespace faultline {
namespace {

struct DoctorFlags {
  std::string reporter;
  std::vector<std::string> report_folders;
  std::string deadline;
};

Result<HostExamination> examination_of(const DoctorFlags& flags, const CommandContext& context) {
  HostExamination wanted;
  wanted.program_folder = context.program_folder;
  wanted.reporter = chosen_reporter(flags.reporter);
  wanted.report_folders = chosen_report_folders(wanted.reporter, flags.report_folders);
  if (!flags.deadline.empty()) {
    const auto deadline = parse_duration(flags.deadline);
    if (!deadline) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("--deadline: invalid duration \"{}\"; write 60s", flags.deadline));
    }
    wanted.deadline = *deadline;
  }
  std::error_code ignored;
  wanted.store_folder = std::filesystem::absolute(context.db_path(), ignored).parent_path();
  return wanted;
}

Result<ExitStatus> doctor(const DoctorFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(const auto wanted, examination_of(flags, context));
  SystemHost host;
  SystemClock clock;
  TRY_ASSIGN(auto checks, examine_host(wanted, clock, host, install_stop_signals()));
  // What a stranger sends back tells nothing of the person.
  if (table_format(context) == TableFormat::json) {
    Scrubber scrubber;
    add_names_of_this_host(scrubber);
    checks = scrubbed(std::move(checks), scrubber);
  }
  TRY(print_table(host_check_table(checks), context));
  const bool fit = is_fit(checks);
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
      ->check(one_of({"supervisor", "folder"}));
  command->add_option("--report-folder", flags->report_folders, "Folder to watch; may be given again")
      ->type_name("FOLDER");
  command->add_option("--deadline", flags->deadline, "How long to wait for the canary's report; 60s")
      ->type_name("DURATION");
  add_table_options(*command, context);
  command->footer(
      "A small process, the canary, really crashes, and its report must come; then a child of a shell and "
      "Python\n"
      "crash, and stacks of running processes are taken where the system can. Exit status 1 if any finding "
      "is "
      "bad;\n"
      "warnings leave it at 0. Nothing is stored. --format json is the file to send to others: names of "
      "accounts,\n"
      "hosts and folders are masked in it.\n\n"
      "Example: faultline doctor --format markdown");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return doctor(*flags, context); }; });
}

}  // namespace faultline
