#include "reports/tables/metric_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyzer/statistics/metric_summary.h"
#include "analyzer/statistics/modes.h"
#include "core/base/check.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/metric_claims.h"

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
  table.facts.emplace_back("method", std::string("order-statistics"));
  table.facts.emplace_back("baseline", threads ? CellValue(baseline_name(options)) : CellValue());
  table.facts.emplace_back("passed_only", groups.passed_only);
  table.footnotes.push_back(fmt::format(
      "Medians over trials; intervals: order statistics, two-sided {} %, none where trials are too few for "
      "them.",
      format_level(options.level)));
  if (threads) {
    table.footnotes.push_back(fmt::format(
        "Efficiency: median at n {0} / (n / m x median of the baseline at m {0}), interval by ranks. "
        "Baseline: {1}.",
        options.efficiency_by, baseline_name(options)));
  }
  if (groups.passed_only) {
    std::string sentence = "Numbers are those of trials that passed";
    if (groups.left_out > 0)
      sentence += fmt::format("; {} that did not were left out", format_count(groups.left_out, "trial"));
    table.footnotes.push_back(sentence + ".");
  }
  if (is_constant(groups) && !groups.groups.empty())
    table.footnotes.emplace_back("Every trial printed the same number: it is a setting, not a measurement.");
  return table;
}

/// `28 % near 100, 72 % near 500`
std::string modes_text(const TwoModes& modes) {
  return fmt::format("{} near {}, {} near {}", format_percent(modes.low_share), format_number(modes.low),
                     format_percent(1.0 - modes.low_share), format_number(modes.high));
}

using GroupModes = std::vector<std::optional<TwoModes>>;

/// Two modes of each group that has them; a sentence where any has.
GroupModes modes_of(Table& table, const MetricGroups& groups) {
  GroupModes modes;
  for (const MetricGroup& group : groups.groups) modes.push_back(two_modes(group.numbers));
  if (std::any_of(modes.begin(), modes.end(), [](const auto& one) { return one.has_value(); })) {
    table.footnotes.emplace_back(
        "Two modes: Hartigan's dip test, at 1 %. A median between two modes is the number of no trial.");
  }
  return modes;
}

void add_mode_columns(Table& table, TableAudience audience, const GroupModes& modes) {
  if (audience == TableAudience::programs) {
    table.columns.push_back(number_column("low_mode"));
    table.columns.push_back(number_column("high_mode"));
    table.columns.push_back(number_column("low_mode_share", "low mode share", Unit::share));
  } else if (std::any_of(modes.begin(), modes.end(), [](const auto& one) { return one.has_value(); })) {
    table.columns.push_back(text_column("modes", "two modes"));
  }
}

void add_mode_cells(std::vector<TableCell>& cells, TableAudience audience, const GroupModes& modes,
                    std::size_t row) {
  const auto& of_group = modes[row];
  if (audience == TableAudience::programs) {
    cells.resize(cells.size() + 3);
    if (!of_group) return;
    cells[cells.size() - 3] = of_group->low;
    cells[cells.size() - 2] = of_group->high;
    cells[cells.size() - 1] = of_group->low_share;
  } else if (std::any_of(modes.begin(), modes.end(), [](const auto& one) { return one.has_value(); })) {
    cells.push_back(of_group ? TableCell(modes_text(*of_group), Emphasis::strong) : TableCell());
  }
}

Proportion crashed_of(const MetricGroup& group) {
  return {group.counts.outcomes[Outcome::crashed], group.counts.trials};
}

/// Which trials crash may depend on how fast they are: then those that passed are no fair sample.
void warn_of_survivors(Table& table, const MetricGroups& groups, const MetricTableOptions& options) {
  const bool any_crashed =
      std::any_of(groups.groups.begin(), groups.groups.end(),
                  [](const MetricGroup& group) { return group.counts.outcomes[Outcome::crashed] > 0; });
  if (!options.against || !groups.passed_only || !any_crashed) return;
  table.footnotes.emplace_back(
      "Warning: where trials crashed, a ratio compares those that passed; if fast (or slow) trials crash "
      "more, the "
      "ratio is an effect of that.");
}

/// What must be read with a cell of a pivot: `n 10, 0.62x (lower), two modes, crashed 2/12`.
std::string pivot_note(const MetricGroup& group, const std::optional<TwoModes>& modes,
                       const std::optional<NumberComparison>& claim) {
  std::string note = fmt::format("n {}", format_integer(static_cast<std::int64_t>(group.numbers.size())));
  if (claim && claim->ratio)
    note += fmt::format(", {} ({})", format_ratio(claim->ratio->value), verdict_sign(claim->verdict));
  if (modes) note += fmt::format(", two modes: {}", modes_text(*modes));
  const Proportion crashed = crashed_of(group);
  if (crashed.counted > 0) note += fmt::format(", crashed {}/{}", crashed.counted, crashed.trials);
  return note;
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
  std::map<std::string, std::size_t> run_numbers;
  for (const MetricRow& row : metrics) {
    if (passed_only && row.outcome != Outcome::passed) {
      left_out[{row.run, row.trial_index}] = true;
    } else {
      found[row.values][{row.run, row.trial_index}].push_back(row.value);
    }
  }
  out.left_out = static_cast<std::int64_t>(left_out.size());
  for (const RatesRow& row : rates.rows) {
    MetricGroup group{row.values, {}, {}, row.counts};
    for (auto& [trial, values] : found[row.values]) {
      group.numbers.push_back(*median(std::move(values)));
      group.runs.push_back(run_numbers.try_emplace(trial.first, run_numbers.size()).first->second);
    }
    out.groups.push_back(std::move(group));
  }
  return out;
}

bool is_constant(const MetricGroups& groups) {
  std::optional<double> first;
  for (const MetricGroup& group : groups.groups) {
    for (const double number : group.numbers) {
      if (first && number != *first) return false;
      first = number;
    }
  }
  return first.has_value();
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
  const GroupModes modes = modes_of(table, groups);
  add_mode_columns(table, options.audience, modes);
  if (threads) table.columns.push_back(estimate_column("efficiency", "efficiency", Unit::share));
  std::vector<std::optional<NumberComparison>> claims(groups.groups.size());
  if (options.against) {
    claims = metric_claims(groups, *options.against, options.level);
    add_claim_columns(table, *options.against, claims);
    warn_of_survivors(table, groups, options);
  }
  if (shows_crashes) {
    table.columns.push_back(rate_column("crashed"));
    table.footnotes.push_back(fmt::format("Crash rates: {}, two-sided {} %.",
                                          interval_method_name(groups.method), format_level(options.level)));
  }
  for (std::size_t row = 0; row < groups.groups.size(); ++row) {
    const MetricGroup& group = groups.groups[row];
    std::vector<TableCell> cells;
    for (const QueryValue& value : group.values) cells.emplace_back(cell_value(value));
    cells.push_back(estimate_cell(median_with_interval(group.numbers, options.level)));
    cells.emplace_back(static_cast<std::int64_t>(group.numbers.size()));
    add_mode_cells(cells, options.audience, modes, row);
    if (threads) cells.push_back(estimate_cell(baselines.efficiency_of(group)));
    if (options.against) add_claim_cells(cells, options.audience, claims[row]);
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
  const GroupModes modes = modes_of(table, groups);
  std::vector<std::optional<NumberComparison>> claims(groups.groups.size());
  if (options.against) {
    claims = metric_claims(groups, *options.against, options.level);
    table.footnotes.push_back(claims_sentence(*options.against, claims));
    warn_of_survivors(table, groups, options);
  }
  std::map<std::vector<QueryValue>, std::size_t> row_of;
  for (std::size_t i = 0; i < groups.groups.size(); ++i) {
    const MetricGroup& group = groups.groups[i];
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
    if (auto* estimate = std::get_if<Estimate>(&cell.value)) {
      estimate->note = pivot_note(group, modes[i], claims[i]);
    } else if (const Proportion crashed = crashed_of(group); crashed.counted > 0) {
      cell = TableCell(CountOf{"crashed", crashed}, Emphasis::strong);
    }
  }
  return table;
}

}  // namespace faultline
