// A side of a comparison as a person names it: literal counts, a run, or a filter.

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/model/estimate.h"
#include "db/queries.h"
#include "db/store.h"

namespace faultline {

struct Arm {
  std::string text;                   ///< As given.
  std::optional<Proportion> literal;  ///< `11/20`: no store is asked.
  std::string where;                  ///< Filter text of the others.
};

/// `11/20`, a run (`last`, a UUID or a unique prefix of at least 8 digits), or a filter over trials.
/// `store` may be null where only literal counts are wanted; then anything else is an error.
Result<Arm> parse_arm(const std::string& text, Store* store);
/// `k/n` alone; nullopt for anything else. k above n is an error of parse_arm().
std::optional<Proportion> parse_literal(const std::string& text);

/// What the store knows of an arm: its trials by outcome, and as `counted` what was asked for.
struct ArmEvidence {
  TrialCounts total;
  std::map<std::string, TrialCounts> strata;  ///< By host and night.
  std::set<std::string> runs;
  std::set<std::string> hosts;
  std::set<std::string> nights;
  bool anytime = false;  ///< A run among them has not ended, or has a stop rule.
};

/// What the store knows of an arm in each group of the `by` columns, in the order of rates.
using ArmGroups = std::vector<std::pair<std::string, ArmEvidence>>;
/// Groups are named as `threads=8 lock=none`.
Result<ArmGroups> arm_groups(Store& store, const Arm& arm, const std::string& common,
                             const std::string& count, const std::vector<std::string>& by);

/// Asks the store. `common` is a filter that holds for every arm; empty if none.
Result<ArmEvidence> arm_evidence(Store& store, const Arm& arm, const std::string& common,
                                 const std::string& count);

}  // namespace faultline
