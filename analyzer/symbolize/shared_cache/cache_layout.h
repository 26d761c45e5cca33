// Where things stand in the files of a dyld shared cache.
//
// Source of all of it: <mach-o/dyld_cache_format.h> of Apple's open dyld (the structures' names are given),
// and for the Objective-C part DyldSharedCache.h and objc-shared-cache.h beside it. All integers are
// little-endian. The header has grown with the systems, and its mappings stand right behind it: a field is
// there if it lies before dyld_cache_header.mappingOffset.

#pragma once

#include <cstdint>
#include <string_view>

namespace faultline::cache_layout {

/// Begins dyld_cache_header.magic in all versions; the architecture follows, right-aligned in 16 bytes.
inline constexpr std::string_view kMagic = "dyld_v1";
inline constexpr std::uint64_t kMagicSize = 16;

// dyld_cache_header
inline constexpr std::uint64_t kMappingOffset = 16;            // u32
inline constexpr std::uint64_t kMappingCount = 20;             // u32
inline constexpr std::uint64_t kImagesOffsetOld = 24;          // u32
inline constexpr std::uint64_t kImagesCountOld = 28;           // u32
inline constexpr std::uint64_t kSlideInfoOffsetOld = 56;       // u64: of the second mapping
inline constexpr std::uint64_t kLocalSymbolsOffset = 72;       // u64
inline constexpr std::uint64_t kLocalSymbolsSize = 80;         // u64
inline constexpr std::uint64_t kUuid = 88;                     // 16 bytes
inline constexpr std::uint64_t kCacheType = 104;               // u64
inline constexpr std::uint64_t kImagesTextOffset = 136;        // u64
inline constexpr std::uint64_t kImagesTextCount = 144;         // u64
inline constexpr std::uint64_t kMappingWithSlideOffset = 312;  // u32
inline constexpr std::uint64_t kMappingWithSlideCount = 316;   // u32
inline constexpr std::uint64_t kSubCacheArrayOffset = 392;     // u32
inline constexpr std::uint64_t kSubCacheArrayCount = 396;      // u32
inline constexpr std::uint64_t kSymbolFileUuid = 400;          // 16 bytes
inline constexpr std::uint64_t kImagesOffset = 448;            // u32
inline constexpr std::uint64_t kImagesCount = 452;             // u32
inline constexpr std::uint64_t kCacheSubType = 456;            // u32; with it sub-caches have a suffix
inline constexpr std::uint64_t kObjcOptsOffset = 464;          // u64, from the cache's base
inline constexpr std::uint64_t kObjcOptsSize = 472;            // u64

inline constexpr std::uint64_t kUniversalCacheType = 2;  // kDyldSharedCacheTypeUniversal
inline constexpr std::string_view kDevelopmentSuffix = ".development";

// dyld_cache_mapping_info: address, size, fileOffset
inline constexpr std::uint64_t kMappingSize = 32;
// dyld_cache_mapping_and_slide_info: the same three, slideInfoFileOffset, slideInfoFileSize, flags, …
inline constexpr std::uint64_t kSlideMappingSize = 56;
inline constexpr std::uint64_t kSlideMappingInfoOffset = 24;  // u64
inline constexpr std::uint64_t kSlideMappingInfoSize = 32;    // u64

// dyld_cache_image_info: address u64, modTime, inode, pathFileOffset u32
inline constexpr std::uint64_t kImageInfoSize = 32;
inline constexpr std::uint64_t kImageInfoPath = 24;
// dyld_cache_image_text_info: uuid, loadAddress u64, textSegmentSize u32, pathOffset u32
inline constexpr std::uint64_t kImageTextSize = 32;
inline constexpr std::uint64_t kImageTextAddress = 16;
inline constexpr std::uint64_t kImageTextPath = 28;

// dyld_subcache_entry_v1: uuid, cacheVMOffset u64; dyld_subcache_entry: the same and fileSuffix, 32 bytes
inline constexpr std::uint64_t kSubCacheV1Size = 24;
inline constexpr std::uint64_t kSubCacheSize = 56;
inline constexpr std::uint64_t kSubCacheSuffix = 24;

// dyld_cache_local_symbols_info: six u32; all offsets count from its own start
inline constexpr std::uint64_t kLocalNlistOffset = 0;
inline constexpr std::uint64_t kLocalNlistCount = 4;
inline constexpr std::uint64_t kLocalStringsOffset = 8;
inline constexpr std::uint64_t kLocalStringsSize = 12;
inline constexpr std::uint64_t kLocalEntriesOffset = 16;
inline constexpr std::uint64_t kLocalEntriesCount = 20;
// dyld_cache_local_symbols_entry: dylibOffset u32, nlistStartIndex u32, nlistCount u32;
// dyld_cache_local_symbols_entry_64: dylibOffset u64, then the same
inline constexpr std::uint64_t kLocalEntrySize = 12;
inline constexpr std::uint64_t kLocalEntry64Size = 16;

// dyld_cache_slide_info2: version u32, …, delta_mask u64, value_add u64
inline constexpr std::uint64_t kSlide2DeltaMask = 24;
inline constexpr std::uint64_t kSlide2ValueAdd = 32;
// dyld_cache_slide_info3 and 5: version u32, page_size u32, page_starts_count u32, padding, value_add u64
inline constexpr std::uint64_t kSlide3ValueAdd = 16;

// ObjCOptimizationHeader: version u32, flags u32, five u64, relativeMethodSelectorBaseAddressOffset u64
inline constexpr std::uint64_t kObjcSelectorBase = 48;
// objc_opt_t in __TEXT,__objc_opt_ro of libobjc: version u32, …, relativeMethodSelectorBaseAddressOffset i64,
// counted from the structure; there since version 16
inline constexpr std::string_view kLibobjcPath = "/usr/lib/libobjc.A.dylib";
inline constexpr std::uint32_t kObjcOptVersion = 16;
inline constexpr std::uint64_t kObjcOptSelectorBase = 40;

}  // namespace faultline::cache_layout
