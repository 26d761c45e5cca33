// `faultline report`: a run's whole report, for the morning and for CI.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/campaign/run_checks.h"
#include "app/report/report_files.h"
#include "app/report/run_report.h"
#include "cli/commands.h"
#include "cli/live_line.h"
#include "cli/open_store.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

struct ReportFlags {
  std::string run = "last";
  std::vector<std::string> formats{"markdown"};
  std::string out;
  std::vector<std::string> fail_on;
};

Result<ExitStatus> report(const ReportFlags& flags, const CommandContext& context) {
  TRY(check_report_formats(flags.formats, !flags.out.empty()));
  TRY(check_names_are_known(flags.fail_on));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto run, store.run(flags.run));
  TRY_ASSIGN(const auto summary, stored_summary(store, run));
  TRY_ASSIGN(const auto findings, check_run(store, summary, flags.fail_on));
  const SystemClock clock;
  LiveLine line(context, clock);
  TRY_ASSIGN(const auto whole,
             run_report(store, summary, flags.fail_on, findings, [&](std::string_view part) {
               line.show_live(fmt::format("report of {}: {}", run.campaign_name, part));
             }));
  line.clear();
  if (flags.out.empty()) {
    print(report_text(whole, flags.formats.front()));
  } else {
    TRY_ASSIGN(const auto files, write_report_files(whole, flags.formats, flags.out));
    for (const auto& file : files) print(file.string() + "\n");
  }
  for (const auto& finding : findings) print_error(finding);
  return findings.empty() ? ExitStatus::done : ExitStatus::check_found;
}

}  // namespace

void add_report_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("report", "A run's whole report: what it was, what it found, what changed");
  auto flags = std::make_shared<ReportFlags>();
  command->add_option("run", flags->run, "A run's UUID or unique prefix; else the last one")
      ->type_name("RUN");
  command->add_option("--format", flags->formats, known_report_formats() + "; several with --out")
      ->delimiter(',')
      ->type_name("FORMAT,…");
  command->add_option("--out", flags->out, "Folder to write into; else to stdout")->type_name("FOLDER");
  command->add_option("--fail-on", flags->fail_on, "Exit with 4 on: " + known_check_names())
      ->delimiter(',')
      ->type_name("CHECK,…");
  add_shared_options(*command, context);
  command->footer(
      "Sites labelled `known` are quiet in new-site; one labelled fixed-in=BUILD that is back on that build "
      "or a\n"
      "later one is not. The Markdown serves as a GitHub job summary; docs/ci.md has ready snippets.\n\n"
      "Example: faultline report --format markdown,html,junit --out morning --fail-on "
      "new-site,worse,control");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return report(*flags, context); }; });
}

}  // namespace faultline
