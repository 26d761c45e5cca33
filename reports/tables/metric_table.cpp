#include "reports/tables/metric_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/statistics/metric_summary.h"
#include "core/base/check.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"

namespace faultline {
namespace {

using OptionalIndex = std::optional<std::size_t>;

std::vector<Column> columns_of(const MetricGroups& groups) {
  return group_columns(
      groups.columns, groups.groups.size(),
      [&](std::size_t row) -> const std::vector<QueryValue>& { return groups.groups[row].values; });
}

TableCell estimate_cell(const std::optional<MedianEstimate>& of) {
  if (!of) return {};
  return Estimate{of->value, of->interval.value_or(kNoInterval), {}};
}

Result<OptionalIndex> threads_column(const MetricGroups& groups, const MetricTableOptions& options) {
  if (options.efficiency_by.empty()) return OptionalIndex();
  const auto found = std::find(groups.columns.begin(), groups.columns.end(), options.efficiency_by);
  if (found != groups.columns.end()) return OptionalIndex(found - groups.columns.begin());
  return fail(
      ErrorKind::invalid_argument,
      fmt::format("--efficiency {}: not among the columns of --by and --pivot", options.efficiency_by));
}

/// The baseline of each group: the named one, or the least number of threads among its like.
class Baselines {
 public:
  Baselines(const MetricGroups& groups, const MetricTableOptions& options, OptionalIndex threads)
      : options_(options), threads_(threads) {
    if (!threads_ || options_.baseline) return;
    for (const MetricGroup& group : groups.groups) {
      const auto count = number_in(group.values[*threads_]);
      if (!count || *count <= 0.0) continue;
      auto [found, is_new] = least_.try_emplace(others(group), &group);
      if (!is_new && *count < *number_in(found->second->values[*threads_])) found->second = &group;
    }
  }

  [[nodiscard]] std::optional<MedianEstimate> efficiency_of(const MetricGroup& group) const {
    const auto count = number_in(group.values[*threads_]);
    if (!count || *count <= 0.0) return std::nullopt;
    if (options_.baseline) {
      return efficiency(group.numbers, *count, options_.baseline->numbers, options_.baseline->threads,
                        options_.level);
    }
    const MetricGroup& least = *least_.at(others(group));
    // A baseline is 1 by definition: resampling it against itself would show chance where there is none.
    if (&least == &group)
      return group.numbers.empty() ? std::nullopt : std::optional(MedianEstimate{1.0, Interval{1.0, 1.0}, 0});
    return efficiency(group.numbers, *count, least.numbers, *number_in(least.values[*threads_]),
                      options_.level);
  }

 private:
  [[nodiscard]] std::vector<QueryValue> others(const MetricGroup& group) const {
    std::vector<QueryValue> values = group.values;
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(*threads_));
    return values;
  }

  const MetricTableOptions& options_;
  OptionalIndex threads_;
  std::map<std::vector<QueryValue>, const MetricGroup*> least_;
};

std::string baseline_name(const MetricTableOptions& options) {
  return options.baseline ? options.baseline->name
                          : fmt::format("the least {} of each group", options.efficiency_by);
}

Table base_table(const MetricGroups& groups, const MetricTableOptions& options, OptionalIndex threads) {
  Table table;
  table.command = options.command;
  if (options.audience == TableAudience::people) table.caption = groups.metric + ".";
  table.facts.emplace_back("metric", groups.metric);
  table.facts.emplace_back("by", TextList(groups.columns));
  table.facts.emplace_back("level", options.level);
  table.facts.emplace_back("method", std::string("percentile-bootstrap"));
  table.facts.emplace_back("baseline", threads ? CellValue(baseline_name(options)) : CellValue());
  table.facts.emplace_back("passed_only", groups.passed_only);
  table.footnotes.push_back(fmt::format(
      "Medians over trials; intervals: percentile bootstrap, two-sided {} %, none from fewer than {} trials.",
      format_level(options.level), kLeastForInterval));
  if (threads) {
    table.footnotes.push_back(
        fmt::format("Efficiency: median at n {0} / (n / m x median of the baseline at m {0}). Baseline: {1}.",
                    options.efficiency_by, baseline_name(options)));
  }
  if (groups.passed_only) {
    std::string sentence = "Numbers are those of trials that passed";
    if (groups.left_out > 0)
      sentence += fmt::format("; {} that did not were left out", format_count(groups.left_out, "trial"));
    table.footnotes.push_back(sentence + ".");
  }
  return table;
}

Proportion crashed_of(const MetricGroup& group) {
  return {group.counts.outcomes[Outcome::crashed], group.counts.trials};
}

}  // namespace

MetricGroups metric_groups(std::string metric, const RatesResult& rates,
                           const std::vector<MetricRow>& metrics, bool passed_only) {
  MetricGroups out;
  out.metric = std::move(metric);
  out.columns = rates.columns;
  out.passed_only = passed_only;
  out.method = interval_method_for(rates, {});
  std::map<std::vector<QueryValue>, std::map<std::pair<std::string, std::int64_t>, std::vector<double>>>
      found;
  std::map<std::pair<std::string, std::int64_t>, bool> left_out;
  for (const MetricRow& row : metrics) {
    if (passed_only && row.outcome != Outcome::passed) {
      left_out[{row.run, row.trial_index}] = true;
    } else {
      found[row.values][{row.run, row.trial_index}].push_back(row.value);
    }
  }
  out.left_out = static_cast<std::int64_t>(left_out.size());
  for (const RatesRow& row : rates.rows) {
    MetricGroup group{row.values, {}, row.counts};
    for (auto& [trial, values] : found[row.values]) group.numbers.push_back(*median(std::move(values)));
    out.groups.push_back(std::move(group));
  }
  return out;
}

Result<Table> metric_table(const MetricGroups& groups, const MetricTableOptions& options) {
  TRY_ASSIGN(const auto threads, threads_column(groups, options));
  const Baselines baselines(groups, options, threads);
  Table table = base_table(groups, options, threads);
  table.columns = columns_of(groups);
  const bool any_crashed =
      std::any_of(groups.groups.begin(), groups.groups.end(),
                  [](const MetricGroup& group) { return group.counts.outcomes[Outcome::crashed] > 0; });
  const bool shows_crashes = any_crashed || options.audience == TableAudience::programs;
  table.columns.push_back(estimate_column("median"));
  table.columns.push_back(number_column("values", "of trials"));
  if (threads) table.columns.push_back(estimate_column("efficiency", "efficiency", Unit::share));
  if (shows_crashes) {
    table.columns.push_back(rate_column("crashed"));
    table.footnotes.push_back(fmt::format("Crash rates: {}, two-sided {} %.",
                                          interval_method_name(groups.method), format_level(options.level)));
  }
  for (const MetricGroup& group : groups.groups) {
    std::vector<TableCell> cells;
    for (const QueryValue& value : group.values) cells.emplace_back(cell_value(value));
    cells.push_back(estimate_cell(median_with_interval(group.numbers, options.level)));
    cells.emplace_back(static_cast<std::int64_t>(group.numbers.size()));
    if (threads) cells.push_back(estimate_cell(baselines.efficiency_of(group)));
    if (shows_crashes) {
      const Proportion crashed = crashed_of(group);
      cells.emplace_back(
          Rate{
              crashed,
              choose_interval(crashed, {}, {groups.method, IntervalSide::two_sided, options.level}).interval},
          crashed.counted > 0 ? Emphasis::strong : Emphasis::none);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Result<Table> metric_pivot_table(const MetricGroups& groups, const MetricTableOptions& options) {
  CHECK(!groups.columns.empty());
  TRY_ASSIGN(const auto threads, threads_column(groups, options));
  const Baselines baselines(groups, options, threads);
  Table table = base_table(groups, options, threads);
  if (threads)
    table.caption = fmt::format("Efficiency by {}, from {}.", options.efficiency_by, groups.metric);
  const std::size_t pivot = groups.columns.size() - 1;
  std::vector<QueryValue> across;
  for (const MetricGroup& group : groups.groups) across.push_back(group.values[pivot]);
  const std::vector<QueryValue> heads = pivot_heads(across);
  table.columns = columns_of(groups);
  table.columns.pop_back();
  for (const QueryValue& head : heads) {
    const std::string title = pivot_title(groups.columns[pivot], head);
    table.columns.push_back(estimate_column(title, title, threads ? Unit::share : Unit::none));
  }
  std::map<std::vector<QueryValue>, std::size_t> row_of;
  for (const MetricGroup& group : groups.groups) {
    const std::vector<QueryValue> name(group.values.begin(),
                                       group.values.begin() + static_cast<std::ptrdiff_t>(pivot));
    const auto [found, is_new] = row_of.try_emplace(name, table.rows.size());
    if (is_new) {
      std::vector<TableCell> cells;
      for (const QueryValue& value : name) cells.emplace_back(cell_value(value));
      cells.resize(table.columns.size());
      table.rows.push_back(std::move(cells));
    }
    const auto head = std::find(heads.begin(), heads.end(), group.values[pivot]) - heads.begin();
    TableCell& cell = table.rows[found->second][pivot + static_cast<std::size_t>(head)];
    cell = estimate_cell(threads ? baselines.efficiency_of(group)
                                 : median_with_interval(group.numbers, options.level));
    const Proportion crashed = crashed_of(group);
    if (crashed.counted == 0) continue;
    if (auto* estimate = std::get_if<Estimate>(&cell.value)) {
      estimate->note = fmt::format("crashed {}/{}", crashed.counted, crashed.trials);
    } else {
      cell = TableCell(CountOf{"crashed", crashed}, Emphasis::strong);
    }
  }
  return table;
}

}  // namespace faultline
