#include "analyzer/parse/report_sources.h"

#include <array>

#include "analyzer/parse/faulthandler/faulthandler_parser.h"
#include "analyzer/parse/metrickit/metrickit_parser.h"
#include "analyzer/parse/sanitizer/sanitizer_parser.h"
#include "analyzer/parse/swift_backtrace/swift_backtrace_parser.h"
#include "analyzer/parse/text/crash_text_parser.h"
#include "analyzer/parse/text/system_event_parser.h"

namespace faultline {
namespace {

constexpr std::array kSources = std::to_array<ReportSource>({
    {"metrickit", is_metrickit, parse_metrickit},
    {"sanitizer", is_sanitizer_text, parse_sanitizer_text},
    {"faulthandler", is_faulthandler_text, parse_faulthandler_text},
    {"swift-backtrace", is_swift_backtrace, parse_swift_backtrace},
    {"panic", is_panic_text, parse_panic},
    {"text", [](std::string_view) { return true; }, parse_crash_text},
});

}  // namespace

std::span<const ReportSource> report_sources() { return kSources; }

}  // namespace faultline
