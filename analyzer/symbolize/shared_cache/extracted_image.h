// One image of a shared cache as a Mach-O file of its own.

#pragma once

#include <string>

#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "core/base/result.h"

namespace faultline {

/// The code and the names of an image, so that everything that reads symbol files reads it too:
///
/// | part | contents |
/// |---|---|
/// | __TEXT | as in the cache, with load commands of the file's own: __TEXT, __LINKEDIT, the UUID, names and
/// versions | | LC_FUNCTION_STARTS | as in the cache | | LC_SYMTAB | functions of the image's symbol table,
/// of its export trie, of the cache's local symbols, and where these are silent the names of Objective-C
/// methods | | LC_NOTE kObjcNamesNote | where these last ones begin, in the form of LC_FUNCTION_STARTS |
///
/// Addresses stay the unslid ones of the cache. Data segments are left out.
///
/// Fails with kind symbols where the image cannot be read, is of another build than the cache's list says, or
/// is no 64-bit image.
Result<std::string> extract_image(const DyldCache& cache, const CachedImage& image);

}  // namespace faultline
