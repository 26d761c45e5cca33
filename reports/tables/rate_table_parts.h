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

/// What must be said below a table of why intervals are wider: nights that differ, and order within runs.
///
/// Ownership: the rows must outlive it.
class IntervalNotes {
 public:
  void add(const ChosenInterval& chosen, const RatesRow& row);
  void say(Table& table, const RatesResult& result) const;

 private:
  bool widened_ = false;
  std::vector<const RatesRow*> ordered_;
};

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
