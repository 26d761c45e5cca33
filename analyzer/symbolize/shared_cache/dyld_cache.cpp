#include "analyzer/symbolize/shared_cache/dyld_cache.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/symbolize/shared_cache/cache_layout.h"

namespace faultline {
namespace {

constexpr std::string_view kSymbolsSuffix = ".symbols";

}  // namespace

Result<DyldCache> DyldCache::open(const std::filesystem::path& main_file) {
  std::string stem = main_file.string();
  return assemble([&](const std::string& suffix) -> Result<CacheFile> {
    if (!suffix.empty()) return CacheFile::open(stem + suffix);
    TRY_ASSIGN(auto file, CacheFile::open(main_file));
    if (file.is_universal() && stem.ends_with(cache_layout::kDevelopmentSuffix)) {
      stem.resize(stem.size() - cache_layout::kDevelopmentSuffix.size());
    }
    return file;
  });
}

Result<DyldCache> DyldCache::assemble(const FileOpener& open_file) {
  DyldCache cache;
  TRY_ASSIGN(auto main, open_file(""));
  if (!main.lists_images()) {
    return fail(ErrorKind::symbols, "lists no images: name the main file of the shared cache, or its folder");
  }
  const auto sub_caches = main.sub_caches();
  const auto symbol_file = main.symbol_file_uuid();
  if (!main.mappings().empty()) cache.base_ = main.mappings().front().first;
  cache.images_ = main.images(cache.damage_);
  cache.add_file(std::move(main), "");
  for (const auto& entry : sub_caches) {
    auto file = open_file(entry.suffix);
    if (!file) {
      cache.damage_.push_back(fmt::format("sub-cache {}: {}", entry.suffix, file.error().text()));
    } else if (file->uuid() != entry.uuid) {
      cache.damage_.push_back(fmt::format("sub-cache {} refused: is {}, but the cache wants {}", entry.suffix,
                                          file->uuid().text(), entry.uuid.text()));
    } else {
      cache.add_file(std::move(*file), entry.suffix);
    }
  }
  if (symbol_file) {
    // Not every system comes with it.
    auto file = open_file(std::string(kSymbolsSuffix));
    if (file && file->uuid() != *symbol_file) {
      cache.damage_.push_back(fmt::format("{} refused: is {}, but the cache wants {}", kSymbolsSuffix,
                                          file->uuid().text(), symbol_file->text()));
    } else if (file) {
      cache.symbol_file_ = cache.files_.size();
      cache.add_file(std::move(*file), std::string(kSymbolsSuffix));
    }
  } else {
    cache.symbol_file_ = 0;
  }
  cache.sort_mappings();
  cache.read_missing_uuids();
  cache.read_local_ranges();
  cache.find_selector_base();
  return cache;
}

void DyldCache::add_file(CacheFile file, const std::string& suffix) {
  for (const auto& text : file.damage()) {
    damage_.push_back(suffix.empty() ? text : fmt::format("{}: {}", suffix, text));
  }
  // The symbols file repeats the mapping of its own header, which is no part of the cache's memory.
  if (suffix != kSymbolsSuffix) {
    mappings_.insert(mappings_.end(), file.mappings().begin(), file.mappings().end());
  }
  files_.push_back(std::move(file));
}

void DyldCache::sort_mappings() {
  std::stable_sort(mappings_.begin(), mappings_.end(),
                   [](const CacheMapping& a, const CacheMapping& b) { return a.first < b.first; });
  std::vector<CacheMapping> apart;
  for (const auto& mapping : mappings_) {
    if (mapping.bytes.empty()) continue;
    if (!apart.empty() && mapping.first.value - apart.back().first.value < apart.back().bytes.size()) {
      damage_.push_back(fmt::format("two mappings overlap at {:#x}", mapping.first.value));
      continue;
    }
    apart.push_back(mapping);
  }
  mappings_ = std::move(apart);
}

void DyldCache::read_local_ranges() {
  if (!symbol_file_) return;
  local_ranges_ = files_[*symbol_file_].local_symbol_ranges(damage_);
  std::stable_sort(
      local_ranges_.begin(), local_ranges_.end(),
      [](const LocalSymbolRange& a, const LocalSymbolRange& b) { return a.image_offset < b.image_offset; });
}

void DyldCache::read_missing_uuids() {
  for (auto& image : images_) {
    if (image.uuid) continue;
    if (const auto header = MachOFile::parse(bytes_from(image.address))) image.uuid = header->uuid();
  }
}

void DyldCache::find_selector_base() {
  if (const auto offset = files_.front().objc_header_offset()) {
    const auto bytes = bytes_at({base_.value + *offset + cache_layout::kObjcSelectorBase}, 8);
    const auto distance = bytes ? *ByteView(*bytes).little<std::uint64_t>(0) : 0;
    if (distance != 0) selector_base_ = LinkAddress{base_.value + distance};
    return;
  }
  const CachedImage* libobjc = find_path(cache_layout::kLibobjcPath);
  if (libobjc == nullptr) return;
  const auto header = MachOFile::parse(bytes_from(libobjc->address));
  if (!header) return;
  for (const auto& section : header->sections()) {
    if (section.segment != "__TEXT" || section.name != "__objc_opt_ro") continue;
    const auto bytes = bytes_at(section.address, cache_layout::kObjcOptSelectorBase + 8);
    if (!bytes) return;
    const ByteView table(*bytes);
    const auto distance = *table.little<std::uint64_t>(cache_layout::kObjcOptSelectorBase);
    if (table.little<std::uint32_t>(0) == cache_layout::kObjcOptVersion && distance != 0) {
      selector_base_ = LinkAddress{section.address.value + distance};
    }
    return;
  }
}

const CachedImage* DyldCache::find(const Uuid& uuid) const {
  const auto found = std::find_if(images_.begin(), images_.end(),
                                  [&](const CachedImage& image) { return image.uuid == uuid; });
  return found == images_.end() ? nullptr : &*found;
}

const CachedImage* DyldCache::find_path(std::string_view path) const {
  const auto found = std::find_if(images_.begin(), images_.end(),
                                  [&](const CachedImage& image) { return image.path == path; });
  return found == images_.end() ? nullptr : &*found;
}

const CacheMapping* DyldCache::mapping_of(LinkAddress address) const {
  auto after = std::upper_bound(
      mappings_.begin(), mappings_.end(), address,
      [](LinkAddress wanted, const CacheMapping& mapping) { return wanted < mapping.first; });
  if (after == mappings_.begin()) return nullptr;
  const CacheMapping& mapping = *std::prev(after);
  return address.value - mapping.first.value < mapping.bytes.size() ? &mapping : nullptr;
}

std::string_view DyldCache::bytes_from(LinkAddress address) const {
  const CacheMapping* mapping = mapping_of(address);
  return mapping == nullptr ? std::string_view()
                            : mapping->bytes.substr(address.value - mapping->first.value);
}

std::optional<std::string_view> DyldCache::bytes_at(LinkAddress address, std::uint64_t size) const {
  return ByteView(bytes_from(address)).slice(0, size);
}

std::optional<std::string_view> DyldCache::c_string_at(LinkAddress address) const {
  return ByteView(bytes_from(address)).c_string(0, 4096);
}

std::optional<FilePointer> DyldCache::pointer_at(LinkAddress location) const {
  const CacheMapping* mapping = mapping_of(location);
  if (mapping == nullptr) return std::nullopt;
  const auto raw = ByteView(mapping->bytes).little<std::uint64_t>(location.value - mapping->first.value);
  if (!raw) return std::nullopt;
  return FilePointer{decode_cache_pointer(*raw, mapping->pointers), {}};
}

std::vector<MachSymbol> DyldCache::local_symbols(const CachedImage& image, const MachOFile& header) const {
  if (!symbol_file_ || image.address < base_) return {};
  const std::uint64_t offset = image.address.value - base_.value;
  const auto range = std::lower_bound(
      local_ranges_.begin(), local_ranges_.end(), offset,
      [](const LocalSymbolRange& each, std::uint64_t wanted) { return each.image_offset < wanted; });
  if (range == local_ranges_.end() || range->image_offset != offset) return {};
  const CacheFile& file = files_[*symbol_file_];
  return read_mach_symbols(file.local_nlist(*range, header.is_64_bit()), range->count, file.local_strings(),
                           header);
}

std::optional<std::string> DyldCache::damage() const {
  if (damage_.empty()) return std::nullopt;
  if (damage_.size() == 1) return damage_.front();
  return fmt::format("{}, and {} more", damage_.front(), damage_.size() - 1);
}

}  // namespace faultline
