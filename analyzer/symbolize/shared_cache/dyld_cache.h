// A dyld shared cache with all of its files: which images it holds, and what lies at an address.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/objc_metadata.h"
#include "analyzer/symbolize/shared_cache/cache_file.h"
#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// The libraries of a system, in which no file of theirs is on disk: one main file that lists them,
/// sub-caches beside it (`.1` in macOS 12, a suffix of their own since macOS 13), and a `.symbols` file on
/// some systems.
///
/// Opening it maps the files and reads headers and the list of images, a few hundred KiB; everything else is
/// read when it is asked for. All addresses are unslid. A file of another build than the main file names is
/// refused.
///
/// Ownership: keeps the mappings; views end with it. Move-only. Threads: immutable once open.
class DyldCache final : public ImageMemory {
 public:
  /// Fails where `main_file` is no cache, or one without a list of images (a sub-cache).
  static Result<DyldCache> open(const std::filesystem::path& main_file);

  /// A cache of files that `open_file` gives by the suffix of their name; the main file has none.
  using FileOpener = std::function<Result<CacheFile>(const std::string& suffix)>;
  static Result<DyldCache> assemble(const FileOpener& open_file);

  [[nodiscard]] const std::vector<CachedImage>& images() const { return images_; }
  /// Null where the cache has no such build.
  [[nodiscard]] const CachedImage* find(const Uuid& uuid) const;
  [[nodiscard]] const CachedImage* find_path(std::string_view path) const;

  /// From `address` to the end of its mapping; empty where nothing is mapped.
  [[nodiscard]] std::string_view bytes_from(LinkAddress address) const;
  [[nodiscard]] std::optional<std::string_view> bytes_at(LinkAddress address,
                                                         std::uint64_t size) const override;
  [[nodiscard]] std::optional<std::string_view> c_string_at(LinkAddress address) const override;
  [[nodiscard]] std::optional<FilePointer> pointer_at(LinkAddress location) const override;
  [[nodiscard]] std::optional<LinkAddress> selector_base() const override { return selector_base_; }

  /// The local symbols of an image whose load commands are `header`, names as they stand there.
  [[nodiscard]] std::vector<MachSymbol> local_symbols(const CachedImage& image,
                                                      const MachOFile& header) const;

  /// All that is wrong with the files, in one text; nullopt where nothing is.
  [[nodiscard]] std::optional<std::string> damage() const;

 private:
  void add_file(CacheFile file, const std::string& suffix);
  void sort_mappings();
  void read_missing_uuids();
  void read_local_ranges();
  void find_selector_base();
  [[nodiscard]] const CacheMapping* mapping_of(LinkAddress address) const;

  std::vector<CacheFile> files_;        // The main file first.
  std::vector<CacheMapping> mappings_;  // Ascending, no two overlapping.
  std::vector<CachedImage> images_;
  LinkAddress base_;
  std::optional<LinkAddress> selector_base_;
  std::optional<std::size_t> symbol_file_;      // In files_.
  std::vector<LocalSymbolRange> local_ranges_;  // Ascending by image.
  std::vector<std::string> damage_;
};

}  // namespace faultline
