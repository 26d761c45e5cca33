// Two arms, two runs, or two counts, tested against each other: strata, nights, and what the sides share.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/fix_proof.h"
#include "app/questions/arms.h"
#include "core/base/result.h"
#include "core/model/outcome.h"
#include "db/store.h"
#include "reports/tables/former_rate_table.h"

namespace faultline {

struct ComparisonRequest {
  std::string a;                      ///< An arm as parse_arm() reads it.
  std::string b;                      ///< The arm that it is compared with; empty with `was`.
  std::string where;                  ///< Only these trials of both; empty: all.
  std::string count;                  ///< What is counted; empty: `bad`, then each outcome that occurred.
  std::vector<std::string> by;        ///< One claim for each group that both sides have.
  std::vector<std::string> stratify;  ///< Columns within whose values the sides are compared.
  bool each_night = false;            ///< The comparison is made again after each night.
  std::string was;                    ///< Instead of `b`: the rate that is to be gone; empty: none.
  std::string margin;                 ///< Non-inferiority is judged by this share, too; empty: it is not.
  double level = kDefaultLevel;
  bool allow_empty = false;  ///< A value that occurs nowhere is no mistake.
};

/// An error unless there is a `b` or a `was`, but not both; and where options do not go with them.
Result<void> check_comparison_request(const ComparisonRequest& wanted);

/// What was compared, and how each comparison stands to the margin; empty where none was asked for.
struct ArmComparisons {
  std::vector<Comparison> comparisons;
  std::vector<MarginClaim> margins;
};

/// True where both sides are literal counts such as `11/20`, or one of them is: then no store is asked.
bool is_literal(const ComparisonRequest& wanted);

/// Compares two counts. An error where a side is none.
Result<ArmComparisons> compare_counts(const ComparisonRequest& wanted);

/// Compares arms of `store_a` and `store_b`, which may be the same. Whether each arm's controls crashed is
/// part of the verdict.
Result<ArmComparisons> compare_stored(const ComparisonRequest& wanted, Store& store_a, Store& store_b);

/// The counts of `a` against the rate `was`; `a` is a literal.
Result<FormerRateTest> former_rate_of_counts(const ComparisonRequest& wanted);

/// The trials of `a` that are to show that the rate `was` is gone.
Result<FormerRateTest> former_rate_stored(const ComparisonRequest& wanted, Store& store);

/// Whether the control of each run that names one crashed in it, by the run's UUID.
using Controls = std::map<std::string, bool>;
/// One question for each filter that runs have as their control, however many runs there are.
Result<Controls> read_controls(Store& store);

/// What of an arm's trials is compared: an outcome, or what the query counted.
struct Counted {
  std::string name;
  std::optional<Outcome> outcome{};
};

/// One side: its trials, its name, and the controls of its store's runs.
struct ComparedArm {
  const ArmEvidence& evidence;
  std::string name;
  const Controls& controls;
};

/// Whether the control crashed in each of an arm's runs; nullopt where no run names one.
std::optional<bool> control_crashed(const ComparedArm& arm);

/// The strata are the nights of hosts that both sides have. They are cells, too, where the sides are unlike
/// mixes of cells (of a different share in any combination of the settings by which the sides do not differ),
/// or the values of `stratify` where it names columns. Sides that share fewer than two nights that say
/// anything, and have nights of their own, have nights as units.
ComparisonInput make_comparison_input(const ComparedArm& a, const ComparedArm& b, const Counted& counted,
                                      const std::vector<std::string>& stratify = {});

}  // namespace faultline
