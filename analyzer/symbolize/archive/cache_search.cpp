#include "analyzer/symbolize/archive/cache_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "analyzer/symbolize/shared_cache/cache_folder.h"
#include "analyzer/symbolize/shared_cache/extracted_image.h"
#include "core/files/text_file.h"

namespace faultline {

namespace fs = std::filesystem;

CacheSearch::~CacheSearch() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void CacheSearch::open_caches(std::vector<Issue>& issues) {
  opened_ = true;
  for (const auto& place : places_) {
    for (const auto& main_file : find_main_cache_files(place, issues)) {
      auto cache = DyldCache::open(main_file);
      if (!cache) {
        issues.push_back({main_file.string(), cache.error().text()});
        continue;
      }
      if (const auto damage = cache->damage()) issues.push_back({main_file.string(), *damage});
      caches_.push_back({main_file, std::move(*cache)});
    }
  }
}

std::optional<CachedImageFile> CacheSearch::find(const Image& image, std::vector<Issue>& issues) {
  if (!image.uuid || image.uuid->is_zero()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!opened_) open_caches(issues);
  if (const auto known = copies_.find(*image.uuid); known != copies_.end()) return known->second;
  for (const auto& each : caches_) {
    const CachedImage* found = each.cache.find(*image.uuid);
    if (found == nullptr) continue;
    return copies_[*image.uuid] = copy_out(each, *found, *image.uuid, issues);
  }
  std::string held;
  for (const auto& each : caches_) {
    const CachedImage* other = image.path ? each.cache.find_path(*image.path) : nullptr;
    if (other == nullptr || !other->uuid) continue;
    held += (held.empty() ? "" : ", ") + other->uuid->text();
  }
  if (!held.empty()) {
    issues.push_back(
        {caches_.front().main_file.string(), fmt::format("refused: holds {}, but {} in the report is {}",
                                                         held, image.display_name(), image.uuid->text())});
  }
  copies_[*image.uuid] = std::nullopt;
  return std::nullopt;
}

std::optional<CachedImageFile> CacheSearch::copy_out(const OpenCache& from, const CachedImage& image,
                                                     const Uuid& uuid, std::vector<Issue>& issues) {
  const auto refuse = [&](const std::string& why) -> std::optional<CachedImageFile> {
    issues.push_back({from.main_file.string(), why});
    return std::nullopt;
  };
  const auto bytes = extract_image(from.cache, image);
  if (!bytes) return refuse(bytes.error().text());
  if (folder_.empty()) {
    std::error_code failed;
    auto base = fs::temp_directory_path(failed);
    std::string pattern = ((failed ? fs::path("/tmp") : base) / "faultline-images-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return refuse("there is no temporary folder for its images");
    folder_ = pattern;
  }
  CachedImageFile copy;
  copy.path = folder_ / uuid.text();
  copy.origin = cached_image_origin(from.main_file, image);
  if (const auto written = write_file_atomically(copy.path, *bytes); !written) {
    return refuse(written.error().text());
  }
  return copy;
}

std::string cached_image_origin(const fs::path& main_file, const CachedImage& image) {
  return main_file.string() + ": " + image.path;
}

}  // namespace faultline
