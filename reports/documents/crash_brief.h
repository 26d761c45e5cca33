// One crash on one screen: what `show` says first.

#pragma once

#include <cstddef>
#include <string>

#include "core/model/analysis.h"
#include "reports/documents/crash_page.h"

namespace faultline {

/// A screen has as many lines at most.
inline constexpr std::size_t kBriefLines = 20;

/// The sentence, the site, the thread with the frames around the place, process and system, the trial with
/// its command, what speaks against it, and the next commands. Text for a terminal, escaped; each line of at
/// most `width` columns (0: no limit), the frames by short names.
std::string crash_brief_text(const Analysis& analysis, const CrashPageContext& context,
                             std::size_t width = 0);

}  // namespace faultline
