// Frames, threads, registers and images as Apple's text lays them out.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/crash_report.h"

namespace faultline {

/// Header of what crashed before its platform was known, as in Rosetta's runtime.
inline constexpr std::int64_t kUnknownApplePlatform = 0;

/// The layouts differ by who wrote them, not by what is in the report.
enum class AppleLayout {
  macos12,  ///< macOS 12 to 15.
  macos26,
  embedded,   ///< iOS and its like.
  simulator,  ///< The embedded layout with the lines of macOS.
};

void append_frames(std::string& out, const CrashReport& report, const std::vector<Frame>& frames,
                   AppleLayout layout);

/// All threads, a blank line after each.
void append_threads(std::string& out, const CrashReport& report, AppleLayout layout);

/// Registers of the crashed thread and, for x86, the bytes around the pc; with the blank line after.
void append_thread_state(std::string& out, const CrashReport& report);

/// The list with its heading and the blank line after.
void append_images(std::string& out, const CrashReport& report, AppleLayout layout);

}  // namespace faultline
