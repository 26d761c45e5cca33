// What the store knows about a crash beside its report.

#pragma once

#include <string>

#include "analyzer/site/frame_rules.h"
#include "core/base/result.h"
#include "core/model/analysis.h"
#include "db/store.h"
#include "reports/documents/crash_page.h"

namespace faultline {

/// The trial of a report: which one, how it ended, its phase and its command; empty where it has none.
Result<CrashPageContext> trial_context(Store& store, const std::string& incident);

/// Trial, phase, labels, how many crashes its site has, and how this one differs from the newest of them.
/// `rules` are those that made `analysis`.
Result<CrashPageContext> page_context(Store& store, const std::string& incident, const Analysis& analysis,
                                      const SiteRules& rules);

}  // namespace faultline
