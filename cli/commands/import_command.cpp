// `faultline import`: reads reports into the store and says per file what became of it.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/ingest/import_paths.h"
#include "app/ingest/symbol_search.h"
#include "cli/commands.h"
#include "cli/live_line.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "reports/tables/rate_table.h"

namespace faultline {
namespace {

struct ImportFlags {
  std::vector<std::string> paths;
  std::vector<std::string> trials;
  std::vector<std::string> symbols;
};

/// Counts from elsewhere: stored apart, never mixed with trials.
Result<ExitStatus> import_counts(const ImportFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(const auto read, read_count_files(flags.trials));
  bool damaged = false;
  for (const ReadCountsFile& file : read.files) {
    for (const auto& problem : file.problems) print_error(problem);
    damaged = damaged || !file.problems.empty();
    note(context,
         fmt::format("{}: {} counts, {} rows skipped", file.path, file.counts, file.problems.size()));
  }
  TRY_ASSIGN(auto store, open_or_create_store(context));
  TRY(store.add_imported_counts(read.counts));
  TRY_ASSIGN(const auto rows, query_imported_counts(store));
  print(table_text(imported_counts_table(rows, {}), context));
  return damaged ? ExitStatus::partial : ExitStatus::done;
}

Result<ExitStatus> import_reports(const ImportFlags& flags, const CommandContext& context) {
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_user_rules(context));
  TRY_ASSIGN(auto store, open_or_create_store(context));
  Symbolizer symbolizer(symbolize_options(flags.symbols));
  const SystemClock clock;
  LiveLine line(context, clock);
  ImportObserver observer;
  observer.progress = [&](const ImportCounts& counts, std::size_t files) {
    if (counts.files() > 0 && !line.due()) return;
    line.show_live(fmt::format("{} of {} files, {} added", counts.files(), files, counts.added));
  };
  observer.problem = [&](const std::string& problem) {
    line.clear();
    print_error(problem);
  };
  TRY_ASSIGN(const auto imported, import_paths(store, flags.paths, rules, symbolizer, clock, observer));
  line.clear();
  // Of nothing that was read a person needs no table; a program gets its empty one.
  const bool shown = !imported.table.rows.empty() || table_audience(context) == TableAudience::programs;
  if (shown) print(table_text(imported.table, context));
  const auto of_symbols = symbol_problems(symbolizer, flags.symbols, /*all=*/false);
  for (const auto& problem : of_symbols) print_error(problem);
  for (const auto& problem : imported.unreadable) print_error(problem);
  const ImportCounts& counts = imported.counts;
  note(context, fmt::format("{} added, {} known, {} other forms of known incidents, {} skipped", counts.added,
                            counts.known, counts.new_forms, counts.skipped + imported.unreadable.size()));
  if (imported.other_files > 0)
    note(context, fmt::format("{} files with other names were left alone", imported.other_files));
  const bool damaged = counts.damaged > 0 || !of_symbols.empty() || !imported.unreadable.empty();
  return damaged ? ExitStatus::partial : ExitStatus::done;
}

Result<ExitStatus> import_command(const ImportFlags& flags, const CommandContext& context) {
  if (flags.paths.empty() && flags.trials.empty())
    return fail(ErrorKind::invalid_argument, "give files or folders with reports, or counts with --trials");
  ExitStatus status = ExitStatus::done;
  if (!flags.trials.empty()) {
    TRY_ASSIGN(status, import_counts(flags, context));
  }
  if (flags.paths.empty()) return status;
  TRY_ASSIGN(const auto reports, import_reports(flags, context));
  return status == ExitStatus::done ? reports : status;
}

}  // namespace

void add_import_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("import", "Read crash reports into the store");
  auto flags = std::make_shared<ImportFlags>();
  command
      ->add_option("--symbols", flags->symbols, "Symbol files, dSYM bundles or folders; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("PATH");
  add_rules_option(*command, context);
  command->add_option("paths", flags->paths, "Files, folders, or - for stdin")->type_name("PATH");
  command
      ->add_option("--trials", flags->trials,
                   "Counts from elsewhere: CSV with cell columns, trials, crashed; may be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("FILE");
  add_table_options(*command, context);
  command->footer(
      "A file that is there already changes nothing. Damaged files give what can be read; each is named on\n"
      "stderr and the exit status is 3. Counts are shown apart from what was measured here (rates "
      "--imported).\n\n"
      "Example: faultline import ~/Library/Logs/DiagnosticReports");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return import_command(*flags, context); }; });
}

}  // namespace faultline
