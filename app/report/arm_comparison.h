// Two arms, two runs, or two counts, tested against each other.

#pragma once

#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

struct ComparisonRequest {
  std::string a;                ///< An arm as parse_arm() reads it.
  std::string b;                ///< The arm that it is compared with.
  std::string where;            ///< Only these trials of both; empty: all.
  std::string count;            ///< What is counted; empty: `bad`, then each outcome that occurred.
  std::vector<std::string> by;  ///< One claim for each group that both sides have.
  double level = kDefaultLevel;
};

/// True where both sides are literal counts such as `11/20`, or one of them is: then no store is asked.
bool is_literal(const ComparisonRequest& wanted);

/// Compares two counts. An error where a side is none.
Result<std::vector<Comparison>> compare_counts(const ComparisonRequest& wanted);

/// Compares arms of `store_a` and `store_b`, which may be the same. Whether each arm's controls crashed is
/// part of the verdict.
Result<std::vector<Comparison>> compare_stored(const ComparisonRequest& wanted, Store& store_a,
                                               Store& store_b);

}  // namespace faultline
