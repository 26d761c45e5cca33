// Rows of the store's rates -> tables: by row, as a pivot, the least value that ever crashed.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/proportion.h"
#include "db/queries.h"
#include "reports/formats/table.h"

namespace faultline {

/// What a cell of a pivot shows: `28/50  56 %  [41 %, 70 %]` or `crashed 28/50`.
enum class PivotCell { rate, count };

/// How much work was done, for crashes per operation.
struct RateExposure {
  std::string metric;  ///< What workloads call it: `operations`.
  /// By group: what was counted in each night of each host, and in how much work.
  std::map<std::vector<QueryValue>, std::vector<WorkedNight>> nights;
  std::int64_t silent = 0;  ///< Trials that did not tell.
};

/// What a trend is measured along: the numbers, their binary logarithms, or their order alone.
enum class TrendScores { linear, log2, isotonic };

struct RateTableOptions {
  TableAudience audience = TableAudience::people;
  std::string count = "crashed";  ///< The text of --count: names what k is.
  /// Absent: as method_choice.h chooses.
  std::optional<IntervalMethod> method;
  double level = kDefaultLevel;
  IntervalSide side = IntervalSide::two_sided;
  /// A site is counted: uncaptured crashes may have been of it, which gives two more rates.
  bool counts_sites = false;
  /// Adds how many trials show one event with 95 %, from the lower end of the interval.
  bool trials_to_see_one = false;
  /// Adds the work of each group and what was counted per unit of it, with its Poisson interval.
  std::optional<RateExposure> exposure;
  PivotCell pivot_cell = PivotCell::rate;
  TrendScores scores = TrendScores::linear;  ///< Of rate_trend_table().
  std::string caption;
  std::string command;  ///< That makes this table again.
};

/// The method that the options mean for the rates of `result`, and the interval of one rate; both as
/// method_choice.h chooses them.
IntervalMethod interval_method_for(const RatesResult& result, const RateTableOptions& options);
ChosenInterval rate_interval(const Proportion& of, const std::vector<Proportion>& nights,
                             const RatesResult& result, const RateTableOptions& options);
/// Of what is counted in a row: its nights and the order of its trials are known.
ChosenInterval rate_interval(const RatesRow& row, const RatesResult& result, const RateTableOptions& options);

/// One row a group: the grouping columns, k/n with rate and interval, all outcomes beside. As JSON it is the
/// documented shape of `rates`.
Table rate_table(const RatesResult& result, const RateTableOptions& options);

/// The last grouping column's values become columns; a combination without trials is empty. For people;
/// programs get rate_table().
Table rate_pivot_table(const RatesResult& result, const RateTableOptions& options);

/// For each group of the other columns: the least number in `column` at which anything was counted, what the
/// trials below it say, and where most of the group's crashes were (`sites`, by the same other columns).
/// Fails where the result has no such column.
Result<Table> first_crash_table(const RatesResult& result, const std::string& column,
                                const std::vector<CommonestSiteRow>& sites, const RateTableOptions& options);

/// The same with a column for each group: two frameworks side by side. For people, and for results with one
/// other column.
Result<Table> first_crash_pivot_table(const RatesResult& result, const std::string& column,
                                      const std::vector<CommonestSiteRow>& sites,
                                      const RateTableOptions& options);

/// For each group of the other columns: whether rates rise or fall with the numbers in `column`
/// (`options.scores` says along what), with Holm's correction over the groups; what a straight line leaves
/// over; and whether they turn, in which case no trend is named. Fails where the result has no such column,
/// or one without any number.
Result<Table> rate_trend_table(const RatesResult& result, const std::string& column,
                               const RateTableOptions& options);

/// Counts that came from elsewhere, apart from what was measured here.
Table imported_counts_table(const std::vector<ImportedCountRow>& rows, const RateTableOptions& options);

}  // namespace faultline
