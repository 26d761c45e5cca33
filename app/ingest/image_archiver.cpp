#include "app/ingest/image_archiver.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "core/text/glob.h"

namespace faultline {

ImageArchiver::ImageArchiver(std::vector<std::string> patterns, SymbolArchive archive, RunObserver& observer)
    : patterns_(std::move(patterns)), archive_(std::move(archive)), observer_(observer) {}

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
    keep_file(path, image);
    std::filesystem::path bundle = path;
    bundle += ".dSYM";
    for (const auto& file : files_of_dsym(bundle)) keep_file(file, image);
  }
}

void ImageArchiver::keep_file(const std::filesystem::path& path, const Image& image) {
  const auto kept = archive_.add_image(path, image);
  if (!kept) {
    observer_.noted(fmt::format("Could not archive {}: {}", path.string(), kept.error().text()));
  } else if (*kept) {
    observer_.noted(fmt::format("The archive has {}, {}", path.string(), describe_slice((*kept)->slice)));
  }
}

}  // namespace faultline
