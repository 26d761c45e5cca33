// The forms in which reports arrive in a report folder.

#pragma once

#include <span>
#include <string_view>

#include "core/ips/ips_document.h"
#include "core/ips/report_summary.h"

namespace faultline {

/// One form. Sources that only people send, by import, need none: analyzer/parse/report_sources.h.
struct ReportFormat {
  std::string_view name;
  bool (*recognise)(const IpsParts& parts);
  /// Fills in identity and facts in one pass.
  void (*summarize)(const IpsParts& parts, ReportSummary& summary);
};

/// In the order in which they are tried; the last one takes everything.
std::span<const ReportFormat> report_formats();

}  // namespace faultline
