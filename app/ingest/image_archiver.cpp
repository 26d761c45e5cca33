#include "app/ingest/image_archiver.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "core/text/glob.h"

namespace faultline {

ImageArchiver::ImageArchiver(std::vector<std::string> patterns, SymbolArchive archive, RunObserver& observer,
                             std::vector<std::filesystem::path> cache_places)
    : patterns_(std::move(patterns)),
      archive_(std::move(archive)),
      observer_(observer),
      caches_(std::move(cache_places)) {}

bool ImageArchiver::wants(const Image& image) const {
  const std::string name = image.display_name();
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const std::string& pattern) { return fits_glob(name, pattern); });
}

void ImageArchiver::keep(const CrashReport& report) {
  if (patterns_.empty()) return;
  for (const auto& image : report.images) {
    const std::filesystem::path path = image.path.value_or("");
    if (!image.uuid || image.uuid->is_zero() || !path.is_absolute() || !wants(image)) continue;
    if (!seen_.emplace(image.uuid, image.build_id, path.string()).second) continue;
    std::error_code absent;
    if (std::filesystem::exists(path, absent)) {
      keep_file(path, image);
    } else {
      std::vector<Issue> other_builds;  // A report from elsewhere: as with files on disk, no word about them.
      if (const auto cached = caches_.find(image, other_builds))
        keep_file(cached->path, image, cached->origin);
    }
    std::filesystem::path bundle = path;
    bundle += ".dSYM";
    for (const auto& file : files_of_dsym(bundle)) keep_file(file, image);
  }
}

void ImageArchiver::keep_file(const std::filesystem::path& path, const Image& image,
                              const std::string& origin) {
  const auto kept = archive_.add_image(path, image, origin);
  if (!kept) {
    observer_.noted(fmt::format("Could not archive {}: {}", origin.empty() ? path.string() : origin,
                                kept.error().text()));
  } else if (*kept) {
    observer_.noted(fmt::format("The archive has {}, {}", origin.empty() ? path.string() : origin,
                                describe_slice((*kept)->slice)));
  }
}

}  // namespace faultline
