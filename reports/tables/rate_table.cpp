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

namespace faultline {
namespace {

Proportion proportion_of(const TrialCounts& counts) { return {counts.counted, counts.trials}; }

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

/// People see the columns in which anything is not 0.
std::vector<OutcomeColumn> shown_outcomes(const RatesResult& result, TableAudience audience) {
  std::vector<OutcomeColumn> shown;
  for (OutcomeColumn& column : outcome_columns()) {
    const bool is_shown = column.always_shown || audience == TableAudience::programs ||
                          std::any_of(result.rows.begin(), result.rows.end(),
                                      [&](const RatesRow& row) { return column.count(row.counts) != 0; });
    if (is_shown) shown.push_back(std::move(column));
  }
  return shown;
}

bool is_number(const QueryValue& value) { return number_in(value).has_value(); }
double number_of(const QueryValue& value) { return number_in(value).value_or(0.0); }

std::vector<Column> columns_of(const RatesResult& result) {
  return group_columns(
      result.columns, result.rows.size(),
      [&](std::size_t row) -> const std::vector<QueryValue>& { return result.rows[row].values; });
}

std::string interval_sentence(IntervalMethod method, const RateTableOptions& options) {
  const std::string level = format_level(options.level);
  switch (options.side) {
    case IntervalSide::two_sided:
      return fmt::format("Intervals: {}, two-sided {} %.", interval_method_name(method), level);
    case IntervalSide::upper:
      return fmt::format("Bounds: {}, one-sided upper {} %; the lower end is not a finding.",
                         interval_method_name(method), level);
    case IntervalSide::lower:
      return fmt::format("Bounds: {}, one-sided lower {} %; the upper end is not a finding.",
                         interval_method_name(method), level);
  }
  return {};
}

void add_footnotes(Table& table, const RatesResult& result, const RateTableOptions& options) {
  const IntervalMethod method = interval_method_for(result, options);
  table.footnotes.push_back(interval_sentence(method, options));
  if (method == IntervalMethod::anytime && !options.method) {
    table.footnotes.push_back(
        result.unfinished
            ? "A run is not finished: these intervals hold at every look, and are wider for it."
            : "The run has a stop rule: these intervals hold at every look, and are wider for it.");
  }
  const TrialCounts& total = result.total;
  std::string apart;
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) apart += fmt::format("{}{} {}", apart.empty() ? "" : ", ", format_integer(count), what);
  };
  add(total.outcomes[Outcome::setup_failed], "setup failed");
  add(total.warm_up, "warm-up");
  add(total.contaminated, "contaminated by a GPU reset");
  std::string sum = fmt::format("{} in all", format_count(total.trials, "trial"));
  if (!apart.empty()) sum += fmt::format("; in no rate: {}", apart);
  table.footnotes.push_back(sum + ".");
  if (total.uncaptured > 0) {
    table.footnotes.push_back(fmt::format("{} left no report; {} counted as crashed.",
                                          format_count(total.uncaptured, "crash", "crashes"),
                                          total.uncaptured == 1 ? "it is" : "they are"));
  }
}

void add_facts(Table& table, const RatesResult& result, const RateTableOptions& options) {
  table.facts.emplace_back("by", TextList(result.columns));
  table.facts.emplace_back("count", options.count);
  table.facts.emplace_back("level", options.level);
  table.facts.emplace_back("method", std::string(interval_method_text(interval_method_for(result, options))));
  table.facts.emplace_back("side", std::string(options.side == IntervalSide::two_sided ? "two-sided"
                                               : options.side == IntervalSide::upper   ? "upper"
                                                                                       : "lower"));
  table.facts.emplace_back("unfinished", result.unfinished);
  table.facts.emplace_back("stop_rule", result.stop_rule);
}

Table base_table(const RatesResult& result, const RateTableOptions& options) {
  Table table;
  table.caption = options.caption;
  table.command = options.command;
  add_facts(table, result, options);
  add_footnotes(table, result, options);
  return table;
}

/// Where trials die more often than not, the rate stands out; the number itself says it, too.
Emphasis emphasis_of(const Proportion& of) {
  if (of.trials == 0) return Emphasis::dim;
  return of.counted > 0 ? Emphasis::strong : Emphasis::none;
}

CellValue see_one(const Interval& interval) {
  const auto trials = trials_to_see_one(interval.low);
  return trials ? CellValue(*trials) : CellValue();
}

}  // namespace

IntervalMethod interval_method_for(const RatesResult& result, const RateTableOptions& options) {
  if (options.method) return *options.method;
  return result.unfinished || result.stop_rule ? IntervalMethod::anytime : IntervalMethod::clopper_pearson;
}

Interval rate_interval(const Proportion& of, IntervalMethod method, IntervalSide side, double level) {
  if (side == IntervalSide::two_sided) return proportion_interval(method, of, level);
  // The whole error on one side is half the error of a two-sided interval of this level; a bound at 50 % and
  // less is the middle of what is known.
  const Interval both = proportion_interval(method, of, std::max(2.0 * level - 1.0, 1e-6));
  return side == IntervalSide::upper ? Interval{0.0, both.high} : Interval{both.low, 1.0};
}

namespace {

/// People read small rates per million.
constexpr double kMillion = 1e6;

void add_exposure_columns(Table& table, const RateTableOptions& options) {
  const bool people = options.audience == TableAudience::people;
  const RateExposure& exposure = *options.exposure;
  table.columns.push_back(number_column("work", exposure.metric));
  table.columns.push_back(estimate_column(
      "per_work", people ? fmt::format("{} per million {}", options.count, exposure.metric) : "per_work"));
  table.facts.emplace_back("per", exposure.metric);
  table.footnotes.push_back(
      fmt::format("Per {}: exact Poisson interval, two-sided {} %; for crashes that come at a constant rate.",
                  exposure.metric, format_level(options.level)));
  if (exposure.silent > 0) {
    table.footnotes.push_back(
        fmt::format("{} printed no {}: work that is missing there makes the rates per {} too high.",
                    format_count(exposure.silent, "trial"), exposure.metric, exposure.metric));
  }
}

void add_exposure_cells(std::vector<TableCell>& cells, const RatesRow& row, const RateTableOptions& options) {
  const auto found = options.exposure->work.find(row.values);
  if (found == options.exposure->work.end() || found->second <= 0.0) {
    cells.resize(cells.size() + 2);
    return;
  }
  const double scale = options.audience == TableAudience::people ? kMillion : 1.0;
  const Interval interval = poisson_rate(row.counts.counted, found->second, options.level);
  cells.emplace_back(found->second);
  cells.emplace_back(Estimate{scale * static_cast<double>(row.counts.counted) / found->second,
                              {scale * interval.low, scale * interval.high}});
}

}  // namespace

Table rate_table(const RatesResult& result, const RateTableOptions& options) {
  Table table = base_table(result, options);
  const IntervalMethod method = interval_method_for(result, options);
  table.columns = columns_of(result);
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  if (options.counts_sites)
    table.columns.push_back(rate_column("with_uncaptured", "if uncaptured ones were too"));
  if (options.exposure) add_exposure_columns(table, options);
  if (options.trials_to_see_one)
    table.columns.push_back(number_column("trials_to_see_one", "trials to see one"));
  const std::vector<OutcomeColumn> outcomes = shown_outcomes(result, options.audience);
  for (const OutcomeColumn& outcome : outcomes) table.columns.push_back(number_column(outcome.key));
  // A wide grouping has the same counts again and again, and an exact interval is dear.
  std::map<std::pair<std::int64_t, std::int64_t>, Interval> known;
  const auto interval_of = [&](const Proportion& of) {
    const auto [found, is_new] = known.try_emplace({of.counted, of.trials});
    if (is_new) found->second = rate_interval(of, method, options.side, options.level);
    return found->second;
  };
  for (const RatesRow& row : result.rows) {
    CHECK(row.values.size() == result.columns.size());
    std::vector<TableCell> cells;
    for (const QueryValue& value : row.values) cells.emplace_back(cell_value(value));
    const Proportion of = proportion_of(row.counts);
    const Interval interval = interval_of(of);
    cells.emplace_back(Rate{of, interval}, emphasis_of(of));
    if (options.counts_sites) {
      const Proportion most{std::min(of.trials, of.counted + row.counts.uncaptured), of.trials};
      cells.emplace_back(Rate{most, interval_of(most)});
    }
    if (options.exposure) add_exposure_cells(cells, row, options);
    if (options.trials_to_see_one) cells.emplace_back(see_one(interval));
    for (const OutcomeColumn& outcome : outcomes) cells.emplace_back(outcome.count(row.counts));
    table.rows.push_back(std::move(cells));
  }
  if (options.trials_to_see_one) {
    table.footnotes.push_back(
        "Trials to see one: with 95 %, if the rate is the lower end of its interval; empty where that is 0.");
  }
  return table;
}

Table rate_pivot_table(const RatesResult& result, const RateTableOptions& options) {
  CHECK(!result.columns.empty());
  Table table = base_table(result, options);
  const IntervalMethod method = interval_method_for(result, options);
  const std::size_t pivot = result.columns.size() - 1;
  std::vector<QueryValue> across;
  for (const RatesRow& row : result.rows) across.push_back(row.values[pivot]);
  const std::vector<QueryValue> heads = pivot_heads(across);
  table.columns = columns_of(result);
  table.columns.pop_back();
  for (const QueryValue& head : heads) {
    const std::string name = pivot_title(result.columns[pivot], head);
    table.columns.push_back(options.pivot_cell == PivotCell::rate ? rate_column(name, name)
                                                                  : count_of_column(name, name));
  }
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
    const Proportion of = proportion_of(row.counts);
    const Rate rate{of, rate_interval(of, method, options.side, options.level)};
    TableCell& cell = table.rows[found->second][pivot + head];
    cell = options.pivot_cell == PivotCell::rate ? TableCell(rate, emphasis_of(of))
                                                 : TableCell(CountOf{options.count, of}, emphasis_of(of));
  }
  if (options.audience == TableAudience::people && options.caption.empty()) {
    table.caption = fmt::format("What was counted: {}.", options.count);
  }
  return table;
}

namespace {

/// Rows of one group of the other columns, with the number in the named column; ascending by it.
struct OrderedGroup {
  std::vector<QueryValue> others;
  std::vector<const RatesRow*> rows;
};

Result<std::size_t> column_index(const RatesResult& result, const std::string& option,
                                 const std::string& column) {
  const auto named = std::find(result.columns.begin(), result.columns.end(), column);
  if (named != result.columns.end()) return static_cast<std::size_t>(named - result.columns.begin());
  return fail(ErrorKind::invalid_argument,
              fmt::format("{} {}: not among the columns of --by", option, column));
}

std::vector<OrderedGroup> ordered_groups(const RatesResult& result, std::size_t index) {
  std::vector<OrderedGroup> groups;
  std::map<std::vector<QueryValue>, std::size_t> group_of;
  for (const RatesRow& row : result.rows) {
    if (!is_number(row.values[index])) continue;
    std::vector<QueryValue> others = row.values;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    const auto [found, is_new] = group_of.try_emplace(others, groups.size());
    if (is_new) groups.push_back({std::move(others), {}});
    groups[found->second].rows.push_back(&row);
  }
  for (OrderedGroup& group : groups) {
    std::sort(group.rows.begin(), group.rows.end(), [&](const RatesRow* a, const RatesRow* b) {
      return number_of(a->values[index]) < number_of(b->values[index]);
    });
  }
  return groups;
}

}  // namespace

Result<Table> rate_trend_table(const RatesResult& result, const std::string& column,
                               const RateTableOptions& options) {
  TRY_ASSIGN(const std::size_t index, column_index(result, "--trend", column));
  const IntervalMethod method = interval_method_for(result, options);
  Table table = base_table(result, options);
  table.columns = columns_of(result);
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(index));
  table.columns.push_back(number_column("values", fmt::format("values of {}", column)));
  table.columns.push_back(rate_column("lowest", fmt::format("at the lowest {}", column)));
  table.columns.push_back(rate_column("highest", fmt::format("at the highest {}", column)));
  table.columns.push_back(number_column("slope", fmt::format("per {}", column), Unit::points));
  table.columns.push_back(text_column("trend", "it"));
  table.columns.push_back(number_column("trend_p", "p", Unit::p_value));
  const std::vector<OrderedGroup> groups = ordered_groups(result, index);
  std::vector<TrendTest> tests;
  std::vector<double> p_values;
  for (const OrderedGroup& group : groups) {
    std::vector<ScoredProportion> scored;
    for (const RatesRow* row : group.rows)
      scored.push_back({number_of(row->values[index]), proportion_of(row->counts)});
    tests.push_back(cochran_armitage(scored));
    p_values.push_back(tests.back().p_value);
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<TableCell> cells;
    for (const QueryValue& value : groups[i].others) cells.emplace_back(cell_value(value));
    cells.emplace_back(static_cast<std::int64_t>(groups[i].rows.size()));
    for (const RatesRow* row : {groups[i].rows.front(), groups[i].rows.back()}) {
      const Proportion of = proportion_of(row->counts);
      cells.emplace_back(Rate{of, rate_interval(of, method, options.side, options.level)});
    }
    const bool claimed = adjusted[i] <= 1.0 - options.level && tests[i].slope != 0.0;
    cells.emplace_back(tests[i].slope);
    cells.emplace_back(std::string(!claimed               ? "~"
                                   : tests[i].slope > 0.0 ? "rises"
                                                          : "falls"),
                       claimed ? Emphasis::strong : Emphasis::dim);
    cells.emplace_back(adjusted[i]);
    table.rows.push_back(std::move(cells));
  }
  table.footnotes.push_back(
      fmt::format("It rises or falls with {}: Cochran-Armitage, Holm over {}; blind to rates that rise and "
                  "fall again. ~ is undecided.",
                  column, format_count(static_cast<std::int64_t>(groups.size()), "row")));
  if (method == IntervalMethod::anytime) {
    table.footnotes.emplace_back(
        "Warning: this test is made for one look at a finished run, and a run is unfinished or has a stop "
        "rule.");
  }
  return table;
}

Result<Table> first_crash_table(const RatesResult& result, const std::string& column,
                                const std::vector<CommonestSiteRow>& sites, const RateTableOptions& options) {
  TRY_ASSIGN(const std::size_t index, column_index(result, "--first-crash", column));
  const IntervalMethod method = interval_method_for(result, options);
  Table table = base_table(result, options);
  table.columns = columns_of(result);
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(index));
  table.columns.push_back(
      number_column("first_" + column, fmt::format("least {} that {}", column, options.count)));
  table.columns.push_back(rate_column("rate", "there"));
  table.columns.push_back(rate_column("below", "below it"));
  table.columns.push_back(text_column("kind"));
  table.columns.push_back(text_column("site"));
  table.columns.push_back(count_of_column("at_site", "of its crash reports"));
  std::map<std::vector<QueryValue>, const CommonestSiteRow*> site_of;
  for (const CommonestSiteRow& site : sites) site_of.emplace(site.values, &site);
  for (const auto& [others, rows] : ordered_groups(result, index)) {
    std::vector<TableCell> cells;
    for (const QueryValue& value : others) cells.emplace_back(cell_value(value));
    Proportion below;
    const RatesRow* first = nullptr;
    for (const RatesRow* row : rows) {
      if (row->counts.counted > 0) {
        first = row;
        break;
      }
      below.trials += row->counts.trials;
    }
    const auto rate = [&](const Proportion& of) {
      return Rate{of, rate_interval(of, method, options.side, options.level)};
    };
    cells.emplace_back(first == nullptr ? CellValue() : cell_value(first->values[index]));
    cells.emplace_back(first == nullptr ? CellValue() : CellValue(rate(proportion_of(first->counts))));
    cells.emplace_back(below.trials == 0 ? CellValue() : CellValue(rate(below)));
    if (const auto found = site_of.find(others); found == site_of.end()) {
      cells.resize(table.columns.size());
    } else {
      const CommonestSiteRow& site = *found->second;
      cells.emplace_back(site.fault_kind);
      cells.emplace_back(site.text);
      cells.emplace_back(CountOf{"at it", {site.reports, site.of}});
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Result<Table> first_crash_pivot_table(const RatesResult& result, const std::string& column,
                                      const std::vector<CommonestSiteRow>& sites,
                                      const RateTableOptions& options) {
  TRY_ASSIGN(const Table rows, first_crash_table(result, column, sites, options));
  if (result.columns.size() != 2) {
    return fail(ErrorKind::invalid_argument,
                "--pivot beside --first-crash takes the place of --by; give one of them");
  }
  Table table = rows;
  table.rows.clear();
  table.columns = {row_name(text_column("aspect", rows.columns[0].title))};
  for (const auto& row : rows.rows) {
    const std::string name = cell_text(row[0], rows.columns[0]);
    table.columns.push_back(text_column(name, name));
  }
  for (std::size_t i = 1; i < rows.columns.size(); ++i) {
    std::vector<TableCell> cells{TableCell(rows.columns[i].title)};
    for (const auto& row : rows.rows) cells.push_back(row[i]);
    const bool is_known = std::any_of(cells.begin() + 1, cells.end(), [](const TableCell& cell) {
      return !std::holds_alternative<std::monostate>(cell.value);
    });
    if (is_known) table.rows.push_back(std::move(cells));
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
  const IntervalMethod method = options.method.value_or(IntervalMethod::clopper_pearson);
  for (const ImportedCountRow& row : rows) {
    std::vector<TableCell> cells{TableCell(row.source), TableCell(row.workload)};
    for (const std::string& name : names) {
      const auto found = std::find_if(row.parameters.begin(), row.parameters.end(),
                                      [&](const auto& parameter) { return parameter.first == name; });
      cells.emplace_back(found == row.parameters.end() ? CellValue() : cell_value(found->second));
    }
    const Proportion of{row.crashed, row.trials};
    cells.emplace_back(Rate{of, rate_interval(of, method, options.side, options.level)}, emphasis_of(of));
    table.rows.push_back(std::move(cells));
  }
  table.footnotes.push_back(interval_sentence(method, options));
  return table;
}

}  // namespace faultline
