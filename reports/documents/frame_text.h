// One frame of a stack in words, for pages; the text of macOS itself has rules of its own (apple_text).

#pragma once

#include <string>

#include "core/model/crash_report.h"

namespace faultline {

/// The name of the frame's image, or of the region that it lies in; `???` where the report has neither.
std::string frame_image_text(const CrashReport& report, const Frame& frame);

/// `-[Encoder setPipeline:] + 32 (Encoder.m:41) [inlined]`, as far as it is known; `unnamed` where the
/// frame has no symbol. On one line, otherwise unescaped.
std::string frame_symbol_text(const Frame& frame, const std::string& unnamed);

}  // namespace faultline
