// `faultline survival` as a question: how far trials come before they crash.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/store.h"
#include "reports/formats/table.h"
#include "reports/tables/survival_table.h"

namespace faultline {

/// Each member is an option of the command, under its name.
struct SurvivalRequest {
  std::string over = "seconds";
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  double level = kDefaultLevel;
  bool curve = false;
  bool allow_empty = false;  ///< A value that occurs nowhere was no mistake.
};

/// An error where `count` is no outcome that ends a trial's life.
Result<void> check_survival_request(const SurvivalRequest& wanted);

/// Asks the store and makes the table that was asked for.
Result<Table> answer_survival(Store& store, const SurvivalRequest& wanted, TableAudience audience);

}  // namespace faultline
