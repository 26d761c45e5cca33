// One report with everything that was derived from it. All of it can be thrown away and made again.

#pragma once

#include <string>
#include <vector>

#include "core/model/crash_report.h"
#include "core/model/crash_site.h"
#include "core/model/fault_explanation.h"
#include "core/model/portrait.h"

namespace faultline {

struct Analysis {
  CrashReport report;
  FaultExplanation fault;
  CrashSite site;
  Portrait portrait;                ///< Of the other threads.
  std::vector<std::string> labels;  ///< A team's own words on this site, from its rules file.
  std::string rules_version;        ///< Of the fault, frame and site rules that made it.
};

/// Where a process crashed that left no report, as far as the end of its stderr tells.
struct OutputSite {
  CrashSite site;
  std::vector<std::string> labels;
  std::string rules_version;
};

}  // namespace faultline
