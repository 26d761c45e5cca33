// Legacy and translated crash text -> CrashReport + issues.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// Reads the text that macOS 12 and later show for a report (layouts 12 to 15, 26, embedded), the
/// `.crash` files of older systems, and pieces of either; also panic texts.
///
/// Line oriented: a line that it does not know is passed over, so that prose before, between and after
/// does no harm. Never fails; where nothing was recognised the kind is `unreadable`. Frames get their
/// image by address, from the list at the text's end; `address` and `image_name` of a frame stay where
/// that is not possible. The kind is `crash` for anything with an exception or a crashed thread, `hang`
/// for samples, `resource` for limits that were exceeded.
///
/// The origin is `reconstructed` where the text says so of itself, or is a piece without process, time
/// or exception.
CrashReport parse_crash_text(std::string_view text);

/// Reads the frames, threads and header lines of `text` into a report that the JSON header began
/// (older systems: text under a JSON header line). The kind in `report` stays as it is.
void parse_crash_text_into(std::string_view text, CrashReport& report);

}  // namespace faultline
