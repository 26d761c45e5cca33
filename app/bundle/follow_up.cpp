// A bundle's sites in the newest run after the one that it was made of, cell by cell.

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/fix_proof.h"
#include "analyzer/statistics/multiple_claims.h"
#include "app/bundle/feedback_evidence.h"
#include "core/model/filter.h"
#include "db/queries.h"

namespace faultline {
namespace {

struct FamilyRates {
  std::map<std::string, Proportion> cells;  ///< By `workload, cell`.
  Proportion total;
  bool open = false;
};

Result<FamilyRates> family_rates(Store& store, const RunRecord& run, const std::set<std::string>& families,
                                 const std::set<std::string>& workloads) {
  RatesQuery query;
  std::string where = "run=" + run.uuid.text();
  std::string names;
  for (const auto& name : workloads) names += (names.empty() ? "" : ",") + filter_quoted(name);
  if (!names.empty()) where += " and workload in (" + names + ")";
  std::string count;
  for (const auto& family : families) count += (count.empty() ? "family=" : " or family=") + family;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(query.count, parse_count(count));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto result, query_rates(store, query));
  FamilyRates rates;
  rates.total = {result.total.counted, result.total.trials};
  rates.open = result.unfinished || result.stop_rule;
  for (const RatesRow& row : result.rows) {
    rates.cells[query_value_text(row.values[0]) + ", " + query_value_text(row.values[1])] = {
        row.counts.counted, row.counts.trials};
  }
  return rates;
}

Result<Proportion> control_rate(Store& store, const RunRecord& run) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter("run=" + run.uuid.text() + " and (" + run.control + ")"));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  TRY_ASSIGN(const auto result, query_rates(store, query));
  return Proportion{result.total.counted, result.total.trials};
}

/// The cells that showed the families before, each with what its later trials prove; all of them must hold
/// for the bundle, so that none is picked, and each is shown with Holm's correction.
std::vector<FollowUpCell> proof_by_cell(const FamilyRates& now, const FamilyRates& before) {
  std::vector<FollowUpCell> cells;
  std::vector<double> p_values;
  for (const auto& [name, earlier] : before.cells) {
    if (earlier.counted == 0) continue;
    const auto found = now.cells.find(name);
    FollowUpCell cell{name, found == now.cells.end() ? Proportion{} : found->second, earlier, {}};
    cell.gone = former_rate_gone(cell.now, {earlier, earlier.ratio()});
    p_values.push_back(cell.gone.p_value);
    cells.push_back(std::move(cell));
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i].gone.enough = !now.open && adjusted[i] <= 1.0 - kDefaultLevel;
  return cells;
}

}  // namespace

Result<void> add_follow_up(Store& store, Store& earlier, Scrubber& scrubber, GatheredEvidence& gathered) {
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
  TRY_ASSIGN(const auto rates_now, family_rates(store, *later, families, workloads));
  TRY_ASSIGN(const auto rates_before, family_rates(earlier, before, families, workloads));
  FeedbackFollowUp follow_up;
  follow_up.earlier = *evidence.run;
  follow_up.later = *later;
  ComparisonInput input;
  input.counted = "at these sites";
  input.a_name = "now";
  input.b_name = "before";
  input.a = rates_now.total;
  input.b = rates_before.total;
  input.nights = {{rates_before.total, false}, {rates_now.total, true}};
  if (!later->control.empty()) {
    TRY_ASSIGN(follow_up.control, control_rate(store, *later));
    input.context.control_crashed = follow_up.control->counted > 0;
  }
  input.context.share_block = false;
  input.context.share_night = false;
  input.context.share_host = later->host.host_key == before.host.host_key;
  input.context.anytime = rates_now.open || rates_before.open;
  follow_up.comparison = compare(input);
  follow_up.cells = proof_by_cell(rates_now, rates_before);
  for (FollowUpCell& cell : follow_up.cells) cell.cell = scrubber.scrub_text(cell.cell);
  follow_up.open = rates_now.open;
  follow_up.later.host.host_name.clear();
  evidence.follow_up = std::move(follow_up);
  return {};
}

}  // namespace faultline
