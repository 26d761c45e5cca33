#include <fmt/format.h>

#include <set>

#include "collector/reporter/images/mapped_images.h"
#include "collector/reporter/images/memory_map.h"
#include "core/files/text_file.h"

namespace faultline {

std::vector<std::string> mapped_images(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/maps", pid));
  if (!text) return {};
  std::set<std::string> names;
  for (const Mapping& mapping : parse_memory_map(*text)) {
    if (mapping.path.starts_with('/')) names.insert(mapping.path.substr(mapping.path.find_last_of('/') + 1));
  }
  return {names.begin(), names.end()};
}

}  // namespace faultline
