#include "app/campaign/run_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/model/filter.h"
#include "db/queries.h"

namespace faultline {
namespace {

struct RunCells {
  std::map<std::pair<std::string, std::string>, Proportion> bad;  ///< By workload and cell.
  bool open = false;
};

Result<RunCells> bad_by_cell(Store& store, const RunRecord& run) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter("run=" + run.uuid.text()));
  TRY_ASSIGN(query.count, parse_count("bad"));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto result, query_rates(store, query));
  RunCells cells;
  cells.open = result.unfinished || result.stop_rule;
  for (const RatesRow& row : result.rows) {
    if (row.counts.trials > 0) {
      cells.bad[{query_value_text(row.values[0]), query_value_text(row.values[1])}] = {row.counts.counted,
                                                                                       row.counts.trials};
    }
  }
  return cells;
}

}  // namespace

Result<std::optional<RunRecord>> run_before(Store& store, const RunRecord& run) {
  RunSelection selection;
  selection.campaign_name = run.campaign_name;
  TRY_ASSIGN(const auto runs, store.find_runs(selection));
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const RunRecord& other) {
    return other.state == RunState::finished && other.started < run.started;
  });
  if (found == runs.end()) return std::optional<RunRecord>();
  return std::optional<RunRecord>(*found);
}

Result<std::vector<Comparison>> changes_between_runs(Store& store, const RunRecord& now,
                                                     const RunRecord& before) {
  TRY_ASSIGN(const auto later, bad_by_cell(store, now));
  TRY_ASSIGN(const auto earlier, bad_by_cell(store, before));
  std::vector<ComparisonInput> inputs;
  for (const auto& [name, of] : later.bad) {
    const auto other = earlier.bad.find(name);
    if (other == earlier.bad.end()) continue;
    ComparisonInput input;
    input.counted = "bad";
    input.group = name.first == name.second ? name.first : name.first + ", " + name.second;
    input.a_name = "now";
    input.b_name = "before";
    input.a = of;
    input.b = other->second;
    input.nights = {{other->second, false}, {of, true}};
    input.context.share_block = false;
    input.context.share_night = false;
    input.context.share_host = now.host.host_key == before.host.host_key;
    input.context.anytime = later.open || earlier.open;
    inputs.push_back(std::move(input));
  }
  return compare_all(inputs);
}

Result<std::optional<std::string>> control_history(Store& store, const RunRecord& run) {
  std::optional<std::string> nothing;
  if (run.control.empty()) return nothing;
  RunSelection selection;
  selection.campaign_name = run.campaign_name;
  TRY_ASSIGN(const auto runs, store.find_runs(selection));
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(run.control));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  query.by = {"run"};
  TRY_ASSIGN(const auto result, query_rates(store, query));
  std::map<std::string, Proportion> control;
  for (const RatesRow& row : result.rows)
    control[query_value_text(row.values[0])] = {row.counts.counted, row.counts.trials};
  ComparisonInput input;
  input.a = control[run.uuid.text()];
  for (const RunRecord& other : runs) {
    const bool is_earlier = other.state == RunState::finished && other.started < run.started;
    if (!is_earlier || other.control != run.control) continue;
    const Proportion of = control[other.uuid.text()];
    input.b = {input.b.counted + of.counted, input.b.trials + of.trials};
    input.nights.insert(input.nights.begin(), {of, false});
  }
  if (input.a.trials == 0 || input.b.trials == 0) return nothing;
  input.nights.push_back({input.a, true});
  input.context.share_night = false;
  input.context.anytime = run.state != RunState::finished;
  if (compare(input).change.direction != ComparisonVerdict::lower) return nothing;
  return std::optional<std::string>(
      fmt::format("{} crashed in {}/{} trials, in earlier runs in {}/{}: less than it used to, so this run "
                  "proves less about "
                  "the other cells",
                  run.control, input.a.counted, input.a.trials, input.b.counted, input.b.trials));
}

}  // namespace faultline
