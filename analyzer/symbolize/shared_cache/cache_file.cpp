#include "analyzer/symbolize/shared_cache/cache_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/BinaryFormat/MachO.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "analyzer/symbolize/shared_cache/cache_layout.h"
#include "core/base/scoped_fd.h"

namespace faultline {
namespace {

namespace layout = cache_layout;

// Real caches have some 60 files, 10 mappings in each, and 4,000 images; a damaged count must end somewhere.
constexpr std::uint64_t kMostMappings = 256;
constexpr std::uint64_t kMostSubCaches = 256;
constexpr std::uint64_t kMostImages = 65536;

std::optional<Uuid> uuid_at(ByteView view, std::uint64_t offset) {
  const auto raw = view.slice(offset, 16);
  if (!raw) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::transform(raw->begin(), raw->end(), bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  const Uuid uuid(bytes);
  if (uuid.is_zero()) return std::nullopt;
  return uuid;
}

}  // namespace

Result<CacheFile> CacheFile::open(const std::filesystem::path& path) {
  TRY_ASSIGN(auto file, MappedFile::open(path));
  TRY_ASSIGN(auto cache, parse(file.bytes()));
  cache.file_ = std::move(file);
  return cache;
}

Result<CacheFile> CacheFile::parse(std::string_view bytes) {
  CacheFile cache;
  cache.view_ = ByteView(bytes);
  const auto header_size = cache.view_.little<std::uint32_t>(layout::kMappingOffset);
  if (!bytes.starts_with(layout::kMagic) || bytes.size() < layout::kMagicSize || !header_size) {
    return fail(ErrorKind::symbols, "no file of a dyld shared cache");
  }
  // The mappings stand behind the header, which ends with the fields that its system knew.
  cache.header_size_ = std::min<std::uint64_t>(*header_size, bytes.size());
  cache.uuid_ = uuid_at(cache.view_, layout::kUuid).value_or(Uuid());
  if (cache.has_field(layout::kCacheType + 8)) {
    cache.is_universal_ =
        cache.view_.little<std::uint64_t>(layout::kCacheType) == layout::kUniversalCacheType;
  }
  cache.read_mappings();
  cache.read_image_tables();
  cache.read_sub_caches();
  cache.read_local_tables();
  if (cache.has_field(layout::kObjcOptsSize + 8)) {
    const auto offset = cache.view_.little<std::uint64_t>(layout::kObjcOptsOffset).value_or(0);
    if (offset != 0) cache.objc_header_offset_ = offset;
  }
  return cache;
}

void CacheFile::read_mappings() {
  const bool with_slide = has_field(layout::kMappingWithSlideCount + 4);
  const auto count_at = with_slide ? layout::kMappingWithSlideCount : layout::kMappingCount;
  const auto offset_at = with_slide ? layout::kMappingWithSlideOffset : layout::kMappingOffset;
  const std::uint64_t count = view_.little<std::uint32_t>(count_at).value_or(0);
  const std::uint64_t offset = view_.little<std::uint32_t>(offset_at).value_or(0);
  const std::uint64_t size = with_slide ? layout::kSlideMappingSize : layout::kMappingSize;
  if (count > kMostMappings) damage_.push_back(fmt::format("claims {} mappings", count));
  for (std::uint64_t i = 0; i < std::min(count, kMostMappings); ++i) {
    const std::uint64_t at = offset + i * size;
    if (!view_.slice(at, size)) {
      damage_.push_back("its list of mappings leaves the file");
      return;
    }
    if (with_slide) {
      add_mapping(at, *view_.little<std::uint64_t>(at + layout::kSlideMappingInfoOffset),
                  *view_.little<std::uint64_t>(at + layout::kSlideMappingInfoSize));
    } else {
      // Before each mapping had its own, there was one slide info, of the second mapping: the data.
      const auto info = view_.little<std::uint64_t>(layout::kSlideInfoOffsetOld).value_or(0);
      const auto info_size = view_.little<std::uint64_t>(layout::kSlideInfoOffsetOld + 8).value_or(0);
      add_mapping(at, i == 1 ? info : 0, i == 1 ? info_size : 0);
    }
  }
}

void CacheFile::add_mapping(std::uint64_t at, std::uint64_t slide_info_offset,
                            std::uint64_t slide_info_size) {
  CacheMapping mapping;
  mapping.first = {*view_.little<std::uint64_t>(at)};
  const auto size = *view_.little<std::uint64_t>(at + 8);
  const auto offset = *view_.little<std::uint64_t>(at + 16);
  if (size > UINT64_MAX - mapping.first.value) {
    damage_.push_back(fmt::format("the mapping at {:#x} runs past the end of memory", mapping.first.value));
    return;
  }
  if (!view_.slice(offset, size)) {
    damage_.push_back(fmt::format("the mapping at {:#x} leaves the file", mapping.first.value));
    if (offset >= view_.size()) return;
  }
  mapping.bytes = view_.bytes().substr(offset, size);
  if (slide_info_size != 0) {
    const auto info = view_.slice(slide_info_offset, slide_info_size);
    if (!info || !read_cache_pointers(ByteView(*info), mapping.pointers)) {
      damage_.push_back(
          fmt::format("how pointers of the mapping at {:#x} are written is not known", mapping.first.value));
    }
  }
  mappings_.push_back(mapping);
}

void CacheFile::read_image_tables() {
  const bool is_new = has_field(layout::kImagesCount + 4);
  image_offset_ =
      view_.little<std::uint32_t>(is_new ? layout::kImagesOffset : layout::kImagesOffsetOld).value_or(0);
  image_count_ =
      view_.little<std::uint32_t>(is_new ? layout::kImagesCount : layout::kImagesCountOld).value_or(0);
  if (!has_field(layout::kImagesTextCount + 8)) return;
  image_text_offset_ = view_.little<std::uint64_t>(layout::kImagesTextOffset).value_or(0);
  image_text_count_ = view_.little<std::uint64_t>(layout::kImagesTextCount).value_or(0);
}

std::vector<CachedImage> CacheFile::images(std::vector<std::string>& damage) const {
  const bool has_uuids = image_text_count_ > 0;
  const std::uint64_t count = has_uuids ? image_text_count_ : image_count_;
  const std::uint64_t offset = has_uuids ? image_text_offset_ : image_offset_;
  const std::uint64_t size = has_uuids ? layout::kImageTextSize : layout::kImageInfoSize;
  if (count > kMostImages) damage.push_back(fmt::format("claims {} images", count));
  std::vector<CachedImage> images;
  std::size_t without_path = 0;
  for (std::uint64_t i = 0; i < std::min(count, kMostImages); ++i) {
    const auto bytes = view_.slice(offset + i * size, size);
    if (!bytes) {
      damage.push_back("its list of images leaves the file");
      break;
    }
    const ByteView entry(*bytes);
    const auto path_at =
        *entry.little<std::uint32_t>(has_uuids ? layout::kImageTextPath : layout::kImageInfoPath);
    const auto path = view_.c_string(path_at, 4096);
    if (!path || path->empty()) ++without_path;
    CachedImage image;
    if (has_uuids) image.uuid = uuid_at(entry, 0);
    image.address = {*entry.little<std::uint64_t>(has_uuids ? layout::kImageTextAddress : 0)};
    image.path = path.value_or("");
    images.push_back(std::move(image));
  }
  if (without_path > 0) damage.push_back(fmt::format("{} images have no path", without_path));
  return images;
}

void CacheFile::read_sub_caches() {
  if (!has_field(layout::kSubCacheArrayCount + 4)) return;
  const std::uint64_t count = view_.little<std::uint32_t>(layout::kSubCacheArrayCount).value_or(0);
  const std::uint64_t offset = view_.little<std::uint32_t>(layout::kSubCacheArrayOffset).value_or(0);
  const bool has_suffix = header_size_ > layout::kCacheSubType;
  const std::uint64_t size = has_suffix ? layout::kSubCacheSize : layout::kSubCacheV1Size;
  if (has_field(layout::kSymbolFileUuid + 16)) symbol_file_uuid_ = uuid_at(view_, layout::kSymbolFileUuid);
  if (count > kMostSubCaches) damage_.push_back(fmt::format("claims {} sub-caches", count));
  for (std::uint64_t i = 0; i < std::min(count, kMostSubCaches); ++i) {
    const auto bytes = view_.slice(offset + i * size, size);
    if (!bytes) {
      damage_.push_back("its list of sub-caches leaves the file");
      return;
    }
    const ByteView entry(*bytes);
    SubCacheEntry sub_cache;
    sub_cache.uuid = uuid_at(entry, 0).value_or(Uuid());
    sub_cache.suffix = has_suffix ? std::string(*entry.fixed_string(layout::kSubCacheSuffix, 32))
                                  : fmt::format(".{}", i + 1);
    // The suffix names a file beside this one, and nothing else.
    if (sub_cache.suffix.size() < 2 || sub_cache.suffix.front() != '.' ||
        sub_cache.suffix.find('/') != std::string::npos) {
      damage_.push_back(fmt::format("sub-cache {} has no usable name", i + 1));
      continue;
    }
    sub_caches_.push_back(std::move(sub_cache));
  }
}

void CacheFile::read_local_tables() {
  if (header_size_ <= layout::kLocalSymbolsSize) return;
  const auto offset = view_.little<std::uint64_t>(layout::kLocalSymbolsOffset).value_or(0);
  const auto size = view_.little<std::uint64_t>(layout::kLocalSymbolsSize).value_or(0);
  if (offset == 0) return;
  const auto bytes = view_.slice(offset, size);
  LocalTables tables;
  tables.all = ByteView(bytes.value_or(std::string_view()));
  const auto field = [&](std::uint64_t at) { return tables.all.little<std::uint32_t>(at).value_or(0); };
  tables.nlist_offset = field(layout::kLocalNlistOffset);
  tables.nlist_count = field(layout::kLocalNlistCount);
  tables.strings_offset = field(layout::kLocalStringsOffset);
  tables.strings_size = field(layout::kLocalStringsSize);
  tables.entries_offset = field(layout::kLocalEntriesOffset);
  tables.entries_count = field(layout::kLocalEntriesCount);
  if (!bytes || !tables.all.slice(tables.strings_offset, tables.strings_size)) {
    damage_.push_back("its local symbols leave the file");
    return;
  }
  locals_ = tables;
}

std::vector<LocalSymbolRange> CacheFile::local_symbol_ranges(std::vector<std::string>& damage) const {
  std::vector<LocalSymbolRange> ranges;
  if (!locals_) return ranges;
  const bool is_wide = header_size_ >= layout::kSymbolFileUuid;
  const std::uint64_t size = is_wide ? layout::kLocalEntry64Size : layout::kLocalEntrySize;
  for (std::uint64_t i = 0; i < locals_->entries_count; ++i) {
    const auto bytes = locals_->all.slice(locals_->entries_offset + i * size, size);
    if (!bytes || i >= kMostImages) {
      damage.push_back("its list of local symbols leaves the file");
      break;
    }
    const ByteView entry(*bytes);
    LocalSymbolRange range;
    range.image_offset = is_wide ? *entry.little<std::uint64_t>(0) : *entry.little<std::uint32_t>(0);
    range.first = *entry.little<std::uint32_t>(is_wide ? 8 : 4);
    range.count = *entry.little<std::uint32_t>(is_wide ? 12 : 8);
    if (range.first > locals_->nlist_count || range.count > locals_->nlist_count - range.first) continue;
    ranges.push_back(range);
  }
  return ranges;
}

ByteView CacheFile::local_nlist(const LocalSymbolRange& range, bool wide) const {
  if (!locals_) return {};
  const std::uint64_t size = wide ? sizeof(llvm::MachO::nlist_64) : sizeof(llvm::MachO::nlist);
  const auto bytes = locals_->all.slice(locals_->nlist_offset + range.first * size, range.count * size);
  return ByteView(bytes.value_or(std::string_view()));
}

ByteView CacheFile::local_strings() const {
  if (!locals_) return {};
  return ByteView(
      locals_->all.slice(locals_->strings_offset, locals_->strings_size).value_or(std::string_view()));
}

bool may_be_cache_file(const std::filesystem::path& path) {
  ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, layout::kMagic.size()> raw{};
  return fd.valid() && ::read(fd.get(), raw.data(), raw.size()) == static_cast<ssize_t>(raw.size()) &&
         std::string_view(raw.data(), raw.size()) == layout::kMagic;
}

}  // namespace faultline
