// One file of a dyld shared cache: what its header says, checked against its size.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/shared_cache/cache_pointer.h"
#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"

namespace faultline {

/// Bytes of the file that lie at an unslid address.
struct CacheMapping {
  LinkAddress first;
  std::string_view bytes;
  CachePointers pointers;
};

/// One image as the main file lists it.
struct CachedImage {
  std::optional<Uuid>
      uuid;             ///< Lists before dyld_cache_image_text_info have none: DyldCache reads the image's.
  LinkAddress address;  ///< Unslid, of its Mach-O header.
  std::string path;
};

struct SubCacheEntry {
  Uuid uuid;
  std::string suffix;  ///< Of the file name: `.1`, `.25.data`; never with a slash.
};

/// Which nlist entries are the local symbols of one image.
struct LocalSymbolRange {
  std::uint64_t image_offset = 0;  ///< From the cache's base to the image's header.
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Ownership: keeps the mapping of the file, or, if made by parse(), views of bytes that must outlive it.
/// Nothing is read but what is asked for. Threads: immutable.
class CacheFile {
 public:
  /// Fails where the file cannot be mapped or is no file of a shared cache.
  static Result<CacheFile> open(const std::filesystem::path& path);
  static Result<CacheFile> parse(std::string_view bytes);

  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  /// Those that lie in the file; what leaves it is cut off.
  [[nodiscard]] const std::vector<CacheMapping>& mappings() const { return mappings_; }
  [[nodiscard]] const std::vector<SubCacheEntry>& sub_caches() const { return sub_caches_; }
  /// Of the file with the local symbols; none where they are in the main file, or nowhere.
  [[nodiscard]] const std::optional<Uuid>& symbol_file_uuid() const { return symbol_file_uuid_; }
  /// True if sub-caches of `NAME.development` are called after `NAME`.
  [[nodiscard]] bool is_universal() const { return is_universal_; }
  /// Offset of ObjCOptimizationHeader from the cache's base.
  [[nodiscard]] const std::optional<std::uint64_t>& objc_header_offset() const { return objc_header_offset_; }
  /// True if there is a list of images: only the main file has one.
  [[nodiscard]] bool lists_images() const { return image_count_ > 0 || image_text_count_ > 0; }

  /// The list of images, read at each call. What cannot be read of it is told in `damage`.
  [[nodiscard]] std::vector<CachedImage> images(std::vector<std::string>& damage) const;
  /// Which local symbols each image has, read at each call; empty where the file has none.
  [[nodiscard]] std::vector<LocalSymbolRange> local_symbol_ranges(std::vector<std::string>& damage) const;
  /// The nlist entries from one of these ranges on, and the strings that they name.
  [[nodiscard]] ByteView local_nlist(const LocalSymbolRange& range, bool wide) const;
  [[nodiscard]] ByteView local_strings() const;

  /// What is wrong with the header and the tables that it names, each in a few words.
  [[nodiscard]] const std::vector<std::string>& damage() const { return damage_; }

 private:
  struct LocalTables {
    ByteView all;  // From dyld_cache_local_symbols_info on.
    std::uint32_t nlist_offset = 0;
    std::uint32_t nlist_count = 0;
    std::uint32_t strings_offset = 0;
    std::uint32_t strings_size = 0;
    std::uint32_t entries_offset = 0;
    std::uint32_t entries_count = 0;
  };

  /// True if the header is long enough to have a field that ends before `end`.
  [[nodiscard]] bool has_field(std::uint64_t end) const { return end <= header_size_; }
  void read_mappings();
  void add_mapping(std::uint64_t at, std::uint64_t slide_info_offset, std::uint64_t slide_info_size);
  void read_image_tables();
  void read_sub_caches();
  void read_local_tables();

  std::optional<MappedFile> file_;
  ByteView view_;
  std::uint64_t header_size_ = 0;
  Uuid uuid_;
  std::vector<CacheMapping> mappings_;
  std::vector<SubCacheEntry> sub_caches_;
  std::optional<Uuid> symbol_file_uuid_;
  bool is_universal_ = false;
  std::optional<std::uint64_t> objc_header_offset_;
  std::uint64_t image_offset_ = 0;
  std::uint64_t image_count_ = 0;
  std::uint64_t image_text_offset_ = 0;
  std::uint64_t image_text_count_ = 0;
  std::optional<LocalTables> locals_;
  std::vector<std::string> damage_;
};

/// True if the first bytes of the file are those of a shared cache: for walks over folders.
bool may_be_cache_file(const std::filesystem::path& path);

}  // namespace faultline
