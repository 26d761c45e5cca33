#include "reports/tables/rate_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/trend.h"
#include "core/base/check.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/rate_table_parts.h"

namespace faultline {
namespace {

struct OutcomeColumn {
  std::string key;
  std::function<std::int64_t(const TrialCounts&)> count;
  bool always_shown = false;
};

/// One for each outcome. `uncaptured` is part of `crashed`; the last two are of no outcome's.
std::vector<OutcomeColumn> outcome_columns() {
  std::vector<OutcomeColumn> columns;
  for (const OutcomeRow& row : kOutcomes) {
    const auto count = [outcome = row.value](const TrialCounts& counts) { return counts.outcomes[outcome]; };
    columns.push_back(
        {std::string(row.text), count, row.value == Outcome::passed || row.value == Outcome::crashed});
  }
  columns.push_back({"uncaptured", &TrialCounts::uncaptured});
  columns.push_back({"warm_up", &TrialCounts::warm_up});
  columns.push_back({"contaminated", &TrialCounts::contaminated});
  return columns;
}

/// People see the columns in which anything is not 0, and none twice.
std::vector<OutcomeColumn> shown_outcomes(const RatesResult& result, const RateTableOptions& options) {
  const TableAudience audience = options.audience;
  std::vector<OutcomeColumn> shown;
  for (OutcomeColumn& column : outcome_columns()) {
    // What is counted stands in the rate already.
    if (audience == TableAudience::people && column.key == options.count) continue;
    const bool is_shown = column.always_shown || audience == TableAudience::programs ||
                          std::any_of(result.rows.begin(), result.rows.end(),
                                      [&](const RatesRow& row) { return column.count(row.counts) != 0; });
    if (is_shown) shown.push_back(std::move(column));
  }
  return shown;
}

CellValue see_one(const Interval& interval) {
  const auto trials = trials_to_see_one(interval.low);
  return trials ? CellValue(*trials) : CellValue();
}

/// People read small rates per million.
constexpr double kMillion = 1e6;

void add_exposure_columns(Table& table, const RateTableOptions& options) {
  const bool people = options.audience == TableAudience::people;
  const RateExposure& exposure = *options.exposure;
  table.columns.push_back(number_column("work", exposure.metric));
  table.columns.push_back(estimate_column(
      "per_work", people ? fmt::format("{} per million {}", options.count, exposure.metric) : "per_work"));
  table.columns.push_back(number_column("per_work_dispersion", "variance between nights", Unit::ratio));
  table.facts.emplace_back("per", exposure.metric);
  table.footnotes.push_back(fmt::format(
      "Per {}: Poisson interval, two-sided {} %, for crashes that come at a constant rate; exact, and "
      "wider where nights differ beyond chance (variance between nights against Poisson's).",
      exposure.metric, format_level(options.level)));
  if (exposure.silent > 0) {
    table.footnotes.push_back(
        fmt::format("{} printed no {}: work that is missing there makes the rates per {} too high.",
                    format_count(exposure.silent, "trial"), exposure.metric, exposure.metric));
  }
}

void add_exposure_cells(std::vector<TableCell>& cells, const RatesRow& row, const RateTableOptions& options) {
  const auto found = options.exposure->nights.find(row.values);
  const EventRate rate = event_rate(
      found == options.exposure->nights.end() ? std::vector<WorkedNight>() : found->second, options.level);
  double work = 0.0;
  if (found != options.exposure->nights.end()) {
    for (const WorkedNight& night : found->second) work += night.work;
  }
  if (!(work > 0.0)) {
    cells.resize(cells.size() + 3);
    return;
  }
  const double scale = options.audience == TableAudience::people ? kMillion : 1.0;
  cells.emplace_back(work);
  cells.emplace_back(Estimate{scale * rate.rate, {scale * rate.interval.low, scale * rate.interval.high}});
  cells.emplace_back(rate.factor);
}

void add_uncaptured_columns(Table& table) {
  table.columns.push_back(rate_column("with_uncaptured", "if uncaptured ones were too"));
  table.columns.push_back(
      estimate_column("estimated", "if uncaptured ones were as the captured", Unit::share));
  table.footnotes.emplace_back(
      "If uncaptured ones were as the captured: the rate of crashes times the site's share among those with "
      "a "
      "report; the interval allows for both. Where a site's crashes leave reports less often, only the "
      "column before it holds.");
}

/// The rate of a site where uncaptured crashes are at it as often as captured ones: both factors with half
/// of the error each (Bonferroni).
TableCell estimated_cell(const RatesRow& row, const RatesResult& result, const RateTableOptions& options) {
  const Proportion crashes{row.counts.outcomes[Outcome::crashed], row.counts.trials};
  const Proportion at_site{row.counts.counted, crashes.counted - row.counts.uncaptured};
  if (at_site.trials <= 0 || at_site.counted > at_site.trials) return {};
  RateTableOptions each = options;
  each.level = 1.0 - (1.0 - options.level) / 2.0;
  each.side = IntervalSide::two_sided;
  const Interval of_crashes = rate_interval(crashes, {}, result, each).interval;
  const Interval of_site = rate_interval(at_site, {}, result, each).interval;
  return Estimate{crashes.ratio() * at_site.ratio(),
                  {of_crashes.low * of_site.low, of_crashes.high * of_site.high}};
}

void add_order_columns(Table& table) {
  table.columns.push_back(number_column("runs_p", {}, Unit::p_value));
  table.columns.push_back(number_column("drift_p", {}, Unit::p_value));
  table.columns.push_back(number_column("lag1_correlation"));
}

void add_order_cells(std::vector<TableCell>& cells, const RatesRow& row) {
  if (row.sequences.empty()) {
    cells.resize(cells.size() + 3);
    return;
  }
  const OrderTests order = order_tests(row.sequences);
  cells.emplace_back(order.runs_p);
  cells.emplace_back(order.drift_p);
  cells.emplace_back(order.lag1_correlation);
}

}  // namespace

Table rate_table(const RatesResult& result, const RateTableOptions& options) {
  Table table = rates_base_table(result, options);
  table.columns = rate_columns_of(result);
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  if (options.counts_sites) add_uncaptured_columns(table);
  if (options.exposure) add_exposure_columns(table, options);
  if (options.trials_to_see_one)
    table.columns.push_back(number_column("trials_to_see_one", "trials to see one"));
  const bool shows_order = options.audience == TableAudience::programs;
  const std::vector<OutcomeColumn> outcomes = shown_outcomes(result, options);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    table.columns.push_back(number_column(outcomes[i].key));
    table.columns.back().rank = static_cast<int>(i) + 1;
  }
  if (shows_order) add_order_columns(table);
  // A wide grouping has the same counts again and again, and an exact interval is dear.
  std::map<std::pair<std::int64_t, std::int64_t>, Interval> known;
  IntervalNotes notes;
  const auto plain_interval = [&](const Proportion& of) {
    const auto [found, is_new] = known.try_emplace({of.counted, of.trials});
    if (is_new) found->second = rate_interval(of, {}, result, options).interval;
    return found->second;
  };
  const auto interval_of = [&](const RatesRow& row) {
    if (row.nights.size() < 2 && row.sequences.empty()) return plain_interval(counted_of(row.counts));
    const ChosenInterval chosen = rate_interval(row, result, options);
    notes.add(chosen, row);
    return chosen.interval;
  };
  for (const RatesRow& row : result.rows) {
    CHECK(row.values.size() == result.columns.size());
    std::vector<TableCell> cells;
    for (const QueryValue& value : row.values) cells.emplace_back(cell_value(value));
    const Proportion of = counted_of(row.counts);
    const Interval interval = interval_of(row);
    cells.emplace_back(Rate{of, interval, options.side}, rate_emphasis(of));
    if (options.counts_sites) {
      const Proportion most{std::min(of.trials, of.counted + row.counts.uncaptured), of.trials};
      cells.emplace_back(Rate{most, plain_interval(most), options.side});
      cells.push_back(estimated_cell(row, result, options));
    }
    if (options.exposure) add_exposure_cells(cells, row, options);
    if (options.trials_to_see_one) cells.emplace_back(see_one(interval));
    for (const OutcomeColumn& outcome : outcomes) cells.emplace_back(outcome.count(row.counts));
    if (shows_order) add_order_cells(cells, row);
    table.rows.push_back(std::move(cells));
  }
  notes.say(table, result);
  if (options.trials_to_see_one) {
    table.footnotes.push_back(
        "Trials to see one: with 95 %, if the rate is the lower end of its interval; empty where that is 0.");
  }
  return table;
}

Table rate_pivot_table(const RatesResult& result, const RateTableOptions& options) {
  CHECK(!result.columns.empty());
  Table table = rates_base_table(result, options);
  const std::size_t pivot = result.columns.size() - 1;
  std::vector<QueryValue> across;
  for (const RatesRow& row : result.rows) across.push_back(row.values[pivot]);
  const std::vector<QueryValue> heads = pivot_heads(across);
  table.columns = rate_columns_of(result);
  table.columns.pop_back();
  for (const QueryValue& head : heads) {
    const std::string name = pivot_title(result.columns[pivot], head);
    table.columns.push_back(options.pivot_cell == PivotCell::rate ? rate_column(name, name)
                                                                  : count_of_column(name, name));
  }
  IntervalNotes notes;
  std::map<std::vector<QueryValue>, std::size_t> row_of;
  for (const RatesRow& row : result.rows) {
    const std::vector<QueryValue> group(row.values.begin(),
                                        row.values.begin() + static_cast<std::ptrdiff_t>(pivot));
    const auto [found, is_new] = row_of.try_emplace(group, table.rows.size());
    if (is_new) {
      std::vector<TableCell> cells;
      for (const QueryValue& value : group) cells.emplace_back(cell_value(value));
      cells.resize(table.columns.size());
      table.rows.push_back(std::move(cells));
    }
    const auto head =
        static_cast<std::size_t>(std::find(heads.begin(), heads.end(), row.values[pivot]) - heads.begin());
    const Proportion of = counted_of(row.counts);
    const ChosenInterval chosen = rate_interval(row, result, options);
    notes.add(chosen, row);
    const Rate rate{of, chosen.interval, options.side};
    TableCell& cell = table.rows[found->second][pivot + head];
    cell = options.pivot_cell == PivotCell::rate ? TableCell(rate, rate_emphasis(of))
                                                 : TableCell(CountOf{options.count, of}, rate_emphasis(of));
  }
  if (options.pivot_cell == PivotCell::rate) notes.say(table, result);
  if (options.audience == TableAudience::people && options.caption.empty()) {
    table.caption = fmt::format("What was counted: {}.", options.count);
  }
  return table;
}

Table imported_counts_table(const std::vector<ImportedCountRow>& rows, const RateTableOptions& options) {
  Table table;
  table.caption = options.caption.empty() ? "Counts from elsewhere, not measured here." : options.caption;
  table.command = options.command;
  table.facts = {
      {"count", std::string("crashed")}, {"level", options.level}, {"origin", std::string("imported")}};
  std::vector<std::string> names;
  for (const ImportedCountRow& row : rows) {
    for (const auto& [name, value] : row.parameters) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  table.columns = {row_name(text_column("source")), row_name(text_column("workload"))};
  for (const std::string& name : names) table.columns.push_back(row_name(text_column(name, name)));
  table.columns.push_back(rate_column("rate", "crashed"));
  const RatesResult finished;
  for (const ImportedCountRow& row : rows) {
    std::vector<TableCell> cells{TableCell(row.source), TableCell(row.workload)};
    for (const std::string& name : names) {
      const auto found = std::find_if(row.parameters.begin(), row.parameters.end(),
                                      [&](const auto& parameter) { return parameter.first == name; });
      cells.emplace_back(found == row.parameters.end() ? CellValue() : cell_value(found->second));
    }
    const Proportion of{row.crashed, row.trials};
    cells.emplace_back(chosen_rate(of, {}, finished, options), rate_emphasis(of));
    table.rows.push_back(std::move(cells));
  }
  table.footnotes.push_back(interval_sentence(interval_method_for(finished, options), options));
  return table;
}

}  // namespace faultline
