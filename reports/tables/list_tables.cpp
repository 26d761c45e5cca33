#include "reports/tables/list_tables.h"

#include <algorithm>

#include "core/model/short_site.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

/// An absent value is null, not an empty text.
template <typename T>
TableCell number_or_null(const std::optional<T>& value) {
  return value ? TableCell(static_cast<std::int64_t>(*value)) : TableCell();
}

Emphasis outcome_emphasis(const std::string& outcome) {
  const auto parsed = parse_outcome(outcome);
  if (!parsed) return Emphasis::none;
  return is_bad(*parsed) ? Emphasis::alarm : Emphasis::none;
}

/// To the minute for people.
TableCell time_cell(const std::string& utc) {
  const CellValue brief = short_time(utc);
  return brief_cell(utc, std::holds_alternative<std::string>(brief) ? std::get<std::string>(brief) : utc);
}

TableCell incidents_cell(const std::vector<std::string>& incidents) {
  TableCell cell(incidents);
  for (const auto& incident : incidents) cell.brief += (cell.brief.empty() ? "" : ", ") + short_id(incident);
  return cell;
}

std::string trial_name(const std::string& run, std::int64_t index) {
  return short_id(run) + "/" + std::to_string(index);
}

TableCell cell_of(const QueryValue& value) {
  return std::visit([](const auto& held) { return TableCell(held); }, value);
}

}  // namespace

Table report_list_table(const std::vector<ReportRow>& rows, const ListTableOptions& options) {
  Table table;
  table.columns = {row_name(text_column("incident")),
                   text_column("time"),
                   text_column("kind"),
                   text_column("process"),
                   text_column("fault"),
                   text_column("site_key", "site"),
                   one_line(text_column("site_text", "crash site"), 60),
                   text_column("trial"),
                   text_column("cell"),
                   text_column("origin"),
                   number_column("issues")};
  for (const auto& row : rows) {
    table.rows.push_back({brief_cell(row.incident, short_id(row.incident)), time_cell(row.time), row.kind,
                          text_cell(row.process), text_cell(row.fault_kind),
                          brief_cell(row.site_key, row.site_key.substr(0, options.key_digits)),
                          brief_cell(row.site_text, short_site(row.site_text)),
                          row.trial_index ? TableCell(trial_name(row.run, *row.trial_index)) : TableCell(),
                          text_cell(row.cell), row.origin, row.issues});
  }
  if (options.audience == TableAudience::programs) return table;
  table.no_rows = "No reports match.";
  const bool all_crashes =
      std::all_of(rows.begin(), rows.end(), [](const ReportRow& row) { return row.kind == "crash"; });
  arrange_columns(table, {{"incident"},
                          {"time"},
                          {"site_text"},
                          {"trial", 1},
                          {"kind", all_crashes ? 8 : 1},
                          {"process", 2},
                          {"cell", 3},
                          {"site_key", 4},
                          {"fault", 5},
                          {"origin", 6},
                          {"issues", 7}});
  return table;
}

Table trial_list_table(const std::vector<TrialRow>& rows, const ListTableOptions& options) {
  Table table;
  table.columns = {row_name(text_column("trial")),
                   text_column("started"),
                   text_column("workload"),
                   one_line(text_column("cell"), 26),
                   text_column("outcome"),
                   text_column("rule"),
                   number_column("exit_code", "exit"),
                   text_column("term_signal", "signal"),
                   number_column("duration_ms", "duration", Unit::milliseconds),
                   text_column("phase"),
                   text_column("reports")};
  for (const auto& row : rows) {
    std::string marks;
    if (row.uncaptured) marks = "uncaptured";
    table.rows.push_back({trial_name(row.run, row.index), time_cell(row.started), row.workload, row.cell,
                          TableCell(row.outcome, outcome_emphasis(row.outcome)), text_cell(row.rule),
                          number_or_null(row.exit_code), text_cell(row.term_signal), row.duration_ms,
                          text_cell(row.phase),
                          row.incidents.empty() ? text_cell(marks) : incidents_cell(row.incidents)});
  }
  if (options.audience == TableAudience::programs) return table;
  table.no_rows = "No trials match.";
  arrange_columns(table, {{"trial"},
                          {"outcome"},
                          {"duration_ms", 1},
                          {"cell"},
                          {"workload", 2},
                          {"started", 3},
                          {"reports", 4},
                          {"term_signal", 5},
                          {"exit_code", 6},
                          {"phase", 7},
                          {"rule", 8}});
  return table;
}

Table run_list_table(const std::vector<RunRow>& rows, const ListTableOptions& options) {
  Table table;
  table.columns = {row_name(text_column("run")),
                   text_column("campaign"),
                   text_column("started"),
                   text_column("date"),
                   text_column("state"),
                   text_column("host"),
                   text_column("os_build"),
                   number_column("cells"),
                   number_column("planned_trials", "planned"),
                   number_column("ended_trials", "ended"),
                   number_column("crashed"),
                   number_column("bad"),
                   number_column("uncaptured"),
                   text_column("state_reason", "why")};
  for (const auto& row : rows) {
    const auto& counts = row.counts;
    table.rows.push_back({brief_cell(row.run, short_id(row.run)), row.campaign, time_cell(row.started),
                          row.date, row.state, row.host, text_cell(row.os_build), row.cells,
                          row.planned_trials > 0 ? TableCell(row.planned_trials) : TableCell(),
                          row.ended_trials, counts.outcomes[Outcome::crashed], counts.outcomes.bad(),
                          counts.uncaptured, text_cell(row.state_reason)});
  }
  if (options.audience == TableAudience::programs) return table;
  table.no_rows = "No runs match.";
  arrange_columns(table, {{"run"},
                          {"crashed"},
                          {"ended_trials", 1},
                          {"planned_trials", 2},
                          {"bad", 3},
                          {"started"},
                          {"campaign", 1},
                          {"state"},
                          {"host", 4},
                          {"os_build", 5},
                          {"uncaptured", 6},
                          {"cells", 7},
                          {"state_reason", 8},
                          {"date", 9}});
  return table;
}

Table host_list_table(const std::vector<HostRow>& rows, const ListTableOptions& options) {
  Table table;
  table.columns = {row_name(text_column("host_key", "host")),
                   text_column("host_name", "name"),
                   text_column("os_name", "os"),
                   text_column("os_version", "version"),
                   text_column("os_build", "build"),
                   text_column("model"),
                   text_column("chip"),
                   text_column("agx_version"),
                   number_column("runs"),
                   number_column("trials"),
                   text_column("first_seen"),
                   text_column("last_seen")};
  for (const auto& row : rows) {
    table.rows.push_back({brief_cell(row.host_key, short_id(row.host_key)), row.host_name,
                          text_cell(row.os_name), text_cell(row.os_version), text_cell(row.os_build),
                          text_cell(row.model), text_cell(row.chip), text_cell(row.agx_version), row.runs,
                          row.trials, time_cell(row.first_seen), time_cell(row.last_seen)});
  }
  if (options.audience == TableAudience::programs) return table;
  table.no_rows = "No hosts match.";
  arrange_columns(table, {{"host_key"},
                          {"trials"},
                          {"runs", 1},
                          {"host_name"},
                          {"os_name", 1},
                          {"os_version", 2},
                          {"os_build", 3},
                          {"model", 2},
                          {"chip", 4},
                          {"agx_version", 4},
                          {"last_seen", 5},
                          {"first_seen", 6}});
  return table;
}

Table saved_query_table(const std::vector<SavedQuery>& queries) {
  Table table;
  table.caption = "Saved queries; docs/database.md describes the tables for queries of your own.";
  table.columns = {row_name(text_column("name")), text_column("description")};
  for (const auto& query : queries) table.rows.push_back({query.name, query.description});
  return table;
}

Table query_answer_table(const QueryTable& answer) {
  Table table;
  for (const auto& name : answer.columns) table.columns.push_back(text_column(name, name));
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    for (const auto& row : answer.rows) {
      if (std::holds_alternative<std::int64_t>(row[column]) || std::holds_alternative<double>(row[column])) {
        table.columns[column].alignment = Alignment::right;
      }
    }
  }
  for (const auto& row : answer.rows) {
    std::vector<TableCell> cells;
    for (const auto& value : row) cells.push_back(cell_of(value));
    table.rows.push_back(std::move(cells));
  }
  if (answer.cut) table.footnotes.emplace_back("There are more rows; these are the first.");
  return table;
}

}  // namespace faultline
