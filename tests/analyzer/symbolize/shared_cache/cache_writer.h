// Writes dyld shared caches out of dylibs, as Apple's builder lays them out (<mach-o/dyld_cache_format.h>).
//
// Shares nothing with the reader: its numbers are written down anew, so that one wrong offset cannot cancel
// itself out. It moves segments apart as the builder does, links them again (pointers, relative method lists,
// symbols), writes pointers in chains with slide info, takes local symbols out of the images, and merges
// their
// __LINKEDIT. It knows little-endian 64-bit dylibs with chained fixups (DYLD_CHAINED_PTR_64 and _OFFSET), as
// ld64.lld makes them.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace faultline::fixtures {

/// The three families of layouts.
enum class CacheLayout {
  macos11,  ///< One file; pointers of version 2; local symbols in it, entries 32 bits wide.
  macos12,  ///< `.1`, `.symbols`; pointers of version 3; entries 64 bits wide; selector base in libobjc.
  macos13,  ///< `.01`, `.02.dylddata`, `.03.dyldlinkedit`, `.symbols`; version 5; Objective-C header.
};

struct CacheDylib {
  std::string path;                                  ///< In the system that the cache is of.
  std::string bytes;                                 ///< A thin dylib.
  std::optional<std::array<std::uint8_t, 16>> uuid;  ///< Instead of its own: many images of one file.
};

struct CacheRecipe {
  CacheLayout layout = CacheLayout::macos13;
  std::string arch = "arm64";  ///< In the magic.
  bool with_symbols = true;    ///< False: local symbols are nowhere, as on a Mac.
  bool redacted = false;       ///< Local symbols are called `<redacted>`.
};

struct WrittenCache {
  std::filesystem::path main_file;
  std::vector<std::filesystem::path> files;        ///< The main file first.
  std::map<std::string, std::uint64_t> addresses;  ///< Of the images' headers, by path.
};

/// Writes into `folder`, which is made. Throws std::runtime_error for dylibs that it does not know.
WrittenCache write_cache(const std::filesystem::path& folder, const std::vector<CacheDylib>& dylibs,
                         const CacheRecipe& recipe);

/// `/usr/lib/libobjc.A.dylib`, a framework with classes and C functions, and a driver with a category of the
/// framework's class and C++ functions; by clang and ld64.lld. Made once per architecture and program.
const std::vector<CacheDylib>& shared_dylibs(const std::string& arch = "arm64");

}  // namespace faultline::fixtures
