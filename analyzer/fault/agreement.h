// Do instruction, registers, far or cr2, syndrome and exception codes agree?

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/fault/facts/fault_facts.h"

namespace faultline {

/// One line a comparison, those that fit and those that do not alike.
struct Agreement {
  std::optional<bool> agrees;  ///< Absent where nothing could be compared.
  std::vector<std::string> evidence;
};
Agreement check_agreement(const FaultFacts& facts);

}  // namespace faultline
