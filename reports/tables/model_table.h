// A logistic model of a rate -> table: what each value of a setting does to the odds, all else equal.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

/// `threads`, `threads:lock` -> the columns that they name, each once; and the terms over these columns. An
/// error where one is empty or named twice.
struct ModelQuestion {
  std::vector<std::string> columns;
  std::vector<std::vector<std::size_t>> terms;
  std::vector<std::string> texts;  ///< Of the terms, as given.
};
Result<ModelQuestion> parse_model(const std::vector<std::string>& terms);

/// One row a coefficient: the odds ratio against the first value of each column, with profile interval and
/// p-value by Holm; below, whether each term is needed. `result` is grouped by the question's columns.
Result<Table> model_table(const RatesResult& result, const ModelQuestion& question,
                          const RateTableOptions& options);

}  // namespace faultline
