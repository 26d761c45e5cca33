#include "app/ingest/import_paths.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <utility>

#include "analyzer/symbolize/symbolize_report.h"
#include "app/ingest/ingest.h"
#include "app/ingest/report_sources.h"
#include "app/ingest/trial_counts.h"
#include "core/files/text_file.h"
#include "core/model/short_site.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestCountsBytes = 64U << 20;

Table empty_import_table() {
  Table table;
  table.columns = {row_name(text_column("file")),
                   text_column("status"),
                   text_column("kind"),
                   text_column("process"),
                   text_column("fault"),
                   text_column("site_key", "site"),
                   one_line(text_column("site_text", "crash site"), 40),
                   text_column("incident"),
                   number_column("issues"),
                   text_column("error")};
  return table;
}

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
       text_cell(report.process_name.value_or("")),
       crash ? TableCell(std::string(fault_kind_text(file.analysis.fault.kind))) : TableCell(),
       crash ? brief_cell(file.analysis.site.key, short_id(file.analysis.site.key)) : TableCell(),
       crash ? brief_cell(file.analysis.site.text, short_site(file.analysis.site)) : TableCell(),
       brief_cell(file.added->incident, short_id(file.added->incident)),
       static_cast<std::int64_t>(file.issue_count),
       {}});
}

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

bool is_unreadable(const ImportedFile& file) { return file.analysis.report.kind == ReportKind::unreadable; }

/// Only where something is wrong with it; a file may have two lines.
void name_problems(const ImportedFile& file, const ImportObserver& observer) {
  if (file.error) observer.problem(file.path + ": " + file.error->text());
  if (is_unreadable(file) && file.added) {
    const auto& issues = file.analysis.report.issues;
    observer.problem(file.path + ": kept, but not readable as a report" +
                     (issues.empty() ? "" : ": " + issues[0].message));
  } else if (file.issue_count > 0) {
    observer.problem(file.path + ": " + issue_summary(file.analysis.report.issues, file.issue_count));
  }
}

}  // namespace

Result<ImportedPaths> import_paths(Store& store, const std::vector<std::string>& paths,
                                   const SiteRules& rules, Symbolizer& symbolizer, const Clock& clock,
                                   const ImportObserver& observer) {
  const auto sources = find_report_sources(paths);
  ImportedPaths imported;
  imported.table = empty_import_table();
  imported.other_files = sources.other_files;
  for (const auto& problem : sources.problems)
    imported.unreadable.push_back(problem.path + ": " + problem.error.text());
  observer.progress(imported.counts, sources.files.size());
  TRY(import_files(store, sources.files, rules, &symbolizer, clock, [&](const ImportedFile& file) {
    add_row(imported.table, file);
    count(imported.counts, file);
    if (!file.added || file.issue_count > 0 || is_unreadable(file)) ++imported.counts.damaged;
    name_problems(file, observer);
    observer.progress(imported.counts, sources.files.size());
  }));
  store.optimize();
  return imported;
}

Result<ReadCounts> read_count_files(const std::vector<std::string>& paths) {
  ReadCounts all;
  for (const std::string& path : paths) {
    TRY_ASSIGN(const std::string text, read_file(path, kLargestCountsBytes));
    TRY_ASSIGN(auto read, parse_trial_counts(text, std::filesystem::path(path).filename().string()));
    ReadCountsFile file{path, read.counts.size(), {}};
    for (const TrialCountsProblem& problem : read.problems)
      file.problems.push_back(fmt::format("{}:{}: {}", path, problem.line, problem.message));
    all.files.push_back(std::move(file));
    all.counts.insert(all.counts.end(), std::make_move_iterator(read.counts.begin()),
                      std::make_move_iterator(read.counts.end()));
  }
  return all;
}

}  // namespace faultline
