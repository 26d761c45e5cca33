// The named functions of one image in a shared cache, from all of the places that name them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/symbolize/shared_cache/dyld_cache.h"

namespace faultline {

struct ImageSymbol {
  LinkAddress address;
  std::string name;  ///< As linked, with the underscore of C names.
  bool external = false;
};

struct CachedImageSymbols {
  std::vector<LinkAddress> function_starts;  ///< LC_FUNCTION_STARTS, ascending.
  std::vector<ImageSymbol> symbols;          ///< Ascending, no two alike.
  std::vector<LinkAddress> objc_names;       ///< Functions that only Objective-C metadata names, ascending.
};

/// `header` is the image's, as the cache has it. `<redacted>` is no name. Whatever is damaged is left out.
CachedImageSymbols read_image_symbols(const DyldCache& cache, const CachedImage& image,
                                      const MachOFile& header);

/// The contents of __LINKEDIT at the file offset that a load command gives; nullopt where it leaves the
/// cache. In a cache all offsets are those of the file that __LINKEDIT lies in.
std::optional<std::string_view> linkedit_bytes(const DyldCache& cache, const MachOFile& header,
                                               const MachTable& table);

}  // namespace faultline
