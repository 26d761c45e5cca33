#include "collector/reporter/images/image_watch.h"

#include <algorithm>
#include <utility>

#include "core/text/glob.h"

namespace faultline {

ImageWatch::ImageWatch(std::string pattern, Look look)
    : pattern_(std::move(pattern)), look_(std::move(look)) {}

/// False where nothing could be looked at.
bool ImageWatch::look(pid_t pid) {
  if (!is_looking()) return true;
  const auto images = look_(pid);
  seen_ = std::any_of(images.begin(), images.end(),
                      [&](const std::string& name) { return fits_glob(name, pattern_); });
  return !images.empty();
}

void ImageWatch::glance(pid_t pid) { look(pid); }

void ImageWatch::look_at_end(pid_t pid, bool is_command) {
  if (is_looking() && look(pid) && is_command) looked_at_end_ = true;
}

std::optional<bool> ImageWatch::seen() const {
  if (seen_) return true;
  if (!looked_at_end_) return std::nullopt;
  return false;
}

}  // namespace faultline
