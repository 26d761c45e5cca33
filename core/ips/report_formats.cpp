#include "core/ips/report_formats.h"

#include <array>

#include "core/ips/ips_summary.h"
#include "core/ips/text_summary.h"

namespace faultline {
namespace {

constexpr std::array kFormats = std::to_array<ReportFormat>({
    {"ips", [](const IpsParts& parts) { return parts.body_is_json; }, summarize_ips},
    {"text", [](const IpsParts&) { return true; }, summarize_text},
});

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

ReportSummary summarize_report(std::string_view bytes) {
  ReportSummary summary;
  const IpsParts parts = split_ips(bytes);
  for (const auto& format : kFormats) {
    if (!format.recognise(parts)) continue;
    format.summarize(parts, summary);
    break;
  }
  summary.facts.pid = summary.identity.pid;
  return summary;
}

}  // namespace faultline
