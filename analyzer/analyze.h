// One parsed report through all stages: fault, site, portrait.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/site/frame_rules.h"
#include "core/model/analysis.h"
#include "core/model/crash_report.h"

namespace faultline {

/// Changes with every change of a rule or list: stored with each derived row.
inline constexpr std::string_view kRulesVersion = "4";

/// The version that analyze() writes with these rules: `4`, or `4+` and the hash of a rules file.
std::string rules_version(const SiteRules& rules);

/// Explains one report of any kind. Symbolize it first: the site takes the names that it finds.
/// `output_gpu_error`: see explain_fault().
///
/// Total and pure; costs a fraction of a millisecond for a report of twenty threads. Threads: any
/// number at once.
Analysis analyze(CrashReport report, const SiteRules& rules = {}, std::string_view output_gpu_error = {});

/// Writes the mangled names of all frames as people read them. Analyse a report first: rules know some names
/// by how they are mangled.
void make_names_readable(CrashReport& report);

/// The site of a crash that left no report, from the end of what `process` wrote to stderr; nullopt where
/// that says nothing of a crash. Total and pure, as analyze().
std::optional<OutputSite> analyze_output(std::string_view output, std::string_view process,
                                         const SiteRules& rules = {});

}  // namespace faultline
