// The sections of a crash page, each from the part of the analysis that it tells.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/documents/crash_page.h"
#include "reports/documents/document.h"

namespace faultline {

/// The sentence of a fault as it begins a paragraph.
std::string fault_sentence_text(const FaultExplanation& fault);
/// From start to crash: `0.105 s`; absent where the report lacks one of the times.
std::optional<std::string> process_uptime_text(const CrashReport& report);

DocumentSection fault_section(const Analysis& analysis);
DocumentSection site_section(const Analysis& analysis, const CrashPageContext& context);
DocumentSection system_section(const Analysis& analysis, const CrashPageContext& context);
/// Panics and GPU events.
DocumentSection event_section(const Analysis& analysis);
DocumentSection exception_section(const Analysis& analysis);
DocumentSection stack_section(const Analysis& analysis);
/// Empty unless it was asked for.
DocumentSection instructions_section(const CrashPageContext& context);
/// Four registers to a line are 110 columns wide, two are 55.
DocumentSection registers_section(const Analysis& analysis, std::size_t per_line = 4);
DocumentSection memory_section(const Analysis& analysis);
DocumentSection others_section(const Analysis& analysis);
DocumentSection images_section(const Analysis& analysis);
/// What the report does not tell, said so that nobody reads it into the page.
DocumentSection unknown_section(const Analysis& analysis, const CrashPageContext& context);

}  // namespace faultline
