// Everything that the store keeps of one report's analysis, read back for tests: the product reads the report
// again.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/model/crash_site.h"
#include "core/model/fault_explanation.h"
#include "core/model/issue.h"
#include "db/queries.h"
#include "db/store.h"

namespace faultline {

struct ReportDetails {
  ReportRow row;
  FaultExplanation fault;
  CrashSite site;
  std::optional<std::string> cpu_type;
  std::optional<bool> translated;
  std::string signal;
  std::vector<std::uint64_t> codes;
  std::string subtype;
  std::vector<std::pair<std::string, std::uint64_t>> registers;  ///< Of the crashed thread.
  std::optional<std::size_t> crashed_thread;
  std::vector<std::vector<StackFrameRow>> threads;
  std::vector<std::string> partners;  ///< Portrait::functions
  std::vector<Issue> issues;
};
/// `text` is an incident, a unique prefix of one, or `last`.
Result<ReportDetails> report_details(Store& store, std::string_view text);

}  // namespace faultline
