// `faultline metrics` as a question: which numbers of trials, and which table answers it.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/store.h"
#include "reports/formats/table.h"
#include "reports/tables/metric_table.h"

namespace faultline {

/// Each member is an option of the command, under its name; empty where it is not given.
struct MetricRequest {
  std::string metric;  ///< May be empty where trials printed only one.
  std::string where;
  std::vector<std::string> by;
  std::string pivot;
  std::string efficiency;
  std::string baseline;
  std::string against;
  double level = kDefaultLevel;
  bool all = false;
  bool allow_empty = false;  ///< A value that occurs nowhere was no mistake.
};

/// An error where options do not go together.
Result<void> check_metric_request(const MetricRequest& wanted);

/// Asks the store and makes the table that was asked for.
Result<Table> answer_metrics(Store& store, const MetricRequest& wanted, TableAudience audience);

}  // namespace faultline
