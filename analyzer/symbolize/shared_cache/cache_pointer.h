// What a pointer in the data of a dyld shared cache points to, before the cache was slid.

#pragma once

#include <cstdint>

#include "analyzer/symbolize/files/byte_view.h"
#include "core/model/address.h"

namespace faultline {

/// How the pointers of one mapping are written: the version of its slide info, and what that version adds.
struct CachePointers {
  std::uint32_t version = 0;     ///< 0: none, pointers are plain addresses; so they are in version 1.
  std::uint64_t delta_mask = 0;  ///< Version 2: the bits that link one pointer to the next.
  std::uint64_t value_add = 0;   ///< Versions 2, 3 (authenticated ones only) and 5.
};

/// Reads the slide info that begins at the start of `info`. False for a version that is not in the table of
/// decode_cache_pointer(), and for one that is cut short.
bool read_cache_pointers(ByteView info, CachePointers& pointers);

/// The unslid address that `raw` stands for; 0 for null.
///
/// Versions (dyld_cache_slide_info… of <mach-o/dyld_cache_format.h>, bit 0 is the lowest):
///
/// | version | address |
/// |---|---|
/// | 0, 1 | all bits |
/// | 2 | the bits outside of delta_mask, plus value_add unless they are 0 |
/// | 3 | bits 0-42; bits 43-50 are the top byte, which is no part of the address |
/// | 3 with bit 63 set (authenticated) | bits 0-31 plus value_add |
/// | 5 | bits 0-33 plus value_add, authenticated (bit 63) or not |
LinkAddress decode_cache_pointer(std::uint64_t raw, const CachePointers& pointers);

}  // namespace faultline
