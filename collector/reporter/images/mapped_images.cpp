#include "collector/reporter/images/mapped_images.h"

#include <algorithm>

namespace faultline {

std::vector<std::string> images_in_vmmap(std::string_view text) {
  constexpr std::string_view kSegment = "__TEXT ";
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    // `__TEXT  1045a8000-1045ac000  [ 16K …] r-x/r-x SM=COW  /usr/lib/x y.dylib`: a path may have blanks.
    if (!line.starts_with(kSegment)) continue;
    const std::size_t path = line.find(" /");
    if (path == std::string_view::npos) continue;
    const std::string_view file = line.substr(line.find_last_of('/') + 1);
    const std::size_t end = file.find_last_not_of(" \t\r");
    if (end != std::string_view::npos) names.emplace_back(file.substr(0, end + 1));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace faultline
