// Whether rates rise or fall with a number, and whether that word is enough.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/trend.h"
#include "analyzer/statistics/trend_shape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/rate_table_parts.h"

namespace faultline {
namespace {

/// What is known of the rates of one group.
struct GroupTrend {
  TrendTest line;
  LackOfFit fit;
  MonotoneTest monotone;
  double p_value = 1.0;  ///< Of the trend, by the scores that were asked for.
  bool rises = true;
};

Result<double> score_of(double value, TrendScores scores, const std::string& column) {
  if (scores != TrendScores::log2) return value;
  if (value > 0.0) return std::log2(value);
  return fail(ErrorKind::invalid_argument,
              fmt::format("--scores log2: {} is {} in a row, and has no logarithm; use linear or isotonic",
                          column, format_number(value)));
}

Result<GroupTrend> trend_of(const OrderedGroup& group, std::size_t index, const std::string& column,
                            TrendScores scores) {
  std::vector<ScoredProportion> scored;
  std::vector<Proportion> rows;
  for (const RatesRow* row : group.rows) {
    TRY_ASSIGN(const double score, score_of(number_in(row->values[index]).value_or(0.0), scores, column));
    scored.push_back({score, counted_of(row->counts)});
    rows.push_back(counted_of(row->counts));
  }
  GroupTrend trend{cochran_armitage(scored), lack_of_fit(scored), monotone_test(rows), 1.0, true};
  const bool isotonic = scores == TrendScores::isotonic;
  trend.p_value = isotonic ? trend.monotone.trend_p : trend.line.p_value;
  trend.rises = isotonic ? trend.monotone.rising : trend.line.slope > 0.0;
  return trend;
}

std::string shown_rates(const OrderedGroup& group) {
  std::string text;
  for (const RatesRow* row : group.rows) {
    const Proportion of = counted_of(row->counts);
    text += (text.empty() ? "" : ", ") + (of.trials == 0 ? std::string("-") : format_percent(of.ratio()));
  }
  return text;
}

/// A shape that turns is said before any trend: the line through it means nothing.
const char* trend_word(const GroupTrend& trend, double trend_p, double shape_p, double level) {
  if (shape_p <= 1.0 - level) return "not monotone";
  if (trend_p > 1.0 - level || trend.line.slope == 0.0) return "~";
  return trend.rises ? "rises" : "falls";
}

const char* scores_sentence(TrendScores scores) {
  switch (scores) {
    case TrendScores::linear:
      return "Cochran-Armitage";
    case TrendScores::log2:
      return "Cochran-Armitage over log2";
    case TrendScores::isotonic:
      return "likelihood ratio of rates that only rise or only fall, simulated";
  }
  return "";
}

std::vector<Column> trend_columns(const RatesResult& result, const std::string& column, std::size_t index,
                                  TrendScores scores) {
  const std::string unit = scores == TrendScores::log2 ? "log2 " + column : column;
  std::vector<Column> columns = rate_columns_of(result);
  columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(index));
  columns.push_back(number_column("values", fmt::format("values of {}", column)));
  columns.push_back(text_column("rates", "rates in order"));
  columns.push_back(rate_column("lowest", fmt::format("at the lowest {}", column)));
  columns.push_back(rate_column("highest", fmt::format("at the highest {}", column)));
  columns.push_back(number_column("slope", fmt::format("per {}", unit), Unit::points));
  columns.push_back(text_column("trend"));
  columns.push_back(number_column("trend_p", "p", Unit::p_value));
  columns.push_back(number_column("fit_p", "p of the line's fit", Unit::p_value));
  columns.push_back(number_column("shape_p", "p of one direction", Unit::p_value));
  return columns;
}

void add_trend_footnotes(Table& table, const std::string& column, std::size_t groups,
                         const RatesResult& result, const RateTableOptions& options) {
  table.footnotes.push_back(fmt::format("Rises or falls with {}: {}, Holm over {}. ~ is undecided.", column,
                                        scores_sentence(options.scores),
                                        format_count(static_cast<std::int64_t>(groups), "row")));
  table.footnotes.emplace_back(
      "The line's fit: chi-squared of what a straight line leaves over; small: the rates lie on no line, and "
      "the slope describes none. One direction: against the best rates that only rise or only fall, Holm "
      "over the rows; small: not monotone, and no trend is named.");
  if (interval_method_for(result, options) == IntervalMethod::anytime) {
    table.footnotes.emplace_back(
        "Warning: these tests are made for one look at a finished run, and a run is unfinished or has a stop "
        "rule.");
  }
}

}  // namespace

Result<Table> rate_trend_table(const RatesResult& result, const std::string& column,
                               const RateTableOptions& options) {
  TRY_ASSIGN(const std::size_t index, column_index(result, "--trend", column));
  TRY_ASSIGN(const auto groups, ordered_groups(result, "--trend", index));
  Table table = rates_base_table(result, options);
  table.columns = trend_columns(result, column, index, options.scores);
  std::vector<GroupTrend> trends;
  std::vector<double> trend_p;
  std::vector<double> shape_p;
  for (const OrderedGroup& group : groups) {
    TRY_ASSIGN(const GroupTrend trend, trend_of(group, index, column, options.scores));
    trends.push_back(trend);
    trend_p.push_back(trend.p_value);
    shape_p.push_back(trend.monotone.shape_p);
  }
  trend_p = holm(trend_p);
  shape_p = holm(shape_p);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::vector<TableCell> cells;
    for (const QueryValue& value : groups[i].others) cells.emplace_back(cell_value(value));
    cells.emplace_back(static_cast<std::int64_t>(groups[i].rows.size()));
    cells.emplace_back(shown_rates(groups[i]));
    for (const RatesRow* row : {groups[i].rows.front(), groups[i].rows.back()})
      cells.emplace_back(chosen_rate(*row, result, options));
    cells.emplace_back(trends[i].line.slope);
    const std::string word = trend_word(trends[i], trend_p[i], shape_p[i], options.level);
    cells.emplace_back(word, word == "~" ? Emphasis::dim : Emphasis::strong);
    cells.emplace_back(trend_p[i]);
    cells.emplace_back(trends[i].fit.p_value);
    cells.emplace_back(shape_p[i]);
    table.rows.push_back(std::move(cells));
  }
  add_trend_footnotes(table, column, groups.size(), result, options);
  return table;
}

}  // namespace faultline
