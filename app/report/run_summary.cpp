#include "app/report/run_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/campaign/negative_control.h"
#include "app/questions/command_builder.h"
#include "collector/plan/schedule.h"
#include "core/model/filter.h"
#include "core/text/text_escape.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

/// The whole UUID: eight digits of it are for people, not for commands that are kept.
std::string where_text(const RunRecord& run, const std::string& workload, bool one_of_several) {
  std::string where = where_run(run);
  if (one_of_several) where += " and workload=" + filter_quoted(workload);
  return where;
}

Result<Table> rates_of(Store& store, const RunRecord& run, const std::string& workload, bool one_of_several,
                       TableAudience audience) {
  auto names = parameter_names_of(run, workload);
  const auto where = where_text(run, workload, one_of_several);
  RateTableOptions options;
  options.audience = audience;
  const bool pivoted = names.size() == 2 && audience == TableAudience::people;
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  CommandBuilder command("rates");
  if (pivoted) {
    query.pivot = names.back();
    names.pop_back();
  }
  query.by = names;
  command.list("--by", names).option("--pivot", query.pivot.value_or("")).option("--where", where);
  options.command = command.text();
  options.caption = "Crash rates of " + escape_line(workload);
  TRY_ASSIGN(const auto result, query_rates(store, query));
  return pivoted ? rate_pivot_table(result, options) : rate_table(result, options);
}

Result<Table> sites_of(Store& store, const RunRecord& run, TableAudience audience) {
  const auto where = where_text(run, "", false);
  SitesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(const auto rows, query_sites(store, query));
  SiteTableOptions options;
  options.audience = audience;
  options.caption = "Crash sites";
  TRY_ASSIGN(options.key_digits, site_key_digits(store));
  options.command = CommandBuilder("sites").option("--where", where).text();
  return site_table(rows, options);
}

/// The value below which so many per cent of the sorted latencies lie.
double latency_seconds(const std::vector<std::chrono::milliseconds>& sorted, std::size_t per_cent) {
  const std::size_t place = (sorted.size() * per_cent + 99) / 100;
  return std::chrono::duration<double>(sorted[std::max<std::size_t>(place, 1) - 1]).count();
}

std::string latency_line(const RunReconciliation& reconciliation) {
  if (reconciliation.latencies.empty()) return "";
  return fmt::format(" Reports came after {:.1f} s (median), {:.1f} s (90 %), {:.1f} s (the longest).",
                     latency_seconds(reconciliation.latencies, 50),
                     latency_seconds(reconciliation.latencies, 90),
                     latency_seconds(reconciliation.latencies, 100));
}

std::string reconciliation_line(const RunSummary& summary) {
  const auto& reconciliation = summary.reconciliation;
  std::string out = fmt::format("Crash/report reconciliation: {}, {} with a report, {} uncaptured",
                                format_count(reconciliation.deaths, "crash", "crashes"),
                                reconciliation.matched, reconciliation.uncaptured);
  for (const auto& [reason, count] : reconciliation.uncaptured_reasons) {
    out += fmt::format(" ({}: {})", escape_line(reason), count);
  }
  out += fmt::format("; {} of the run", format_count(reconciliation.reports, "report", "reports"));
  if (reconciliation.late > 0) out += fmt::format(", {} of them late", reconciliation.late);
  if (reconciliation.foreign > 0) out += fmt::format(", {} foreign", reconciliation.foreign);
  if (reconciliation.unkillable > 0)
    out += fmt::format("; {} could not be killed",
                       format_count(reconciliation.unkillable, "process", "processes"));
  return out + "." + latency_line(reconciliation) + "\n";
}

/// ` (pooled over conv, matmul)` where the control's cells are of several workloads, of which one may have
/// crashed for all.
std::string pooled_text(const RunRecord& run) {
  const auto filter = parse_filter(run.control);
  const auto selected =
      filter ? select_cells(*filter, run.cells) : Result<std::vector<bool>>(fail(filter.error()));
  if (!selected) return "";
  std::vector<std::string> workloads;
  for (std::size_t i = 0; i < run.cells.size(); ++i) {
    const std::string& name = run.cells[i].workload;
    if ((*selected)[i] && std::find(workloads.begin(), workloads.end(), name) == workloads.end())
      workloads.push_back(name);
  }
  return workloads.size() < 2 ? ""
                              : escape_line(fmt::format(" (pooled over {})", fmt::join(workloads, ", ")));
}

std::string control_line(const RunSummary& summary) {
  if (!summary.control) return "";
  const auto& control = *summary.control;
  const auto name = escape_line(summary.record.control);
  if (control.reproduced()) {
    return fmt::format("Control ({}): crashed in {} of {} trials{}.\n", name, control.crashed, control.trials,
                       pooled_text(summary.record));
  }
  return fmt::format("Control ({}): did not crash in {}: this run proves nothing about the other cells.\n",
                     name, format_count(control.trials, "trial", "trials"));
}

}  // namespace

Result<RunSummaryPage> run_summary_page(Store& store, const RunSummary& summary, TableAudience audience) {
  RunSummaryPage page;
  const auto workloads = workloads_of(summary.record);
  for (const auto& workload : workloads) {
    TRY_ASSIGN(auto table, rates_of(store, summary.record, workload, workloads.size() > 1, audience));
    page.tables.push_back(std::move(table));
  }
  TRY_ASSIGN(auto sites, sites_of(store, summary.record, audience));
  page.tables.push_back(std::move(sites));
  page.words = reconciliation_line(summary) + control_line(summary);
  TRY_ASSIGN(const auto negative, negative_control(store, summary.record));
  if (negative) page.words += escape_line(negative_control_words(*negative)) + "\n";
  if (!summary.record.stop_rule.empty() && !summary.record.state_reason.empty())
    page.words += fmt::format("Stop rule {}: {}.\n", escape_line(summary.record.stop_rule),
                              escape_line(summary.record.state_reason));
  for (const auto& cell : summary.set_aside) {
    page.words += fmt::format("Quarantined, since it took the machine down twice: {}.\n", escape_line(cell));
  }
  return page;
}

}  // namespace faultline
