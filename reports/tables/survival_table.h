// How far trials come before they crash -> tables: median and timing by group, or whole curves.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "db/queries.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

struct SurvivalTableOptions {
  TableAudience audience = TableAudience::people;
  double level = kDefaultLevel;
  /// The metric that says how far a trial came; empty: its wall-clock time.
  std::string over;
  /// One row a phase: only crashes in it count, all other ends are ends of their own.
  bool by_phase = false;
  /// What is waited for; other outcomes compete with it, but for a trial that was killed at its time limit,
  /// which is censored.
  std::string count = "crashed";
  std::function<bool(Outcome)> counts = [](Outcome outcome) { return outcome == Outcome::crashed; };
  /// Of the rates; anytime-valid where a run is unfinished or has a stop rule.
  IntervalMethod method = IntervalMethod::clopper_pearson;
  std::string command;
};

/// One row a group (and phase): how many crashed, the median by Aalen and Johansen with its interval
/// ("not reached" where fewer than half ever crash), and whether crashes come early or late, with the work
/// done in each half. Trials that did not tell how far they came are left out, and said.
Table survival_table(const std::vector<std::string>& columns, const std::vector<LifetimesRow>& rows,
                     const SurvivalTableOptions& options);

/// One row a step of each group's curve.
Table survival_curve_table(const std::vector<std::string>& columns, const std::vector<LifetimesRow>& rows,
                           const SurvivalTableOptions& options);

}  // namespace faultline
