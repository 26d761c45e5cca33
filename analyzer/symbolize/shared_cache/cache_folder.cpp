#include "analyzer/symbolize/shared_cache/cache_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "analyzer/symbolize/shared_cache/cache_file.h"
#include "analyzer/symbolize/shared_cache/cache_layout.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

/// The parts of `NAME.development` may be called after `NAME`.
bool is_part_of(const fs::path& part, const fs::path& main_file) {
  std::string stem = main_file.string();
  if (part.string().starts_with(stem + ".")) return true;
  if (!stem.ends_with(cache_layout::kDevelopmentSuffix)) return false;
  stem.resize(stem.size() - cache_layout::kDevelopmentSuffix.size());
  return part.string().starts_with(stem + ".");
}

}  // namespace

std::vector<fs::path> main_cache_files(std::vector<fs::path> files, std::vector<Issue>& issues) {
  std::sort(files.begin(), files.end());
  std::vector<fs::path> mains;
  std::vector<fs::path> parts;
  for (const auto& path : files) {
    const auto file = CacheFile::open(path);
    (file && file->lists_images() ? mains : parts).push_back(path);
  }
  std::erase_if(parts, [&](const fs::path& part) {
    return std::any_of(mains.begin(), mains.end(),
                       [&](const fs::path& main_file) { return is_part_of(part, main_file); });
  });
  if (!parts.empty()) {
    issues.push_back(
        {parts.front().string(),
         parts.size() == 1
             ? "part of a dyld shared cache whose main file lists no images or is not here: name its folder"
             : fmt::format("and {} more: parts of a dyld shared cache whose main file lists no images or "
                           "is not here",
                           parts.size() - 1)});
  }
  return mains;
}

std::vector<fs::path> find_main_cache_files(const fs::path& place, std::vector<Issue>& issues) {
  std::vector<fs::path> files;
  std::error_code failed;
  if (!fs::is_directory(place, failed)) {
    if (may_be_cache_file(place)) files.push_back(place);
    return main_cache_files(std::move(files), issues);
  }
  for (fs::directory_iterator it(place, failed), end; !failed && it != end; it.increment(failed)) {
    if (may_be_cache_file(it->path())) files.push_back(it->path());
  }
  return main_cache_files(std::move(files), issues);
}

}  // namespace faultline
