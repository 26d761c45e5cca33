// Identity and facts of a report whose body is text.

#pragma once

#include "core/ips/ips_document.h"
#include "core/ips/report_summary.h"

namespace faultline {

/// A text report says who crashed in its first lines; a whole one has its image list.
void summarize_text(const IpsParts& parts, ReportSummary& summary);

}  // namespace faultline
