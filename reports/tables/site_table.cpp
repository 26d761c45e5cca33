#include "reports/tables/site_table.h"

#include <algorithm>

#include "core/model/short_site.h"
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

Table for_people(const std::vector<SiteRow>& rows, const SiteTableOptions& options) {
  const auto any = [&](auto has) { return std::any_of(rows.begin(), rows.end(), has); };
  Table table;
  table.no_rows = "No crash sites match.";
  table.columns = {row_name(text_column("key", options.families ? "family" : "site")),
                   number_column("reports"),
                   number_column("trials"),
                   one_line(text_column("text", "crash site"), 60),
                   number_column("cells"),
                   text_column("labels"),
                   text_column("last_seen"),
                   text_column("first_seen"),
                   number_column("uncaptured", "by output"),
                   text_column("os_builds", "OS builds")};
  for (const SiteRow& row : rows) {
    table.rows.push_back({brief_cell(row.key, row.key.substr(0, options.key_digits)), row.reports, row.trials,
                          brief_cell(row.text, short_site(row.text, row.image, row.family_text)), row.cells,
                          row.labels.empty() ? TableCell() : TableCell(row.labels), short_time(row.last_seen),
                          short_time(row.first_seen), row.uncaptured,
                          row.os_builds.empty() ? TableCell() : TableCell(row.os_builds)});
  }
  arrange_columns(table, {{"key"},
                          {"reports"},
                          {"trials", 1},
                          {"text"},
                          {"labels", 1},
                          {"uncaptured", 2},
                          {"last_seen", 3},
                          {"cells", 3},
                          {"first_seen", 4},
                          {"os_builds", 5}});
  if (!any([](const SiteRow& row) { return row.trials != row.reports; })) drop_column(table, "trials");
  if (!any([](const SiteRow& row) { return !row.labels.empty(); })) drop_column(table, "labels");
  if (!any([](const SiteRow& row) { return !row.os_builds.empty(); })) drop_column(table, "os_builds");
  if (any([](const SiteRow& row) { return row.uncaptured > 0; })) {
    table.footnotes.emplace_back(
        "by output: trials that left no report; the site is from the end of their stderr");
  } else {
    drop_column(table, "uncaptured");
  }
  return table;
}

}  // namespace

Table site_table(const std::vector<SiteRow>& rows, const SiteTableOptions& options) {
  Table table = options.audience == TableAudience::programs ? for_programs(rows) : for_people(rows, options);
  table.caption = options.caption;
  table.command = options.command;
  return table;
}

}  // namespace faultline
