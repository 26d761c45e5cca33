// Two arms cut to the cells that both have, so that a comparison is of like with like.

#pragma once

#include <string>
#include <vector>

#include "app/questions/arms.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// What both arms have in one like cell: the workload and each parameter that neither arm names.
struct LikeCell {
  std::string name;  ///< `workload=agx threads=8`
  ArmEvidence a;
  ArmEvidence b;
};

struct LikeArms {
  std::string group;  ///< `os_build=25A354`; empty where nothing makes groups.
  ArmEvidence a;      ///< Over the like cells alone.
  ArmEvidence b;
  std::vector<LikeCell> cells;        ///< In the order of rates.
  std::vector<std::string> warnings;  ///< Cells that only one arm has, and were left out.
};

/// Where a side of a comparison is from.
struct ArmSource {
  Store& store;
  const Arm& arm;
};

/// One for each group of the `by` columns that both sides have; without any, one of all. Fails where the arms
/// have no cell in common. `common`, `count` and `stratify` as arm_evidence() has them.
Result<std::vector<LikeArms>> like_arms(const ArmSource& a, const ArmSource& b, const std::string& common,
                                        const std::string& count, const std::vector<std::string>& by = {},
                                        const std::vector<std::string>& stratify = {});

}  // namespace faultline
