#include "app/report/run_report.h"

#include <fmt/format.h>

#include "app/report/report_cases.h"
#include "app/report/report_sections.h"
#include "app/report/report_trends.h"
#include "app/report/run_verdict.h"
#include "core/base/clock.h"
#include "db/queries.h"

namespace faultline {
namespace {

void add_checks(const std::vector<std::string>& checks, const std::vector<std::string>& findings,
                CampaignReport& report) {
  for (const auto& check : checks) {
    ReportCase one;
    one.suite = "checks";
    one.name = check;
    for (const auto& finding : findings) {
      if (!finding.starts_with(check + ":")) continue;
      one.failure += (one.failure.empty() ? "" : "; ") + finding;
    }
    report.cases.push_back(std::move(one));
  }
}

}  // namespace

Result<RunSummary> stored_summary(Store& store, const RunRecord& run) {
  RunSummary summary;
  summary.record = run;
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  TRY_ASSIGN(const auto rates, query_rates(store, query));
  const auto& total = rates.total;
  summary.progress.outcomes = total.outcomes;
  summary.progress.trials_done = total.ended();
  summary.progress.trials_planned = run.planned_blocks * static_cast<std::int64_t>(run.cells.size());
  TRY_ASSIGN(const auto reconciliation, query_reconciliation(store, run.uuid));
  summary.reconciliation.deaths = reconciliation.deaths;
  summary.reconciliation.matched = reconciliation.matched;
  summary.reconciliation.uncaptured = reconciliation.uncaptured;
  summary.reconciliation.reports = reconciliation.reports;
  summary.reconciliation.foreign = reconciliation.foreign;
  summary.reconciliation.late = reconciliation.late;
  summary.reconciliation.uncaptured_reasons.assign(reconciliation.uncaptured_reasons.begin(),
                                                   reconciliation.uncaptured_reasons.end());
  if (!run.control.empty()) {
    TRY_ASSIGN(query.where, parse_filter(fmt::format("run={} and ({})", run.uuid.text(), run.control)));
    TRY_ASSIGN(const auto control, query_rates(store, query));
    summary.control = ControlResult{control.total.trials, control.total.outcomes[Outcome::crashed]};
  }
  return summary;
}

Result<CampaignReport> run_report(Store& store, const RunSummary& summary,
                                  const std::vector<std::string>& checks,
                                  const std::vector<std::string>& findings,
                                  const std::function<void(std::string_view)>& begins) {
  const auto& run = summary.record;
  CampaignReport report;
  Document& document = report.document;
  document.title = fmt::format("{}, {}", run.campaign_name, format_utc(run.started));
  TRY_ASSIGN(const auto verdict, run_verdict(store, summary));
  document.lead.push_back(Block::paragraph(verdict.sentence()));
  for (const auto& finding : findings) document.lead.push_back(Block::strong(finding));
  struct Part {
    std::string_view name;
    std::function<Result<DocumentSection>()> make;
  };
  const std::vector<Part> parts{
      {"changes since the previous run", [&] { return changes_section(store, run); }},
      {"crash rates", [&] { return rates_section(store, run); }},
      {"crash sites", [&] { return sites_section(store, summary); }},
      {"comparisons", [&] { return comparisons_section(store, summary); }},
      {"trend", [&] { return nights_section(store, run); }},
      {"time to crash", [&] { return time_section(store, run); }},
      {"metrics", [&] { return metrics_section(store, run); }},
      {"other events", [&] { return other_events_section(store, run); }},
      {"limitations", [&] { return unknown_section(store, summary); }},
      {"run and environment", [&]() -> Result<DocumentSection> { return run_section(summary); }},
      {"reconciliation", [&] { return reconciliation_section(store, summary); }}};
  for (const Part& part : parts) {
    begins(part.name);
    TRY_ASSIGN(document.sections.emplace_back(), part.make());
  }
  TRY_ASSIGN(report.cases, cell_cases(store, run));
  add_checks(checks, findings, report);
  return report;
}

}  // namespace faultline
