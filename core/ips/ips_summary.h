// Identity and facts of a report whose body is JSON, and of the header line that all .ips files have.

#pragma once

#include <string_view>

#include "core/ips/ips_document.h"
#include "core/ips/report_summary.h"

namespace faultline {

/// Reads the header line; called for text bodies, too. Sets the facts that follow from the bug type.
void summarize_header(std::string_view header, ReportSummary& summary);

/// Header and JSON body.
void summarize_ips(const IpsParts& parts, ReportSummary& summary);

}  // namespace faultline
