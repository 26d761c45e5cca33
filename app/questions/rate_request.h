// `faultline rates` as a question: what is grouped and counted, and which table answers it.

#pragma once

#include <string>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

/// Each member is an option of the command, under its name; empty where it is not given.
struct RateRequest {
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  std::string pivot;
  std::string method;
  double level = kDefaultLevel;
  std::string side = "two-sided";
  std::string cell = "rate";
  std::string first_crash;
  std::string trend;
  std::string scores = "linear";
  std::string per;
  std::vector<std::string> model;  ///< Terms of a logistic model: `threads`, `threads:lock`.
  bool needed = false;
  bool imported = false;
  bool allow_empty = false;  ///< A value that occurs nowhere was no mistake.
};

/// An error where options do not go together.
Result<void> check_rate_request(const RateRequest& wanted);

/// Level, method, side and the command that gives the table again.
RateTableOptions rate_table_options(const RateRequest& wanted, TableAudience audience);

/// Asks the store and makes the table that was asked for.
Result<Table> answer_rates(Store& store, const RateRequest& wanted, TableAudience audience);

}  // namespace faultline
