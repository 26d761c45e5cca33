#include "app/report/report_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/proportion.h"
#include "app/campaign/negative_control.h"
#include "app/campaign/run_changes.h"
#include "app/questions/command_builder.h"
#include "app/questions/setting_comparisons.h"
#include "app/report/report_site.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/model/filter.h"
#include "core/model/short_site.h"
#include "db/queries.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/comparison_table.h"
#include "reports/tables/list_tables.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/site_table.h"
#include "reports/tables/trend_table.h"

namespace faultline {
namespace {

/// A table of names and values.
Table facts_table(const std::vector<std::pair<std::string, std::string>>& facts, std::string command) {
  Table table;
  table.columns = {row_name(text_column("fact")), text_column("value")};
  for (const auto& [name, value] : facts) table.rows.push_back({name, value});
  table.command = std::move(command);
  return table;
}

/// `2025-12-21 02:00 (UTC+1)`
std::string local_time(WallTime time, int zone_minutes) {
  auto text = format_report_time(time, zone_minutes).substr(0, 16);
  const int hours = zone_minutes / 60;
  const int minutes = zone_minutes < 0 ? -zone_minutes % 60 : zone_minutes % 60;
  text += zone_minutes == 0
              ? " UTC"
              : fmt::format(" (UTC{:+}{})", hours, minutes == 0 ? "" : fmt::format(":{:02}", minutes));
  return text;
}

std::optional<double> number_of(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

/// The matrix as a grid: the first column of numbers across (else the last column), a row for each
/// combination of the others. Nothing where there is one column or none.
std::optional<Plot> rate_grid(const RatesResult& result, const RateTableOptions& options, std::string id,
                              const std::string& title) {
  if (result.columns.empty() || result.rows.empty()) return std::nullopt;
  std::size_t across = result.columns.size() - 1;
  for (std::size_t i = result.columns.size(); i-- > 0;) {
    if (std::all_of(result.rows.begin(), result.rows.end(),
                    [&](const RatesRow& row) { return number_of(row.values[i]).has_value(); }))
      across = i;
  }
  std::vector<std::string> order;
  for (const auto& row : result.rows) {
    const auto label = query_value_text(row.values[across]);
    if (std::find(order.begin(), order.end(), label) == order.end()) order.push_back(label);
  }
  Plot plot{std::move(id), Plot::Kind::grid, title, result.columns[across], "crash rate", true, {}};
  for (const auto& row : result.rows) {
    if (row.counts.trials == 0) continue;
    std::string name;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      if (i != across)
        name += (name.empty() ? "" : " ") + result.columns[i] + "=" + query_value_text(row.values[i]);
    }
    auto series = std::find_if(plot.series.begin(), plot.series.end(),
                               [&](const PlotSeries& s) { return s.name == name; });
    if (series == plot.series.end()) series = plot.series.insert(plot.series.end(), PlotSeries{name, {}});
    const Proportion of{row.counts.counted, row.counts.trials};
    const auto label = query_value_text(row.values[across]);
    const auto place = std::find(order.begin(), order.end(), label) - order.begin();
    series->points.push_back(
        {static_cast<double>(place), label, of.ratio(), rate_interval(row, result, options).interval, of});
  }
  return plot;
}

/// As many sites are opened to stacks; the table has them all.
constexpr std::size_t kOpenedSites = 20;

std::vector<std::pair<std::string, std::string>> system_facts(const RunRecord& run) {
  std::vector<std::pair<std::string, std::string>> facts;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) facts.emplace_back(name, *value);
  };
  const auto& host = run.host;
  add("OS", host.os_name.value_or("") + (host.os_version ? " " + *host.os_version : ""));
  add("OS build", host.os_build);
  add("kernel", host.kernel);
  add("model", host.model);
  add("chip", host.chip);
  add("GPU driver", host.agx_version);
  for (const auto& [name, value] : run.facts) facts.emplace_back(name, value);
  return facts;
}

Result<std::vector<SiteRow>> families_of(Store& store, const std::string& where) {
  SitesQuery query;
  query.fold_families = true;
  TRY_ASSIGN(query.where, parse_filter(where));
  return query_sites(store, query);
}

/// People read the cells that changed; programs get all.
Block changed_cells(const std::vector<Comparison>& comparisons, const ComparisonTableOptions& options,
                    Table programs) {
  std::vector<Comparison> changed = comparisons;
  std::erase_if(changed, [](const Comparison& of) {
    return of.change.direction == ComparisonVerdict::undecided && of.verdict == ComparisonVerdict::undecided;
  });
  Table people = changed.empty() ? programs : comparison_table(changed, options);
  if (changed.empty()) {
    people.rows.clear();
    people.footnotes.clear();
    people.no_rows =
        fmt::format("None of the {} that both runs have changed beyond chance.",
                    format_count(static_cast<std::int64_t>(comparisons.size()), "cell", "cells"));
  }
  arrange_columns(people, {{"group"},
                           {"change"},
                           {"a"},
                           {"b"},
                           {"difference", 1},
                           {"change_p", 2},
                           {"ratio", 3},
                           {"verdict", 4},
                           {"nights_needed", 5},
                           {"trials_needed", 6},
                           {"decided_by", 7},
                           {"adjusted_p", 8}});
  drop_column(people, "count");
  return Block::table_of("changed_rates", std::move(people), std::move(programs));
}

}  // namespace

DocumentSection run_section(const RunSummary& summary) {
  const auto& run = summary.record;
  std::vector<std::pair<std::string, std::string>> facts{
      {"campaign", run.campaign_name},
      {"run", run.uuid.text()},
      {"host", run.host.host_name},
      {"started", local_time(run.started, run.host.zone_minutes)},
      {"ended", run.ended ? local_time(*run.ended, run.host.zone_minutes) : "not yet"},
      {"state",
       std::string(run_state_text(run.state)) + (run.state_reason.empty() ? "" : ": " + run.state_reason)},
      {"trials", fmt::format("{} of {} planned, {} in {}", format_integer(summary.progress.trials_done),
                             format_integer(summary.progress.trials_planned),
                             format_count(run.planned_blocks, "block", "blocks"),
                             format_count(static_cast<std::int64_t>(run.cells.size()), "cell", "cells"))}};
  const auto system = system_facts(run);
  facts.insert(facts.end(), system.begin(), system.end());
  DocumentSection section{"Run and environment", {}, "run"};
  section.blocks.push_back(Block::table_of(
      facts_table(facts, CommandBuilder("list runs").option("--where", where_run(run)).text()), "run"));
  return section;
}

Result<DocumentSection> reconciliation_section(Store& store, const RunSummary& summary) {
  const auto& reconciliation = summary.reconciliation;
  const auto& progress = summary.progress;
  DocumentSection section{"Crash/report reconciliation", {}, "ledger"};
  Table table;
  table.caption = "Every trial, and every crash against its report";
  table.columns = {row_name(text_column("what")), number_column("count")};
  for (const auto& row : kOutcomes) {
    if (progress.outcomes[row.value] > 0)
      table.rows.push_back({std::string(row.text), progress.outcomes[row.value]});
  }
  table.rows.push_back({"crashes with a report", reconciliation.matched});
  table.rows.push_back({"crashes without a report (uncaptured)", reconciliation.uncaptured});
  for (const auto& [reason, count] : reconciliation.uncaptured_reasons)
    table.rows.push_back({"uncaptured: " + reason, count});
  table.rows.push_back({"reports of these trials", reconciliation.reports});
  table.rows.push_back({"reports of no trial (foreign)", reconciliation.foreign});
  table.rows.push_back({"reports that arrived late", reconciliation.late});
  table.command = CommandBuilder("list trials").option("--where", where_run(summary.record)).text();
  if (!summary.control) {
    section.blocks.push_back(Block::paragraph(
        "The campaign names no control: nothing shows that this run could have seen a crash."));
  } else if (summary.control->reproduced()) {
    section.blocks.push_back(
        Block::paragraph(fmt::format("Control ({}): crashed in {} of {} trials.", summary.record.control,
                                     summary.control->crashed, summary.control->trials)));
  } else {
    section.blocks.push_back(Block::paragraph(
        fmt::format("Control ({}): did not crash in {}: this run proves nothing about the other cells.",
                    summary.record.control, format_count(summary.control->trials, "trial", "trials"))));
  }
  TRY_ASSIGN(const auto negative, negative_control(store, summary.record));
  if (negative) section.blocks.push_back(Block::paragraph(negative_control_words(*negative)));
  section.blocks.push_back(Block::table_of(std::move(table), "ledger"));
  return section;
}

Result<DocumentSection> rates_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Crash rates", {}, "rates"};
  const auto workloads = workloads_of(run);
  for (const auto& workload : workloads) {
    std::string where = where_run(run);
    if (workloads.size() > 1) where += " and workload=" + filter_quoted(workload);
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter(where));
    TRY_ASSIGN(query.count, parse_count("crashed"));
    query.by = parameter_names_of(run, workload);
    TRY_ASSIGN(const auto result, query_rates(store, query));
    RateTableOptions options;
    options.caption = "Crash rates of " + workload;
    options.command = CommandBuilder("rates").list("--by", query.by).option("--where", where).text();
    const auto id = fmt::format("rates_{}", blocks_of(section.blocks, Block::Kind::table).size() + 1);
    Table people = rate_table(result, options);
    options.audience = TableAudience::programs;
    auto plot = rate_grid(result, options, "plot_" + id, workload);
    if (plot) section.blocks.push_back(Block::plot_of(std::move(*plot)));
    section.blocks.push_back(Block::table_of(id, std::move(people), rate_table(result, options)));
  }
  return section;
}

Result<DocumentSection> sites_section(Store& store, const RunSummary& summary) {
  const auto where = where_run(summary.record);
  DocumentSection section{"Crash sites", {}, "sites"};
  SitesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(const auto rows, query_sites(store, query));
  TRY_ASSIGN(const auto ever, query_sites(store, {}));
  TRY_ASSIGN(const auto digits, site_key_digits(store));
  std::map<std::string, const SiteRow*> all;
  std::int64_t reports = 0;
  for (const auto& row : ever) {
    all[row.key] = &row;
    reports += row.reports;
  }
  const auto deaths = summary.progress.outcomes[Outcome::crashed];
  Table table;
  table.caption = "Most reports first; first and last seen over the whole store";
  table.columns = {row_name(text_column("key", "site")),
                   one_line(text_column("text", "crash site"), 60),
                   number_column("reports"),
                   number_column("trials"),
                   number_column("share", "of crashed trials", Unit::share),
                   text_column("first_seen"),
                   text_column("last_seen"),
                   text_column("labels")};
  Plot plot{"plot_sites", Plot::Kind::bars,          "Share of crashed trials by site",
            "site",       "share of crashed trials", true,
            {{"", {}}}};
  std::vector<Block> opened;
  for (const auto& row : rows) {
    const auto found = all.find(row.key);
    const auto& whole = found == all.end() ? row : *found->second;
    const Proportion share{std::min(row.trials, deaths), deaths};
    const std::string name = short_site(row.text, row.image, row.family_text);
    table.rows.push_back({brief_cell(row.key, row.key.substr(0, digits)), brief_cell(row.text, name),
                          row.reports, row.trials, share.ratio(), short_time(whole.first_seen),
                          short_time(whole.last_seen), row.labels});
    if (plot.series.front().points.size() < kOpenedSites) {
      plot.series.front().points.push_back({static_cast<double>(plot.series.front().points.size()), name,
                                            share.ratio(), clopper_pearson(share), share});
    }
    if (opened.size() < kOpenedSites) {
      TRY_ASSIGN(opened.emplace_back(), site_detail(store, summary.record, row, {whole.reports, reports}));
    }
  }
  table.footnotes.push_back(
      fmt::format("Shares are of {}; a trial with several reports counts for each of its sites.",
                  format_count(deaths, "crashed trial", "crashed trials")));
  table.command = CommandBuilder("sites").option("--where", where).text();
  SiteTableOptions options;
  options.audience = TableAudience::programs;
  options.command = table.command;
  section.blocks.push_back(Block::table_of("sites", std::move(table), site_table(rows, options)));
  if (!rows.empty()) section.blocks.push_back(Block::plot_of(std::move(plot)));
  section.blocks.insert(section.blocks.end(), opened.begin(), opened.end());
  return section;
}

Result<DocumentSection> comparisons_section(Store& store, const RunSummary& summary) {
  const auto& run = summary.record;
  DocumentSection section{"Comparisons at equal other settings", {}, "comparisons"};
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count("bad"));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto result, query_rates(store, query));
  std::vector<SettingCell> cells;
  for (const Cell& cell : run.cells) {
    for (const auto& row : result.rows) {
      if (query_value_text(row.values[0]) != cell.workload || query_value_text(row.values[1]) != cell.text())
        continue;
      const Proportion bad{row.counts.counted, row.counts.trials};
      cells.push_back({cell, bad, bad});
    }
  }
  std::optional<bool> control;
  if (summary.control) control = summary.control->reproduced();
  std::vector<ComparisonInput> inputs;
  const auto several = workloads_of(run).size() > 1;
  for (auto& compared : compared_settings(cells, {control, result.unfinished || result.stop_rule})) {
    compared.input.group = compared.input.a_name;
    if (several) compared.input.group = compared.workload + ", " + compared.input.group;
    compared.input.a_name = "this value";
    compared.input.b_name = "the other values";
    inputs.push_back(std::move(compared.input));
  }
  if (inputs.empty()) {
    section.blocks.push_back(
        Block::paragraph("No workload had a bad outcome and a setting with two values; `faultline compare A "
                         "B` tests any two arms."));
    return section;
  }
  ComparisonTableOptions options;
  options.caption =
      "Bad outcomes (crashed, hung, wrong, panicked) of each value of a setting against its other values, at "
      "equal other settings";
  options.command = CommandBuilder("compare")
                        .word("NAME=VALUE")
                        .word("NAME!=VALUE")
                        .option("--count", "bad")
                        .option("--where", where_run(run))
                        .text();
  auto comparisons = compare_all(inputs);
  std::stable_sort(comparisons.begin(), comparisons.end(), [](const Comparison& x, const Comparison& y) {
    return (x.verdict != ComparisonVerdict::undecided) > (y.verdict != ComparisonVerdict::undecided);
  });
  Table people = comparison_table(comparisons, options);
  Table programs = people;
  arrange_columns(people, {{"group"},
                           {"verdict"},
                           {"a"},
                           {"b"},
                           {"difference", 1},
                           {"adjusted_p", 2},
                           {"trials_needed", 3},
                           {"ratio", 4},
                           {"decided_by", 5}});
  drop_column(people, "count");
  section.blocks.push_back(Block::table_of("comparisons", std::move(people), std::move(programs)));
  return section;
}

Result<DocumentSection> changes_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Changes since the previous run", {}, "changes"};
  TRY_ASSIGN(const auto before, run_before(store, run));
  if (!before) {
    section.blocks.push_back(Block::paragraph("This store has no earlier finished run of the campaign."));
    return section;
  }
  std::vector<std::pair<std::string, std::string>> changes{
      {"previous run", before->uuid.text() + ", " + format_utc(before->started)}};
  for (const auto& change : changes_between(*before, run)) changes.emplace_back("changed", change);
  if (before->cells != run.cells)
    changes.emplace_back("cells", "differ: only those of both runs are compared");
  TRY_ASSIGN(const auto control, control_history(store, run));
  if (control) changes.emplace_back("control", *control);
  TRY_ASSIGN(const auto now, families_of(store, where_run(run)));
  TRY_ASSIGN(const auto then, families_of(store, where_run(*before)));
  const auto has = [](const std::vector<SiteRow>& rows, const SiteRow& row) {
    return std::any_of(rows.begin(), rows.end(), [&](const SiteRow& other) { return other.key == row.key; });
  };
  for (const auto& row : now) {
    if (!has(then, row))
      changes.emplace_back("family not seen before",
                           fmt::format("{} ({})", short_site(row.text, row.image, row.family_text),
                                       format_count(row.reports, "report", "reports")));
  }
  for (const auto& row : then) {
    if (!has(now, row))
      changes.emplace_back("family no longer seen", short_site(row.text, row.image, row.family_text));
  }
  section.blocks.push_back(Block::table_of(
      facts_table(changes, CommandBuilder("report").word(run.uuid.text()).text()), "changes"));
  TRY_ASSIGN(const auto comparisons, changes_between_runs(store, run, *before));
  if (!comparisons.empty()) {
    ComparisonTableOptions options;
    options.caption = "Bad outcomes now against the previous run, in each cell that both have";
    options.command = CommandBuilder("compare")
                          .word(run.uuid.text())
                          .word(before->uuid.text())
                          .list("--by", {"workload", "cell"})
                          .text();
    Table programs = comparison_table(comparisons, options);
    section.blocks.push_back(changed_cells(comparisons, options, std::move(programs)));
  }
  return section;
}

Result<DocumentSection> other_events_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Hangs, panics and GPU events", {}, "events"};
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count("outcome in (hung,panicked)"));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(auto result, query_rates(store, query));
  const auto contaminated = result.total.contaminated;
  std::erase_if(result.rows,
                [](const RatesRow& row) { return row.counts.counted == 0 && row.counts.contaminated == 0; });
  if (result.rows.empty()) section.blocks.push_back(Block::paragraph("None in this run."));
  if (contaminated > 0) {
    section.blocks.push_back(
        Block::paragraph(fmt::format("{} contaminated by a GPU reset, and in no rate.",
                                     format_count(contaminated, "trial was", "trials were"))));
  }
  if (!result.rows.empty()) {
    RateTableOptions options;
    options.count = "hung or panicked";
    options.caption = "Cells with hangs, panics or trials that a GPU reset contaminated";
    options.command = CommandBuilder("rates")
                          .list("--by", {"workload", "cell"})
                          .option("--count", "outcome in (hung,panicked)")
                          .option("--where", where_run(run))
                          .text();
    section.blocks.push_back(Block::table_of(rate_table(result, options), "events"));
  }
  TRY_ASSIGN(const auto reports, query_other_reports(store, run.uuid));
  if (!reports.table.rows.empty()) {
    auto table = query_answer_table(reports.table);
    table.caption = "Reports of this run that are no crashes (the newest 50)";
    table.command = CommandBuilder("query").word(reports.sql).text();
    section.blocks.push_back(Block::table_of(std::move(table), "other_reports"));
  }
  return section;
}

Result<DocumentSection> unknown_section(Store& store, const RunSummary& summary) {
  const auto& run = summary.record;
  DocumentSection section{"Limitations", {}, "unknown"};
  std::vector<std::string> paragraphs;
  if (summary.reconciliation.uncaptured > 0) {
    paragraphs.push_back(
        fmt::format("Where {} crashed: no report was written. They are in every crash rate and at no site.",
                    format_count(summary.reconciliation.uncaptured, "trial", "trials")));
  }
  if (summary.reconciliation.foreign > 0) {
    paragraphs.push_back(
        fmt::format("Whose {} are: they arrived during the run and belong to none of its trials.",
                    format_count(summary.reconciliation.foreign, "foreign report", "foreign reports")));
  }
  if (summary.progress.outcomes[Outcome::setup_failed] > 0) {
    paragraphs.push_back(
        fmt::format("What {} would have done: they failed to set up, and are in no rate.",
                    format_count(summary.progress.outcomes[Outcome::setup_failed], "trial", "trials")));
  }
  if (run.state != RunState::finished) {
    paragraphs.emplace_back(
        "How the rest of the plan ends: the run is not finished, so intervals are the wider anytime-valid "
        "ones.");
  }
  if (!summary.control)
    paragraphs.emplace_back("Whether this run could have seen a crash: it has no control.");
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count("bad"));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto result, query_rates(store, query));
  std::int64_t clean = 0;
  std::int64_t fewest = 0;
  for (const auto& row : result.rows) {
    if (row.counts.counted > 0 || row.counts.trials == 0) continue;
    fewest = clean == 0 ? row.counts.trials : std::min(fewest, row.counts.trials);
    ++clean;
  }
  if (clean > 0) {
    const Proportion none{0, fewest};
    paragraphs.push_back(
        fmt::format("Whether the {} without a bad outcome never have one: {} bounds the rate, it does not "
                    "make it 0 (the cell with the fewest trials: {}).",
                    format_count(clean, "cell", "cells"), "0 of n",
                    format_upper_bound(none, clopper_pearson_upper(none), kDefaultLevel)));
  }
  paragraphs.emplace_back("The cause: a site says where a process crashed, not whose fault it is.");
  for (auto& paragraph : paragraphs) section.blocks.push_back(Block::paragraph(std::move(paragraph)));
  return section;
}

}  // namespace faultline
