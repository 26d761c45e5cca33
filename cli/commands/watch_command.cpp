// `faultline watch`: keeps importing the reports that appear in folders, until it is stopped.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <system_error>

#include "app/host/host_defaults.h"
#include "app/ingest/report_watch.h"
#include "app/ingest/symbol_search.h"
#include "app/jobs/log_file.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/process/this_program.h"
#include "db/store.h"

namespace faultline {
namespace {

constexpr std::chrono::seconds kPause{1};

struct WatchFlags {
  std::vector<std::string> folders;
  std::vector<std::string> symbols;
  std::string log;
};

Result<ExitStatus> watch(const WatchFlags& flags, const CommandContext& context) {
  std::vector<std::filesystem::path> folders(flags.folders.begin(), flags.folders.end());
  if (folders.empty()) folders = default_report_folders();
  if (folders.empty()) {
    return fail(ErrorKind::invalid_argument,
                "name the folders to watch: this system has none into which it puts reports");
  }
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_user_rules(context));
  std::optional<LogFile> log;
  if (!flags.log.empty()) {
    TRY_ASSIGN(auto opened, LogFile::open(flags.log));
    log.emplace(std::move(opened));
  }
  TRY_ASSIGN(auto store, open_or_create_store(context));
  Symbolizer symbolizer(symbolize_options(flags.symbols));
  const auto& stop = install_stop_signals();
  SystemClock clock;
  for (const auto& folder : folders) {
    std::error_code ignored;
    const bool is_there = std::filesystem::is_directory(folder, ignored);
    note(context, "Watching " + folder.string() + (is_there ? "" : ", which is not there yet"));
  }
  AnalysisChild child(this_program());
  ReportWatch reports(store, rules, symbolizer, child, clock, folders,
                      {[](const std::string& line) { print(line + "\n"); }, print_error});
  while (!stop.load() && !stdout_is_closed()) {
    TRY(reports.look());
    if (log) TRY(log->rotate_if_large());
    if (!stop.load()) clock.sleep(kPause);
  }
  store.optimize();
  note(context, "Stopped; everything so far is stored.");
  return ExitStatus::done;
}

}  // namespace

void add_watch_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("watch", "Keep importing the reports that appear, until stopped");
  auto flags = std::make_shared<WatchFlags>();
  command
      ->add_option("folders", flags->folders,
                   "Folders, each with its Retired/; else those of the system (macOS)")
      ->type_name("FOLDER");
  command
      ->add_option("--symbols", flags->symbols, "Symbol files, dSYM bundles or folders; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("PATH");
  command->add_option("--log", flags->log, "Write all output there instead; large ones are rotated")
      ->type_name("FILE");
  add_rules_option(*command, context);
  add_shared_options(*command, context);
  command->footer(
      "Takes what is there already, then whatever comes, also into folders that appear later. A file counts\n"
      "when it is whole. One line per report; SIGTERM or Ctrl-C ends it in good order.\n\n"
      "Example: faultline watch --db reports.db ~/Library/Logs/DiagnosticReports");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return watch(*flags, context); }; });
}

}  // namespace faultline
