// A run's whole report: a document, and its cells and checks as CI sees them.

#pragma once

#include <string>
#include <vector>

#include "reports/documents/document.h"

namespace faultline {

/// A cell or a check as CI sees it.
struct ReportCase {
  std::string suite;    ///< A workload, or `checks`.
  std::string name;     ///< A cell, or a check.
  std::string failure;  ///< Empty: it passed.
  std::string details;  ///< Where it crashed, with the stack; lines. Empty where nothing did.
  double seconds = 0.0;
};

struct CampaignReport {
  Document document;  ///< Findings of --fail-on stand out in its lead.
  std::vector<ReportCase> cases;
};

/// GitHub's Markdown, fit for a job summary: details fold.
std::string report_markdown(const CampaignReport& report);
/// The object described by docs/schema/campaign_report.schema.json.
std::string report_json(const CampaignReport& report);
/// JUnit XML as CI systems read it: a suite a workload, a case a cell.
std::string report_junit(const CampaignReport& report);

}  // namespace faultline
