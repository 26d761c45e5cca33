// `faultline trend` as a question: each cell from run to run.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/tables/trend_table.h"

namespace faultline {

/// Each member is an option of the command, under its name.
struct TrendRequest {
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  std::size_t last = 14;
  double level = kDefaultLevel;
  bool allow_empty = false;  ///< A value that occurs nowhere was no mistake.
};

/// The question to the store. An error where a filter or a count is none.
Result<RatesQuery> trend_query(const TrendRequest& wanted);

/// Asks the store and makes both kinds of tables.
Result<Trends> answer_trend(Store& store, const TrendRequest& wanted);

}  // namespace faultline
