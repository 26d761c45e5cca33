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
  ArmEvidence a;  ///< Over the like cells alone.
  ArmEvidence b;
  std::vector<LikeCell> cells;        ///< In the order of rates.
  std::vector<std::string> warnings;  ///< Cells that only one arm has, and were left out.
};

/// Where a side of a comparison is from.
struct ArmSource {
  Store& store;
  const Arm& arm;
};

/// Fails where the arms have no cell in common. `common`, `count` and `stratify` as
/// arm_evidence() has them.
Result<LikeArms> like_arms(const ArmSource& a, const ArmSource& b, const std::string& common,
                           const std::string& count, const std::vector<std::string>& stratify = {});

}  // namespace faultline
