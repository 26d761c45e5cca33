#include "reports/documents/campaign_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/text/text_escape.h"
#include "reports/documents/document_json.h"
#include "reports/documents/document_writers.h"

namespace faultline {
namespace {

/// The end of a `<testcase` tag, and what stands in it: a crash that was wanted is output, no failure.
std::string case_body(const ReportCase& one) {
  const std::string details = html_text(escape_text(one.details));
  if (one.failure.empty() && details.empty()) return "/>\n";
  if (one.failure.empty())
    return fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", details);
  return fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                     html_text(escape_line(one.failure)), details);
}

}  // namespace

std::string report_markdown(const CampaignReport& report) { return document_markdown(report.document); }

std::string report_json(const CampaignReport& report) {
  using Json = nlohmann::ordered_json;
  const auto data = document_json(report.document, TableAudience::programs);
  return terminal_safe_json(data.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string report_junit(const CampaignReport& report) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const ReportCase*>> suites;
  for (const auto& one : report.cases) {
    if (!suites.contains(one.suite)) order.push_back(one.suite);
    suites[one.suite].push_back(&one);
  }
  std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">\n",
                                html_text(escape_line(report.document.title)));
  for (const auto& name : order) {
    const auto& cases = suites[name];
    const auto failures = std::count_if(cases.begin(), cases.end(),
                                        [](const ReportCase* one) { return !one->failure.empty(); });
    double seconds = 0.0;
    for (const auto* one : cases) seconds += one->seconds;
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                       html_text(escape_line(name)), cases.size(), failures, seconds);
    for (const auto* one : cases) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                         html_text(escape_line(one->suite)), html_text(escape_line(one->name)), one->seconds);
      out += case_body(*one);
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace faultline
