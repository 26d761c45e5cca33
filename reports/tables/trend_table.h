// Rates over runs -> tables: each cell from night to night, whether nights differ more than chance lets
// them, and what changed with them.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/trial.h"
#include "db/queries.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

struct TrendOptions {
  std::string count = "crashed";
  double level = kDefaultLevel;
  std::size_t last_runs = 14;  ///< The newest runs that are looked at.
  std::string command;
};

struct TrendTables {
  Table cells;  ///< One row a cell: all runs together, and whether they are of one rate.
  /// One row a cell and run: its rate, whether it moved, and what changed since the cell's last.
  Table runs;
};

/// One answer in two layouts: comparing the runs is what takes time.
struct Trends {
  TrendTables people;
  TrendTables programs;
};

/// What differs from `before` to `after`: campaign, OS build and version, driver, model, facts; as `os_build
/// 24G419 -> 24G504`. A fact that one of them does not have is `(none)`.
std::vector<std::string> changes_between(const RunRecord& before, const RunRecord& after);

/// `rates` is grouped by the cells' columns and, last, `run`; `runs` holds at least the runs in it.
Trends trend_tables(const RatesResult& rates, const std::vector<RunRecord>& runs,
                    const TrendOptions& options);

/// Both tables for people; for JSON one object with `cells` and `rows` (of runs); for CSV the runs.
std::string write_trend(const TrendTables& tables, TableFormat format, const WriterOptions& writer = {});

}  // namespace faultline
