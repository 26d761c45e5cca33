// faultline: parse the command line, run one command, print its error, choose the exit status.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "analyzer/derive.h"
#include "analyzer/symbolize/gsym/gsym_conversion.h"
#include "app/campaign/self_test.h"
#include "app/ingest/analysis_child.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "cli/usage_error.h"
#include "cli/version.h"
#include "core/process/this_program.h"

namespace faultline {
namespace {

void add_commands(CLI::App& app, CommandContext& context) {
  add_run_command(app, context);
  add_import_command(app, context);
  add_list_command(app, context);
  add_show_command(app, context);
  add_rates_command(app, context);
  add_sites_command(app, context);
  add_compare_command(app, context);
  add_metrics_command(app, context);
  add_survival_command(app, context);
  add_trend_command(app, context);
  add_query_command(app, context);
  add_label_command(app, context);
  add_symbolize_command(app, context);
  add_symbols_command(app, context);
  add_merge_command(app, context);
  add_reanalyze_command(app, context);
  add_status_command(app, context);
  add_watch_command(app, context);
  add_schedule_command(app, context);
  add_doctor_command(app, context);
  add_export_command(app, context);
  add_report_command(app, context);
  add_feedback_command(app, context);
  add_db_command(app, context);
  add_manual_command(app, context);
  add_completion_command(app, context);
}

/// `run … -- COMMAND…`: the command is not ours to parse. Gives how many words are.
int cut_trailing_command(int argc, char** argv, CommandContext& context) {
  if (argc < 2 || std::string_view(argv[1]) != "run") return argc;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    context.trailing_command.assign(argv + i + 1, argv + argc);
    return i;
  }
  return argc;
}

int report_failure(const Error& error) {
  print_error(error.text());
  switch (error.kind()) {
    case ErrorKind::invalid_argument:
      return static_cast<int>(ExitStatus::usage);
    case ErrorKind::interrupted:
      return static_cast<int>(ExitStatus::interrupted);
    default:
      return static_cast<int>(ExitStatus::failed);
  }
}

/// Help and version are no errors, though the parser has them as such: they go to stdout as all results do.
int exit_status_of(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words) {
  if (error.get_exit_code() != 0) {
    print_error(usage_error_text(app, error, words));
    return static_cast<int>(ExitStatus::usage);
  }
  std::ostringstream out;
  std::ostringstream complaint;
  app.exit(error, out, complaint);
  print(out.str());
  if (const auto written = check_stdout(); !written) return report_failure(written.error());
  return static_cast<int>(ExitStatus::done);
}

int run_command_line(int argc, char** argv) {
  CommandContext context;
  context.program_folder = this_program().parent_path();
  argc = cut_trailing_command(argc, argv, context);
  CLI::App app("Faultline collects and analyses crash reports of stress campaigns.", "faultline");
  app.set_version_flag("--version", "faultline " + std::string(kVersion));
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but some input was damaged or skipped,\n"
      "4 a check asked for with --fail-on found something, 70 internal error, 130 interrupted.\n\n"
      "Example: faultline run --trials 200 --matrix threads=1,8 -- python3 t.py {threads}");
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return exit_status_of(app, error, {argv + std::min(argc, 1), argv + argc});
  }
  const auto status = context.action();
  if (!status) return report_failure(status.error());
  if (const auto written = check_stdout(); !written) return report_failure(written.error());
  return static_cast<int>(*status);
}

}  // namespace
}  // namespace faultline

int main(int argc, char** argv) {
  // A closed pipe and a file that may not grow are errors of write(), not ends of the program.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    // The converter of damaged symbol files is this program again, as a child that may die.
    if (argc > 1 && std::string_view(argv[1]) == faultline::kGsymChildFlag) {
      return faultline::gsym_child_main(argc, argv);
    }
    // So is what analyses a report first that nobody watches over.
    if (argc == 2 && std::string_view(argv[1]) == faultline::kAnalysisChildFlag) {
      return faultline::analysis_child_main([](std::string_view bytes, std::string_view) {
        return faultline::derive(bytes, faultline::ReportOrigin::captured, faultline::SiteRules{});
      });
    }
    if (argc == 2 && std::string_view(argv[1]) == faultline::kSelfTestFlag) faultline::crash_for_self_test();
    return faultline::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    faultline::print_error(std::string("internal error, please report it: ") + error.what());
    return static_cast<int>(faultline::ExitStatus::own_mistake);
  }
}
