// The sections of a crash page, each from the part of the analysis that it tells.

#pragma once

#include <vector>

#include "reports/documents/crash_page.h"
#include "reports/documents/document.h"

namespace faultline {

PageSection fault_section(const Analysis& analysis);
PageSection site_section(const Analysis& analysis, const CrashPageContext& context);
PageSection system_section(const Analysis& analysis, const CrashPageContext& context);
/// Panics and GPU events.
PageSection event_section(const Analysis& analysis);
PageSection exception_section(const Analysis& analysis);
PageSection stack_section(const Analysis& analysis);
/// Empty unless it was asked for.
PageSection instructions_section(const CrashPageContext& context);
/// Four registers to a line are 110 columns wide, two are 55.
PageSection registers_section(const Analysis& analysis, std::size_t per_line = 4);
PageSection memory_section(const Analysis& analysis);
PageSection others_section(const Analysis& analysis);
PageSection images_section(const Analysis& analysis);
/// What the report does not tell, said so that nobody reads it into the page.
PageSection unknown_section(const Analysis& analysis, const CrashPageContext& context);

}  // namespace faultline
