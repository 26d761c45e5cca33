// Stack and fault -> crash site: exact and family key, with the rule that decided and its reasons.

#pragma once

#include <string>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "core/model/crash_report.h"
#include "core/model/crash_site.h"
#include "core/model/fault_explanation.h"

namespace faultline {

/// Runs the ordered rules; the first that applies chooses the frame.
///
/// Total: where there is no stack, the site says what ended the process and where that is known from.
/// Threads: any number at once.
CrashSite find_crash_site(const CrashReport& report, const FaultExplanation& fault,
                          const SiteRules& rules = {});

/// A site from what a process wrote before it crashed, for crashes that left no report: an assertion, a
/// Metal error, an uncaught exception, a fault handler's stack. nullopt where nothing of that kind stands in
/// it. `process` names the site's image where the text does not. The rule is `from_output`.
std::optional<CrashSite> find_site_in_output(std::string_view output, std::string_view process);

/// Every label of the rules file that fits, in its order.
std::vector<std::string> find_labels(const CrashReport& report, const CrashSite& site,
                                     const SiteRules& rules);

}  // namespace faultline
