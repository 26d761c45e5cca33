// A side of a comparison as a person names it: literal counts, a run, or a filter.

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/statistics/fix_proof.h"
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

/// `30%`, `30 %`, `0.3`; an error that names `option` for anything else.
Result<double> parse_share(const std::string& option, const std::string& text);
/// The value of --was: counts such as `3/10`, or a share.
Result<FormerRate> parse_former_rate(const std::string& text);

/// The trials of one cell in one night of one host.
struct ArmPart {
  std::string workload;
  std::string cell;     ///< Its text: `threads=8 lock=none`.
  std::string night;    ///< Date, then host: in the order of time.
  std::string stratum;  ///< Values of the columns to stratify by; empty where none are asked for.
  TrialCounts counts;
};

/// What the store knows of an arm: its trials by outcome, and as `counted` what was asked for.
struct ArmEvidence {
  TrialCounts total;
  std::vector<ArmPart> parts;
  std::set<std::string> runs;
  std::set<std::string> hosts;
  std::set<std::string> nights;               ///< Dates.
  std::vector<std::string> image_never_seen;  ///< As RatesResult has it.
  bool anytime = false;                       ///< A run among them has not ended, or has a stop rule.
};

/// How an arm's trials are parted.
struct ArmGrouping {
  std::vector<std::string> by{};        ///< Columns that make groups.
  std::vector<std::string> cells{};     ///< Columns that make cells within each.
  std::vector<std::string> stratify{};  ///< Columns that make strata within each cell.
};

/// What an arm has in one cell of one group.
struct ArmGroup {
  std::string name;  ///< Of the group: `threads=8 lock=none`.
  std::string cell;  ///< Named alike; empty where no columns make cells.
  ArmEvidence evidence;
};

/// In the order of rates.
using ArmGroups = std::vector<ArmGroup>;
/// What the store knows of an arm.
Result<ArmGroups> arm_groups(Store& store, const Arm& arm, const std::string& common,
                             const std::string& count, const ArmGrouping& grouping);

/// Asks the store. `common` is a filter that holds for every arm; empty if none.
Result<ArmEvidence> arm_evidence(Store& store, const Arm& arm, const std::string& common,
                                 const std::string& count, const std::vector<std::string>& stratify = {});

}  // namespace faultline
