// The report as one HTML page that needs no network: the page of reports/page with a report's data in it.

#pragma once

#include <string>
#include <string_view>

#include "reports/documents/campaign_report.h"

namespace faultline {

/// The built page; empty where Node was not there when this program was built. The data takes the place of
/// the only `@@REPORT@@`.
std::string_view report_page_template();
inline bool has_report_page() { return !report_page_template().empty(); }

/// The whole document. Call it only where has_report_page(). Everything of the report is data: it goes in as
/// JSON in which no sign can end a script, and its controls and bidirectional signs are shown, not sent.
std::string report_page(const CampaignReport& report);

}  // namespace faultline
