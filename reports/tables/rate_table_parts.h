// What all tables over rates are made of.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "reports/tables/rate_table.h"

namespace faultline {

inline Proportion counted_of(const TrialCounts& counts) { return {counts.counted, counts.trials}; }

std::vector<Column> rate_columns_of(const RatesResult& result);

/// Which interval a table shows, as its footnote.
std::string interval_sentence(IntervalMethod method, const RateTableOptions& options);

/// Below tables in which an interval is wider because nights differ.
inline constexpr const char* kWidenedSentence =
    "Where nights differ beyond chance, trials of one night are not independent: the interval uses the "
    "effective number of trials (Korn and Graubard), and is wider for it.";

/// Caption, command, facts and footnotes; neither columns nor rows.
Table rates_base_table(const RatesResult& result, const RateTableOptions& options);

/// What crashed at all stands out; the number itself says it, too.
Emphasis rate_emphasis(const Proportion& of);

/// A rate with the interval that rate_interval() chooses for it.
Rate chosen_rate(const Proportion& of, const std::vector<Proportion>& nights, const RatesResult& result,
                 const RateTableOptions& options);
Rate chosen_rate(const RatesRow& row, const RatesResult& result, const RateTableOptions& options);

/// Rows of one group of the other columns, with the number in the named column; ascending by it.
struct OrderedGroup {
  std::vector<QueryValue> others;
  std::vector<const RatesRow*> rows;
};

/// Where a column stands; an error that names `option` where the result has none of that name.
Result<std::size_t> column_index(const RatesResult& result, const std::string& option,
                                 const std::string& column);
/// Rows without a number in that column are left out; an error that names `option` where all are.
Result<std::vector<OrderedGroup>> ordered_groups(const RatesResult& result, const std::string& option,
                                                 std::size_t index);

}  // namespace faultline
