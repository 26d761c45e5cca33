#include "reports/documents/frame_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace faultline {

std::string frame_image_text(const CrashReport& report, const Frame& frame) {
  if (frame.region) return *frame.region;
  const Image* image = report.image_of(frame);
  return image != nullptr ? image->display_name() : frame.image_name.value_or("???");
}

std::string frame_symbol_text(const Frame& frame, const std::string& unnamed) {
  std::string text = frame.symbol.value_or(unnamed);
  if (frame.symbol) {
    if (frame.symbol_location) text += fmt::format(" + {}", *frame.symbol_location);
    if (frame.source_file) {
      text += " (" + *frame.source_file;
      if (frame.source_line) text += fmt::format(":{}", *frame.source_line);
      text += ")";
    }
  }
  if (frame.inlined) text += " [inlined]";
  // A name may hold line ends; a stack must not.
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace faultline
