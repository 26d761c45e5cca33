#include "app/bundle/feedback_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "analyzer/derive.h"
#include "analyzer/statistics/comparison.h"
#include "app/campaign/validation_layer.h"
#include "collector/plan/campaign_file.h"
#include "core/base/shell_quote.h"
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
                                             const SiteRules& rules) {
  std::vector<Candidate> found;
  for (const auto& row : rows) {
    if (row.kind != "crash" || row.origin == report_origin_text(ReportOrigin::reconstructed)) continue;
    if (found.size() == kCandidates) break;
    TRY_ASSIGN(auto bytes, store.raw_report(row.incident));
    TRY_ASSIGN(const auto arrival, store.arrival_of(row.incident));
    auto analysis = derive(bytes, arrival.origin, rules);
    found.push_back({row.incident, std::move(bytes), std::move(analysis)});
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

Result<Proportion> control_of(Store& store, const RunRecord& run) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(fmt::format("run={} and ({})", run.uuid.text(), run.control)));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  TRY_ASSIGN(const auto result, query_rates(store, query));
  return Proportion{result.total.counted, result.total.trials};
}

Result<std::vector<RatesRow>> rates_of_cells(Store& store, const RunRecord& run, const std::string& count) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(query.count, parse_count(count));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(auto result, query_rates(store, query));
  return std::move(result.rows);
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

/// Cells that differ from `base` in exactly one setting.
bool is_one_away(const Cell& base, const Cell& other) {
  if (base.workload != other.workload || base.parameters.size() != other.parameters.size()) return false;
  std::size_t differing = 0;
  for (std::size_t i = 0; i < base.parameters.size(); ++i) {
    if (base.parameters[i].second.label != other.parameters[i].second.label) ++differing;
  }
  return differing == 1;
}

void add_workarounds(FeedbackEvidence& evidence) {
  const auto base = std::max_element(
      evidence.cells.begin(), evidence.cells.end(),
      [](const FeedbackCell& a, const FeedbackCell& b) { return a.of_sites.ratio() < b.of_sites.ratio(); });
  if (base == evidence.cells.end() || base->of_sites.counted == 0) return;
  std::vector<ComparisonInput> inputs;
  for (const auto& cell : evidence.cells) {
    if (!is_one_away(base->cell, cell.cell) || cell.bad.trials == 0) continue;
    ComparisonInput input;
    input.counted = "bad";
    input.a_name = cell.cell.text();
    input.b_name = base->cell.text();
    input.a = cell.bad;
    input.b = base->bad;
    input.context.share_block = true;
    input.context.share_host = true;
    input.context.share_night = true;
    if (evidence.control) input.context.control_crashed = evidence.control->counted > 0;
    inputs.push_back(std::move(input));
    evidence.workaround_rates.push_back(format_rate(cell.of_sites, clopper_pearson(cell.of_sites)));
  }
  evidence.workarounds = compare_all(inputs);
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
    options.count = "died at these sites";
    options.counts_sites = result.total.uncaptured > 0;
    options.caption = "Died at the sites of this report: " + workload;
    std::string by;
    for (const auto& name : query.by) by += (by.empty() ? "" : ",") + name;
    options.command = fmt::format("faultline rates{} --count {} --where {}", by.empty() ? "" : " --by " + by,
                                  single_quoted(count), single_quoted(where));
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
  if (!run.control.empty()) {
    TRY_ASSIGN(evidence.control, control_of(store, run));
  }
  TRY_ASSIGN(const auto ledger, query_ledger(store, run.uuid));
  evidence.uncaptured = ledger.uncaptured;
  const auto count = any_of_sites(rows);
  TRY_ASSIGN(const auto of_sites, rates_of_cells(store, run, count));
  TRY_ASSIGN(const auto bad, rates_of_cells(store, run, "bad"));
  const Campaign campaign = parse_campaign(run.campaign_text, {}).campaign;
  for (const auto& cell : run.cells) {
    evidence.cells.push_back(
        {cell, rate_of(of_sites, cell), rate_of(bad, cell), {}, has_validation_layer(cell, campaign, run)});
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
  // Until here the cells are asked for by what they really are.
  for (auto& cell : evidence.cells) scrub_cell(cell.cell, scrubber);
  add_workarounds(evidence);
  gathered.campaign = scrubber.scrub_text(run.campaign_text);
  scrub_run(run, scrubber);
  evidence.run = std::move(run);
  return {};
}

Result<Proportion> family_rate(Store& store, const RunRecord& run, const std::set<std::string>& families,
                               const std::set<std::string>& workloads) {
  RatesQuery query;
  std::string where = where_run(run);
  std::string names;
  for (const auto& name : workloads) names += (names.empty() ? "" : ",") + filter_quoted(name);
  if (!names.empty()) where += " and workload in (" + names + ")";
  std::string count;
  for (const auto& family : families) count += (count.empty() ? "family=" : " or family=") + family;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(query.count, parse_count(count));
  TRY_ASSIGN(const auto result, query_rates(store, query));
  return Proportion{result.total.counted, result.total.trials};
}

}  // namespace

Result<GatheredEvidence> gather_evidence(Store& store, const EvidenceOptions& options, Scrubber& scrubber) {
  GatheredEvidence gathered;
  auto& evidence = gathered.evidence;
  TRY_ASSIGN(auto rows, wanted_sites(store, options));
  std::vector<std::vector<Candidate>> chosen;
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
    TRY_ASSIGN(auto candidates, candidates_of(store, reports, options.rules));
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
                                    candidate.analysis.report.origin, options.rules));
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

Result<void> add_follow_up(Store& store, Store& earlier, GatheredEvidence& gathered) {
  auto& evidence = gathered.evidence;
  if (!evidence.run) return {};
  RunSelection selection;
  selection.limit = SIZE_MAX;
  TRY_ASSIGN(const auto before, earlier.run(evidence.run->uuid.text()));
  selection.campaign_name = before.campaign_name;
  TRY_ASSIGN(const auto runs, store.find_runs(selection));
  const auto later = std::find_if(runs.begin(), runs.end(), [&](const RunRecord& run) {
    return run.uuid != before.uuid && run.started > before.started;
  });
  if (later == runs.end()) return {};
  std::set<std::string> families;
  for (const auto& site : evidence.sites) families.insert(site.row.family);
  std::set<std::string> workloads;
  for (const auto& cell : evidence.cells) {
    if (cell.of_sites.counted > 0) workloads.insert(cell.cell.workload);
  }
  FeedbackFollowUp follow_up;
  follow_up.earlier = *evidence.run;
  follow_up.later = *later;
  ComparisonInput input;
  input.counted = "at these sites";
  input.a_name = "now";
  input.b_name = "before";
  TRY_ASSIGN(input.a, family_rate(store, *later, families, workloads));
  TRY_ASSIGN(input.b, family_rate(earlier, before, families, workloads));
  if (!later->control.empty()) {
    TRY_ASSIGN(follow_up.control, control_of(store, *later));
    input.context.control_crashed = follow_up.control->counted > 0;
  }
  input.context.share_block = false;
  input.context.share_night = false;
  input.context.share_host = later->host.host_key == before.host.host_key;
  follow_up.comparison = compare(input);
  follow_up.later.host.host_name.clear();
  evidence.follow_up = std::move(follow_up);
  return {};
}

}  // namespace faultline
