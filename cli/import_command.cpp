// `faultline import`: reads reports into the store and says per file what became of it.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/ingest/ingest.h"
#include "app/ingest/report_sources.h"
#include "app/ingest/trial_counts.h"
#include "cli/commands.h"
#include "cli/live_line.h"
#include "cli/open_store.h"
#include "cli/symbol_search.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/base/text_file.h"
#include "db/queries.h"
#include "reports/tables/rate_table.h"

namespace faultline {
namespace {

Table import_table() {
  Table table;
  table.columns = {row_name(text_column("file")),
                   text_column("status"),
                   text_column("kind"),
                   text_column("process"),
                   text_column("fault"),
                   text_column("site_key", "site"),
                   text_column("site_text", "where"),
                   text_column("incident"),
                   number_column("issues"),
                   text_column("error")};
  return table;
}

TableCell text_or_null(const std::string& text) { return text.empty() ? TableCell() : TableCell(text); }

void add_row(Table& table, const ImportedFile& file) {
  const auto& report = file.analysis.report;
  if (!file.added) {
    table.rows.push_back({file.path,
                          TableCell("skipped", Emphasis::alarm),
                          {},
                          {},
                          {},
                          {},
                          {},
                          {},
                          {},
                          file.error ? TableCell(file.error->text()) : TableCell()});
    return;
  }
  const bool crash = report.kind == ReportKind::crash;
  table.rows.push_back(
      {file.path,
       std::string(report_news_text(file.added->news)),
       std::string(report_kind_text(report.kind)),
       text_or_null(report.process_name.value_or("")),
       crash ? TableCell(std::string(fault_kind_text(file.analysis.fault.kind))) : TableCell(),
       crash ? text_or_null(file.analysis.site.key) : TableCell(),
       crash ? text_or_null(file.analysis.site.text) : TableCell(),
       file.added->incident,
       static_cast<std::int64_t>(file.issue_count),
       {}});
}

struct ImportCounts {
  std::size_t added = 0;
  std::size_t known = 0;
  std::size_t new_forms = 0;
  std::size_t skipped = 0;
};

void count(ImportCounts& counts, const ImportedFile& file) {
  if (!file.added) {
    ++counts.skipped;
    return;
  }
  switch (file.added->news) {
    case AddStatus::added:
      ++counts.added;
      break;
    case AddStatus::known:
      ++counts.known;
      break;
    case AddStatus::new_form:
      ++counts.new_forms;
      break;
  }
}

std::string progress_text(const ImportCounts& counts, std::size_t files) {
  const std::size_t done = counts.added + counts.known + counts.new_forms + counts.skipped;
  return fmt::format("{} of {} files, {} added", done, files, counts.added);
}

bool has_problems(const ImportedFile& file) {
  return file.error || file.issue_count > 0 ||
         (file.analysis.report.kind == ReportKind::unreadable && file.added);
}

void name_problems(const ImportedFile& file) {
  if (file.error) print_error(file.path + ": " + file.error->text());
  if (file.analysis.report.kind == ReportKind::unreadable && file.added) {
    const auto& issues = file.analysis.report.issues;
    print_error(file.path + ": kept, but not readable as a report" +
                (issues.empty() ? "" : ": " + issues[0].message));
  } else if (file.issue_count > 0) {
    print_error(file.path + ": " + issue_summary(file.analysis.report.issues, file.issue_count));
  }
}

struct ImportFlags {
  std::vector<std::string> paths;
  std::vector<std::string> trials;
  std::vector<std::string> symbols;
};

constexpr std::uint64_t kLargestCountsBytes = 64U << 20;

/// Counts from elsewhere: stored apart, never mixed with trials.
Result<ExitStatus> import_counts(const ImportFlags& flags, const CommandContext& context) {
  std::vector<ImportedCount> counts;
  bool damaged = false;
  for (const std::string& path : flags.trials) {
    TRY_ASSIGN(const std::string text, read_file(path, kLargestCountsBytes));
    TRY_ASSIGN(auto read, parse_trial_counts(text, std::filesystem::path(path).filename().string()));
    for (const TrialCountsProblem& problem : read.problems)
      print_error(fmt::format("{}:{}: {}", path, problem.line, problem.message));
    damaged = damaged || !read.problems.empty();
    note(context,
         fmt::format("{}: {} counts, {} rows skipped", path, read.counts.size(), read.problems.size()));
    counts.insert(counts.end(), std::make_move_iterator(read.counts.begin()),
                  std::make_move_iterator(read.counts.end()));
  }
  TRY_ASSIGN(auto store, open_or_create_store(context));
  TRY(store.add_imported_counts(counts));
  TRY_ASSIGN(const auto rows, query_imported_counts(store));
  print(table_text(imported_counts_table(rows, {}), context));
  return damaged ? ExitStatus::partial : ExitStatus::done;
}

Result<ExitStatus> import_reports(const ImportFlags& flags, const CommandContext& context) {
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_team_rules(context));
  const auto sources = find_report_sources(flags.paths);
  TRY_ASSIGN(auto store, open_or_create_store(context));
  auto table = import_table();
  ImportCounts counts;
  bool damaged = !sources.problems.empty();
  Symbolizer symbolizer(symbolize_options(flags.symbols));
  const SystemClock clock;
  LiveLine line(context, clock);
  line.show_live(progress_text(counts, sources.files.size()));
  TRY(import_files(store, sources.files, rules, &symbolizer, clock, [&](const ImportedFile& file) {
    add_row(table, file);
    count(counts, file);
    if (has_problems(file)) line.clear();
    name_problems(file);
    if (line.due()) line.show_live(progress_text(counts, sources.files.size()));
    damaged =
        damaged || !file.added || file.issue_count > 0 || file.analysis.report.kind == ReportKind::unreadable;
  }));
  line.clear();
  store.optimize();
  print(table_text(table, context));
  // Files at the images' own paths are of other builds wherever a report comes from elsewhere.
  damaged = complain_of_symbols(symbolizer, flags.symbols, /*all=*/false) || damaged;
  for (const auto& problem : sources.problems) print_error(problem.path + ": " + problem.error.text());
  note(context, fmt::format("{} added, {} known, {} other forms of known incidents, {} skipped", counts.added,
                            counts.known, counts.new_forms, counts.skipped + sources.problems.size()));
  if (sources.other_files > 0) {
    note(context, fmt::format("{} files with other names were left alone", sources.other_files));
  }
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
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "A file that is there already changes nothing. Damaged files give what can be read; each is named on\n"
      "stderr and the exit status is 3. Counts are shown apart from what was measured here (rates "
      "--imported).\n\n"
      "Example: faultline import ~/Library/Logs/DiagnosticReports");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return import_command(*flags, context); }; });
}

}  // namespace faultline
