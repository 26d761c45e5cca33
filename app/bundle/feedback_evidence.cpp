#include "app/bundle/feedback_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "analyzer/derive.h"
#include "app/bundle/workarounds.h"
#include "app/campaign/validation_layer.h"
#include "app/ingest/stored_report.h"
#include "app/ingest/symbol_search.h"
#include "app/questions/command_builder.h"
#include "app/report/page_context.h"
#include "collector/plan/campaign_file.h"
#include "core/ips/ips_writer.h"
#include "core/model/filter.h"
#include "reports/bundles/reproducers.h"
#include "reports/formats/number_format.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

/// As many of a site's newest reports are looked at to find the one that tells most.
constexpr std::size_t kCandidates = 30;

struct Candidate {
  std::string incident;
  std::string bytes;
  Analysis analysis;
};

/// How much a report tells; the representative is the one that tells most, the newest of equals.
int score(const Analysis& analysis) {
  int points = 0;
  const auto index = analysis.report.crashed_thread_index();
  if (index && analysis.report.threads[*index].state) points += 4;
  if (!analysis.fault.base_register.empty()) points += 4;
  if (!analysis.fault.instruction.empty()) points += 2;
  if (analysis.fault.agrees.value_or(false)) points += 2;
  if (analysis.report.issues.empty()) points += 2;
  if (!analysis.report.from_text) points += 1;
  return points;
}

Result<std::vector<Candidate>> candidates_of(Store& store, const std::vector<ReportRow>& rows,
                                             const SiteRules& rules, Symbolizer& symbolizer) {
  std::vector<Candidate> found;
  for (const auto& row : rows) {
    if (row.kind != "crash" || row.origin == report_origin_text(ReportOrigin::reconstructed)) continue;
    if (found.size() == kCandidates) break;
    TRY_ASSIGN(auto report, derive_stored(store, row.incident, rules, symbolizer));
    found.push_back({row.incident, std::move(report.bytes), std::move(report.analysis)});
  }
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return score(a.analysis) > score(b.analysis);
  });
  return found;
}

Result<std::vector<SiteRow>> wanted_sites(Store& store, const EvidenceOptions& options) {
  std::set<std::string> keys;
  for (const auto& text : options.sites) {
    TRY_ASSIGN(const auto found, resolve_site(store, text));
    keys.insert(found.begin(), found.end());
  }
  TRY_ASSIGN(auto rows, query_sites(store, {}));
  std::set<std::string> families;
  for (const auto& row : rows) {
    if (keys.contains(row.key)) families.insert(row.family);
  }
  std::erase_if(rows, [&](const SiteRow& row) {
    return options.family ? !families.contains(row.family) : !keys.contains(row.key);
  });
  return rows;
}

std::string any_of_sites(const std::vector<SiteRow>& rows) {
  std::string text;
  for (const auto& row : rows) text += (text.empty() ? "site=" : " or site=") + row.key;
  return text;
}

void scrub_row(SiteRow& row, Scrubber& scrubber) {
  row.text = scrubber.scrub_text(row.text);
  row.family_text = scrubber.scrub_text(row.family_text);
  row.function = scrubber.scrub_text(row.function);
  row.image = scrubber.scrub_text(row.image);
}

void scrub_table(Table& table, Scrubber& scrubber) {
  table.caption = scrubber.scrub_text(table.caption);
  table.command = scrubber.scrub_text(table.command);
  for (auto& note : table.footnotes) note = scrubber.scrub_text(note);
  for (auto& row : table.rows) {
    for (auto& cell : row) {
      if (auto* text = std::get_if<std::string>(&cell.value)) *text = scrubber.scrub_text(*text);
      if (auto* list = std::get_if<TextList>(&cell.value)) {
        for (auto& text : *list) text = scrubber.scrub_text(text);
      }
    }
  }
}

/// A value that is a path of somebody's home is a setting like any other: masked, and sent.
void scrub_cell(Cell& cell, Scrubber& scrubber) {
  for (auto& [name, value] : cell.parameters) {
    value.label = scrubber.scrub_text(value.label);
    value.value = scrubber.scrub_text(value.value);
  }
}

void scrub_run(RunRecord& run, Scrubber& scrubber) {
  run.host.host_name.clear();
  run.host.host_key.clear();
  run.host.boot_session.reset();
  run.host.more.clear();
  for (auto& [name, value] : run.facts) value = scrubber.scrub_text(value);
  run.campaign_text = scrubber.scrub_text(run.campaign_text);
  run.campaign_name = scrubber.scrub_text(run.campaign_name);
  for (auto& cell : run.cells) scrub_cell(cell, scrubber);
}

/// The trial of a report as `show` has it, but scrubbed.
Result<CrashPageContext> scrubbed_trial(Store& store, const std::string& incident, Scrubber& scrubber) {
  TRY_ASSIGN(auto page, trial_context(store, incident));
  page.workload_phase = scrubber.scrub_text(page.workload_phase);
  page.command = scrubber.scrub_command(page.command);
  page.shown_as.clear();  // The reader has no store to look into.
  for (auto& [name, value] : page.trial) value = scrubber.scrub_text(value);
  return page;
}

/// The trials of the control's cells, by cell.
Result<RatesResult> control_of(Store& store, const RunRecord& run) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(fmt::format("run={} and ({})", run.uuid.text(), run.control)));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  query.by = {"workload", "cell"};
  return query_rates(store, query);
}

Result<RatesResult> rates_of_cells(Store& store, const RunRecord& run, const std::string& count) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count(count));
  query.by = {"workload", "cell"};
  return query_rates(store, query);
}

Proportion rate_of(const std::vector<RatesRow>& rows, const Cell& cell) {
  for (const auto& row : rows) {
    if (query_value_text(row.values[0]) == cell.workload && query_value_text(row.values[1]) == cell.text()) {
      return {row.counts.counted, row.counts.trials};
    }
  }
  return {};
}

/// The command of a trial of this cell, as it was executed.
Result<std::vector<std::string>> command_of(Store& store, const RunRecord& run, const Cell& cell) {
  ListQuery query;
  query.last = 1;
  TRY_ASSIGN(query.where,
             parse_filter(fmt::format("run={} and workload={} and cell={}", run.uuid.text(),
                                      filter_quoted(cell.workload), filter_quoted(cell.text()))));
  TRY_ASSIGN(const auto rows, list_trials(store, query));
  if (rows.empty()) return std::vector<std::string>{};
  TRY_ASSIGN(const auto trial, store.find_trial(run.uuid, rows.front().index));
  return trial ? trial->argv : std::vector<std::string>{};
}

Result<void> add_rates(Store& store, const RunRecord& run, const std::string& count, Scrubber& scrubber,
                       GatheredEvidence& gathered) {
  std::vector<std::string> workloads;
  for (const auto& cell : gathered.evidence.cells) {
    const bool hit = cell.of_sites.counted > 0;
    if (hit && std::find(workloads.begin(), workloads.end(), cell.cell.workload) == workloads.end()) {
      workloads.push_back(cell.cell.workload);
    }
  }
  for (const auto& workload : workloads) {
    RatesQuery query;
    const auto where = fmt::format("run={} and workload={}", run.uuid.text(), filter_quoted(workload));
    TRY_ASSIGN(query.where, parse_filter(where));
    TRY_ASSIGN(query.count, parse_count(count));
    query.by = parameter_names_of(run, workload);
    TRY_ASSIGN(const auto result, query_rates(store, query));
    RateTableOptions options;
    options.count = "crashed at these sites";
    options.counts_sites = result.total.uncaptured > 0;
    options.caption = "Died at the sites of this report: " + workload;
    options.command = CommandBuilder("rates")
                          .list("--by", query.by)
                          .option("--count", count)
                          .option("--where", where)
                          .text();
    auto table = rate_table(result, options);
    scrub_table(table, scrubber);
    gathered.evidence.rates.push_back(std::move(table));
    options.audience = TableAudience::programs;
    auto csv = rate_table(result, options);
    scrub_table(csv, scrubber);
    gathered.tables.emplace_back(fmt::format("rates-{}.csv", gathered.tables.size() + 1), std::move(csv));
  }
  return {};
}

void note_source_files(const std::vector<std::string>& command, GatheredEvidence& gathered) {
  auto& files = gathered.source_files;
  std::error_code ignored;
  for (const auto& word : command) {
    if (word.find('/') == std::string::npos || !std::filesystem::is_regular_file(word, ignored)) continue;
    if (std::find(files.begin(), files.end(), word) == files.end()) files.push_back(word);
  }
}

Result<void> add_run(Store& store, const std::string& uuid, const std::vector<SiteRow>& rows,
                     Scrubber& scrubber, GatheredEvidence& gathered) {
  auto& evidence = gathered.evidence;
  TRY_ASSIGN(auto run, store.run(uuid));
  scrubber.add(SecretKind::host_name, run.host.host_name);
  scrubber.learn_text(run.campaign_text);
  WorkaroundBasis basis;
  std::set<std::pair<std::string, std::string>> control_cells;  // Workload and text, as stored.
  if (!run.control.empty()) {
    TRY_ASSIGN(const auto control, control_of(store, run));
    evidence.control = Proportion{control.total.counted, control.total.trials};
    basis.control_crashed = control.total.counted > 0;
    for (const auto& row : control.rows)
      control_cells.emplace(query_value_text(row.values[0]), query_value_text(row.values[1]));
  }
  TRY_ASSIGN(const auto reconciliation, query_reconciliation(store, run.uuid));
  evidence.uncaptured = reconciliation.uncaptured;
  const auto count = any_of_sites(rows);
  TRY_ASSIGN(const auto of_sites, rates_of_cells(store, run, count));
  TRY_ASSIGN(const auto bad, rates_of_cells(store, run, "bad"));
  basis.open = evidence.open = bad.unfinished || bad.stop_rule;
  const Campaign campaign = parse_campaign(run.campaign_text, {}).campaign;
  for (const auto& cell : run.cells) {
    evidence.cells.push_back({cell,
                              rate_of(of_sites.rows, cell),
                              rate_of(bad.rows, cell),
                              {},
                              has_validation_layer(cell, campaign, run)});
  }
  // Only what will be shown is asked for: a plan may have thousands of cells.
  for (const auto& step : reproducers(evidence.cells)) {
    TRY_ASSIGN(const auto command, command_of(store, run, step.cell));
    note_source_files(command, gathered);
    const auto cell = std::find_if(evidence.cells.begin(), evidence.cells.end(),
                                   [&](const FeedbackCell& other) { return other.cell == step.cell; });
    cell->command = scrubber.scrub_command(command);
  }
  TRY(add_rates(store, run, count, scrubber, gathered));
  // Until here the cells are asked for by what they really are; the control's are known by the same masks.
  for (auto& cell : evidence.cells) {
    const bool is_control = control_cells.contains({cell.cell.workload, cell.cell.text()});
    scrub_cell(cell.cell, scrubber);
    if (is_control) basis.control_cells.emplace_back(cell.cell.workload, cell.cell.text());
  }
  add_workarounds(evidence, basis);
  gathered.campaign = scrubber.scrub_text(run.campaign_text);
  scrub_run(run, scrubber);
  evidence.run = std::move(run);
  return {};
}

}  // namespace

Result<GatheredEvidence> gather_evidence(Store& store, const EvidenceOptions& options, Scrubber& scrubber) {
  GatheredEvidence gathered;
  auto& evidence = gathered.evidence;
  TRY_ASSIGN(auto rows, wanted_sites(store, options));
  std::vector<std::vector<Candidate>> chosen;
  Symbolizer symbolizer(symbolize_options({}));
  std::string newest_run;
  std::string newest_time;
  for (const auto& row : rows) {
    TRY_ASSIGN(const auto reports, reports_of_sites(store, {row.key}));
    for (const auto& report : reports) {
      if (!report.run.empty() && report.time > newest_time) {
        newest_time = report.time;
        newest_run = report.run;
      }
    }
    TRY_ASSIGN(auto candidates, candidates_of(store, reports, options.rules, symbolizer));
    if (candidates.size() > options.reports) candidates.resize(options.reports);
    for (const auto& candidate : candidates) scrubber.learn(candidate.analysis.report);
    if (options.family) evidence.family.insert(evidence.family.end(), reports.begin(), reports.end());
    chosen.push_back(std::move(candidates));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (chosen[i].empty()) continue;
    FeedbackSite site;
    site.row = rows[i];
    std::vector<std::string> originals;
    for (auto& candidate : chosen[i]) {
      // From the scrubbed document on, as its reader will see it.
      site.reports.push_back(derive(write_ips(scrubber.scrub(candidate.analysis.report)),
                                    candidate.analysis.report.origin, options.rules, nullptr,
                                    candidate.analysis.fault.gpu_error));
      TRY_ASSIGN(auto page, scrubbed_trial(store, candidate.incident, scrubber));
      site.pages.push_back(std::move(page));
      site.incidents.push_back(candidate.incident);
      originals.push_back(std::move(candidate.bytes));
    }
    scrub_row(site.row, scrubber);
    evidence.sites.push_back(std::move(site));
    gathered.originals.push_back(std::move(originals));
  }
  if (evidence.sites.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        "no report of these sites was captured or imported: there is nothing to send; see faultline sites");
  }
  if (!newest_run.empty()) TRY(add_run(store, newest_run, rows, scrubber, gathered));
  for (auto& row : rows) scrub_row(row, scrubber);
  for (auto& row : evidence.family) row.site_text = scrubber.scrub_text(row.site_text);
  SiteTableOptions table_options;
  table_options.audience = TableAudience::programs;
  table_options.command = "faultline sites --format csv";
  gathered.tables.emplace_back("sites.csv", site_table(rows, table_options));
  return gathered;
}

}  // namespace faultline
