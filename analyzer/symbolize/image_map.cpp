#include "analyzer/symbolize/image_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace faultline {

ImageMap ImageMap::build(std::span<const Image> images, std::vector<Issue>& issues) {
  std::map<RuntimeAddress, Range> taken;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image& image = images[i];
    if (image.size_bytes == 0 || image.source == "A") continue;
    if (image.size_bytes - 1 > UINT64_MAX - image.base.value) {
      issues.push_back({fmt::format("/usedImages/{}", i), "the image runs past the end of memory"});
      continue;
    }
    const Range range{image.base, {image.base.value + image.size_bytes - 1}, i};
    // What is taken lies apart, so only the neighbours of the place can overlap.
    const auto after = taken.upper_bound(range.first);
    const Range* other = nullptr;
    if (after != taken.end() && after->second.first <= range.last) other = &after->second;
    if (after != taken.begin() && std::prev(after)->second.last >= range.first) {
      other = &std::prev(after)->second;
    }
    if (other != nullptr) {
      issues.push_back({fmt::format("/usedImages/{}", i),
                        fmt::format("overlaps image {}, which is listed first", other->image_index)});
      continue;
    }
    taken.emplace_hint(after, range.first, range);
  }
  ImageMap map;
  for (const auto& [first, range] : taken) map.ranges_.push_back(range);
  return map;
}

std::optional<ImageHit> ImageMap::find(RuntimeAddress address) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](RuntimeAddress a, const Range& b) { return a < b.first; });
  if (after == ranges_.begin()) return std::nullopt;
  const Range& range = *std::prev(after);
  if (address > range.last) return std::nullopt;
  return ImageHit{range.image_index, address - range.first};
}

}  // namespace faultline
