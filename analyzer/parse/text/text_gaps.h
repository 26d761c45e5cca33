// What a crash text lacks: cut off by whoever pasted it, or never there.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// True where the text says of itself that somebody made it up from memory, or where a crash is a piece
/// without process, time, exception or threads. `report`: what was read of it.
bool is_reconstruction(std::string_view text, const CrashReport& report);

/// Adds an issue to a crash for each: no images behind its threads, frames in images that are not listed, a
/// crashed thread that is not there.
void note_gaps(std::string_view text, CrashReport& report);

}  // namespace faultline
