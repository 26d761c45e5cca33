#include "app/report/page_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/ingest/stored_report.h"
#include "app/ingest/symbol_search.h"
#include "core/text/shell_quote.h"
#include "db/queries.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

/// As many of a site's crashes, the newest first, as are read again to say what is usual.
constexpr std::size_t kBaselineCrashes = 100;

Result<void> add_trial(Store& store, const ReportRow& row, CrashPageContext& page) {
  const auto run = Uuid::parse(row.run);
  if (!run || !row.trial_index) return {};
  page.trial_name = fmt::format("{}/{}", short_id(row.run), *row.trial_index);
  page.trial = {{"run", row.run}, {"trial", std::to_string(*row.trial_index)}, {"cell", row.cell}};
  TRY_ASSIGN(const auto trial, store.find_trial(*run, *row.trial_index));
  if (!trial) return {};
  page.trial.emplace_back("outcome", std::string(outcome_text(trial->verdict.outcome)));
  page.workload_phase = trial->phase;
  page.command = trial->argv;
  return {};
}

Result<void> add_site(Store& store, const std::string& key, CrashPageContext& page) {
  TRY_ASSIGN(const auto sites, query_sites(store, {}));
  const auto site =
      std::find_if(sites.begin(), sites.end(), [&](const SiteRow& row) { return row.key == key; });
  if (site == sites.end()) return {};
  page.labels = site->labels;
  page.site_crashes = site->reports;
  return {};
}

Result<void> add_differences(Store& store, const Analysis& analysis, const SiteRules& rules,
                             CrashPageContext& page) {
  TRY_ASSIGN(const auto rows, reports_of_sites(store, {analysis.site.key}));
  SiteBaseline usual;
  Symbolizer symbolizer(without_new_cache(symbolize_options({})));
  for (std::size_t i = 0; i < std::min(rows.size(), kBaselineCrashes); ++i) {
    TRY_ASSIGN(const auto report, derive_stored(store, rows[i].incident, rules, symbolizer));
    usual.add(report.analysis);
  }
  page.differences = usual.differences(analysis);
  return {};
}

}  // namespace

Result<CrashPageContext> trial_context(Store& store, const std::string& incident) {
  CrashPageContext page;
  TRY_ASSIGN(const auto row, report_row(store, incident));
  page.shown_as = short_id(incident);
  TRY(add_trial(store, row, page));
  return page;
}

Result<CrashPageContext> page_context(Store& store, const std::string& incident, const Analysis& analysis,
                                      const SiteRules& rules) {
  TRY_ASSIGN(auto page, trial_context(store, incident));
  if (analysis.report.kind != ReportKind::crash) return page;
  TRY(add_site(store, analysis.site.key, page));
  TRY(add_differences(store, analysis, rules, page));
  return page;
}

}  // namespace faultline
