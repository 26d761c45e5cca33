#include "analyzer/analyze.h"

#include <utility>

#include "analyzer/fault/fault_rules.h"
#include "analyzer/site/crash_site_rules.h"
#include "analyzer/site/portrait.h"

namespace faultline {

std::string rules_version(const SiteRules& rules) {
  std::string version(kRulesVersion);
  if (!rules.hash.empty()) version += "+" + rules.hash;
  return version;
}

Analysis analyze(CrashReport report, const SiteRules& rules) {
  Analysis out;
  out.report = std::move(report);
  out.fault = explain_fault(out.report);
  out.site = find_crash_site(out.report, out.fault, rules);
  out.portrait = draw_portrait(out.report, out.site);
  out.labels = find_labels(out.report, out.site, rules);
  out.rules_version = rules_version(rules);
  return out;
}

std::optional<OutputSite> analyze_output(std::string_view output, std::string_view process,
                                         const SiteRules& rules) {
  auto site = find_site_in_output(output, process);
  if (!site) return std::nullopt;
  auto labels = find_labels(CrashReport{}, *site, rules);
  return OutputSite{std::move(*site), std::move(labels), rules_version(rules)};
}

}  // namespace faultline
