#include "reports/rate_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/check.h"
#include "reports/cell_text.h"
#include "reports/number_format.h"

namespace faultline {
namespace {

Proportion proportion_of(const TrialCounts& counts) { return {counts.counted, counts.trials}; }

struct OutcomeColumn {
  const char* key;
  std::int64_t TrialCounts::* count;
  bool always_shown;
};

// `uncaptured` is part of `crashed`; what follows setup_failed is in no rate.
constexpr OutcomeColumn kOutcomeColumns[] = {
    {"passed", &TrialCounts::passed, true},
    {"crashed", &TrialCounts::crashed, true},
    {"wrong", &TrialCounts::wrong, false},
    {"hung", &TrialCounts::hung, false},
    {"panicked", &TrialCounts::panicked, false},
    {"exit_error", &TrialCounts::exit_error, false},
    {"setup_failed", &TrialCounts::setup_failed, false},
    {"uncaptured", &TrialCounts::uncaptured, false},
    {"warm_up", &TrialCounts::warm_up, false},
    {"contaminated", &TrialCounts::contaminated, false},
};

bool is_shown(const OutcomeColumn& column, const RatesResult& result, TableAudience audience) {
  if (column.always_shown || audience == TableAudience::programs) return true;
  return std::any_of(result.rows.begin(), result.rows.end(),
                     [&](const RatesRow& row) { return row.counts.*column.count != 0; });
}

bool is_number(const QueryValue& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double number_of(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return 0.0;
}

/// A grouping column is right-aligned if it holds numbers.
Column group_column(const RatesResult& result, std::size_t index) {
  bool any = false;
  bool all = true;
  for (const RatesRow& row : result.rows) {
    const QueryValue& value = row.values[index];
    if (std::holds_alternative<std::monostate>(value)) continue;
    any = true;
    all = all && is_number(value);
  }
  const std::string& name = result.columns[index];
  // A parameter is shown under the name that its author gave it.
  return row_name(any && all ? number_column(name, name) : text_column(name, name));
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
  add(total.setup_failed, "setup failed");
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

CellValue cell_value(const QueryValue& value) {
  return std::visit([](const auto& one) { return CellValue(one); }, value);
}

IntervalMethod interval_method_for(const RatesResult& result, const RateTableOptions& options) {
  if (options.method) return *options.method;
  return result.unfinished || options.has_stop_rule ? IntervalMethod::anytime
                                                    : IntervalMethod::clopper_pearson;
}

Interval rate_interval(const Proportion& of, IntervalMethod method, IntervalSide side, double level) {
  if (side == IntervalSide::two_sided) return proportion_interval(method, of, level);
  // The whole error on one side is half the error of a two-sided interval of this level; a bound at 50 % and
  // less is the middle of what is known.
  const Interval both = proportion_interval(method, of, std::max(2.0 * level - 1.0, 1e-6));
  return side == IntervalSide::upper ? Interval{0.0, both.high} : Interval{both.low, 1.0};
}

Table rate_table(const RatesResult& result, const RateTableOptions& options) {
  Table table = base_table(result, options);
  const IntervalMethod method = interval_method_for(result, options);
  for (std::size_t i = 0; i < result.columns.size(); ++i) table.columns.push_back(group_column(result, i));
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  if (options.counts_sites)
    table.columns.push_back(rate_column("with_uncaptured", "if uncaptured ones were too"));
  if (options.trials_to_see_one)
    table.columns.push_back(number_column("trials_to_see_one", "trials to see one"));
  for (const OutcomeColumn& outcome : kOutcomeColumns) {
    if (is_shown(outcome, result, options.audience)) table.columns.push_back(number_column(outcome.key));
  }
  for (const RatesRow& row : result.rows) {
    CHECK(row.values.size() == result.columns.size());
    std::vector<TableCell> cells;
    for (const QueryValue& value : row.values) cells.emplace_back(cell_value(value));
    const Proportion of = proportion_of(row.counts);
    const Interval interval = rate_interval(of, method, options.side, options.level);
    cells.emplace_back(Rate{of, interval}, emphasis_of(of));
    if (options.counts_sites) {
      const Proportion most{std::min(of.trials, of.counted + row.counts.uncaptured), of.trials};
      cells.emplace_back(Rate{most, rate_interval(most, method, options.side, options.level)});
    }
    if (options.trials_to_see_one) cells.emplace_back(see_one(interval));
    for (const OutcomeColumn& outcome : kOutcomeColumns) {
      if (is_shown(outcome, result, options.audience)) cells.emplace_back(row.counts.*outcome.count);
    }
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
  std::vector<QueryValue> heads;  // In the order of the rows, which is that of the matrix.
  for (const RatesRow& row : result.rows) {
    if (std::find(heads.begin(), heads.end(), row.values[pivot]) == heads.end())
      heads.push_back(row.values[pivot]);
  }
  if (std::all_of(heads.begin(), heads.end(), is_number)) {
    std::sort(heads.begin(), heads.end(),
              [](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
  }
  for (std::size_t i = 0; i < pivot; ++i) table.columns.push_back(group_column(result, i));
  for (const QueryValue& head : heads) {
    const std::string name =
        fmt::format("{} {}", result.columns[pivot], cell_text(cell_value(head), Column()));
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

Result<Table> first_crash_table(const RatesResult& result, const std::string& column,
                                const RateTableOptions& options) {
  const auto named = std::find(result.columns.begin(), result.columns.end(), column);
  if (named == result.columns.end()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--first-crash {}: not among the columns of --by", column));
  }
  const auto index = static_cast<std::size_t>(named - result.columns.begin());
  const IntervalMethod method = interval_method_for(result, options);
  Table table = base_table(result, options);
  std::vector<std::pair<std::vector<QueryValue>, std::vector<const RatesRow*>>> groups;
  for (const RatesRow& row : result.rows) {
    if (!is_number(row.values[index])) continue;
    std::vector<QueryValue> others = row.values;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    const auto group =
        std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == others; });
    if (group == groups.end()) {
      groups.push_back({std::move(others), {&row}});
    } else {
      group->second.push_back(&row);
    }
  }
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    if (i != index) table.columns.push_back(group_column(result, i));
  }
  table.columns.push_back(
      number_column("first_" + column, fmt::format("least {} that {}", column, options.count)));
  table.columns.push_back(rate_column("rate", "there"));
  table.columns.push_back(rate_column("below", "below it"));
  for (auto& [others, rows] : groups) {
    std::sort(rows.begin(), rows.end(), [&](const RatesRow* a, const RatesRow* b) {
      return number_of(a->values[index]) < number_of(b->values[index]);
    });
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
    table.rows.push_back(std::move(cells));
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
