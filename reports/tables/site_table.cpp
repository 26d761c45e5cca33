#include "reports/tables/site_table.h"

#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

/// Empty text is "not known".
CellValue known(const std::string& text) { return text.empty() ? CellValue() : CellValue(text); }

template <typename T>
CellValue known(const std::optional<T>& value) {
  return value ? CellValue(*value) : CellValue();
}

Table for_programs(const std::vector<SiteRow>& rows) {
  Table table;
  table.columns = {text_column("key"),
                   text_column("text"),
                   text_column("family"),
                   text_column("family_text"),
                   text_column("image"),
                   text_column("function"),
                   number_column("code_offset", "", Unit::hex),
                   text_column("fault_kind"),
                   number_column("fault_offset", "", Unit::hex),
                   text_column("access"),
                   number_column("reports"),
                   number_column("trials"),
                   text_column("first_seen"),
                   text_column("last_seen"),
                   number_column("cells"),
                   text_column("os_builds"),
                   text_column("labels"),
                   number_column("uncaptured")};
  for (const SiteRow& row : rows) {
    table.rows.push_back({row.key, row.text, row.family, row.family_text, known(row.image),
                          known(row.function), known(row.code_offset), known(row.fault_kind),
                          known(row.fault_offset), known(row.access), row.reports, row.trials,
                          known(row.first_seen), known(row.last_seen), row.cells, row.os_builds, row.labels,
                          row.uncaptured});
  }
  return table;
}

Table for_people(const std::vector<SiteRow>& rows, bool families) {
  bool any_label = false;
  bool any_build = false;
  bool any_uncaptured = false;
  for (const SiteRow& row : rows) {
    any_label = any_label || !row.labels.empty();
    any_build = any_build || !row.os_builds.empty();
    any_uncaptured = any_uncaptured || row.uncaptured > 0;
  }
  Table table;
  table.columns = {row_name(text_column("key", families ? "family" : "site")),
                   text_column("text", "where and how"),
                   number_column("reports"),
                   number_column("trials"),
                   number_column("cells"),
                   text_column("first_seen"),
                   text_column("last_seen")};
  if (any_uncaptured) {
    table.columns.push_back(number_column("uncaptured", "by output"));
    table.footnotes.push_back(
        "by output: trials that left no report; the site is from the end of their stderr");
  }
  if (any_build) table.columns.push_back(text_column("os_builds", "OS builds"));
  if (any_label) table.columns.push_back(text_column("labels"));
  for (const SiteRow& row : rows) {
    std::vector<TableCell> cells{row.key,
                                 row.text,
                                 row.reports,
                                 row.trials,
                                 row.cells,
                                 short_time(row.first_seen),
                                 short_time(row.last_seen)};
    if (any_uncaptured) cells.emplace_back(row.uncaptured);
    if (any_build) cells.emplace_back(row.os_builds);
    if (any_label) cells.emplace_back(row.labels);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

Table site_table(const std::vector<SiteRow>& rows, const SiteTableOptions& options) {
  Table table =
      options.audience == TableAudience::programs ? for_programs(rows) : for_people(rows, options.families);
  table.caption = options.caption;
  table.command = options.command;
  return table;
}

}  // namespace faultline
