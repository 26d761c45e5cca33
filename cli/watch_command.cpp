// `faultline watch`: keeps importing the reports that appear in folders, until it is stopped.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "analyzer/derive.h"
#include "app/jobs/log_file.h"
#include "cli/commands.h"
#include "cli/host_defaults.h"
#include "cli/open_store.h"
#include "cli/stop_signal.h"
#include "cli/symbol_search.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "collector/folders/report_folder.h"
#include "core/base/text_escape.h"
#include "db/store.h"

namespace faultline {
namespace {

constexpr std::chrono::seconds kPause{1};

struct WatchFlags {
  std::vector<std::string> folders;
  std::vector<std::string> symbols;
  std::string log;
};

std::string arrival_line(const FoundReport& found, const AddedReport& added, const Analysis& analysis) {
  std::string line = fmt::format("{}  {}  {}", format_utc(SystemClock().wall()), report_news_text(added.news),
                                 found.path.string());
  const auto& report = analysis.report;
  line += "  " + std::string(report_kind_text(report.kind));
  if (report.process_name) line += "  " + *report.process_name;
  if (report.kind == ReportKind::crash && !analysis.site.text.empty()) line += "  " + analysis.site.text;
  return escape_line(line) + "\n";
}

/// One folder and what was last said about it.
struct Watched {
  ReportFolder folder;
  std::string told;
};

Result<void> look(Store& store, Watched& watched, const SiteRules& rules, Symbolizer& symbolizer,
                  const Clock& clock) {
  FolderScan scan = watched.folder.scan(clock.monotonic());
  if (scan.problem != watched.told && !scan.problem.empty()) print_error(scan.problem);
  watched.told = scan.problem;
  for (const FoundReport& found : scan.reports) {
    TRY_ASSIGN(const auto known, store.find_known(found.bytes));
    if (known) continue;
    const auto analysis = derive(found.bytes, ReportOrigin::imported, rules, &symbolizer);
    ReportArrival arrival;
    arrival.origin = ReportOrigin::imported;
    arrival.source_path = found.path.string();
    arrival.seen = clock.wall();
    TRY_ASSIGN(const auto added, store.add_report(found.bytes, arrival, analysis));
    print(arrival_line(found, added, analysis));
  }
  return {};
}

Result<ExitStatus> watch(const WatchFlags& flags, const CommandContext& context) {
  std::vector<std::filesystem::path> folders(flags.folders.begin(), flags.folders.end());
  if (folders.empty()) folders = default_report_folders();
  if (folders.empty()) {
    return fail(ErrorKind::invalid_argument,
                "name the folders to watch: this system has none into which it puts reports");
  }
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_team_rules(context));
  std::optional<LogFile> log;
  if (!flags.log.empty()) {
    TRY_ASSIGN(auto opened, LogFile::open(flags.log));
    log.emplace(std::move(opened));
  }
  TRY_ASSIGN(auto store, open_or_create_store(context));
  Symbolizer symbolizer(symbolize_options(flags.symbols));
  const auto& stop = install_stop_signals();
  SystemClock clock;
  std::vector<Watched> watched;
  for (const auto& folder : folders) {
    note(context, "Watching " + folder.string());
    watched.push_back({ReportFolder(folder), {}});
  }
  while (!stop.load() && !stdout_is_closed()) {
    for (Watched& one : watched) TRY(look(store, one, rules, symbolizer, clock));
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
  add_shared_options(*command, context, "");
  command->footer(
      "Takes what is there already, then whatever comes, also into folders that appear later. A file counts\n"
      "when it is whole. One line per report; SIGTERM or Ctrl-C ends it in good order.\n\n"
      "Example: faultline watch --db reports.db ~/Library/Logs/DiagnosticReports");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return watch(*flags, context); }; });
}

}  // namespace faultline
