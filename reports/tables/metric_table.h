// Numbers that workloads print -> tables: medians by cell, efficiency by threads.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "db/queries.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

/// One group of trials: what they printed, and how they ended.
struct MetricGroup {
  std::vector<QueryValue> values;  ///< One per column.
  std::vector<double> numbers;     ///< One a trial: the median of what it printed.
  std::vector<std::size_t> runs;   ///< The run that each number is of, as a number of its own.
  TrialCounts counts;              ///< `counted` is `crashed`.
};

struct MetricGroups {
  std::string metric;
  std::vector<std::string> columns;
  std::vector<MetricGroup> groups;  ///< Those without any number, too: they may have crashed.
  bool passed_only = true;
  IntervalMethod method = IntervalMethod::clopper_pearson;  ///< Of the crash rates.
  std::int64_t left_out = 0;                                ///< Trials that printed it but did not pass.
};

/// Whether all trials of all groups printed one and the same number: a setting, not a measurement.
bool is_constant(const MetricGroups& groups);

/// `rates` and `metrics` are asked with the same columns. A trial that printed the metric several times
/// is one number: its values are not independent.
MetricGroups metric_groups(std::string metric, const RatesResult& rates,
                           const std::vector<MetricRow>& metrics, bool passed_only);

/// What efficiency is measured against.
struct MetricBaseline {
  std::string name;  ///< As given: `threads=1 and lock=none`.
  std::vector<double> numbers;
  double threads = 1.0;
};

/// What each group is compared with: the group that is alike in every column but those named.
struct MetricReference {
  std::string name;                ///< As given: `lock=none`.
  std::vector<std::string> named;  ///< Columns.
  std::vector<MetricGroup> groups;
};

struct MetricTableOptions {
  TableAudience audience = TableAudience::people;
  double level = kDefaultLevel;
  /// The column that holds numbers of threads: adds the efficiency. Empty: none.
  std::string efficiency_by;
  /// Absent: in each group of the other columns, the least number of threads.
  std::optional<MetricBaseline> baseline;
  /// Adds the ratio to it, the p-value and the verdict, with Holm's correction over the rows.
  std::optional<MetricReference> against;
  std::string command;
};

/// One row a group. Fails where `efficiency_by` is not among the columns.
Result<Table> metric_table(const MetricGroups& groups, const MetricTableOptions& options);

/// The last column's values become columns; a cell is the efficiency where it is asked for, else the
/// median, with the number of trials. Where no trial gave a number, the cell says how many crashed. For
/// people.
Result<Table> metric_pivot_table(const MetricGroups& groups, const MetricTableOptions& options);

}  // namespace faultline
