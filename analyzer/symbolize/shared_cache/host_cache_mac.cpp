// MACOSX_MRM_DYLD_SHARED_CACHE_DIR below cryptexPrefixes[], <mach-o/dyld_cache_format.h>.

#include <system_error>

#include "analyzer/symbolize/shared_cache/cache_folder.h"

namespace faultline {

std::vector<std::filesystem::path> host_cache_folders() {
  // All that a system has of these are the same files: macOS 13 and later, 11 and 12, before.
  for (const auto* folder : {"/System/Volumes/Preboot/Cryptexes/OS/System/Library/dyld",
                             "/System/Library/dyld", "/private/var/db/dyld"}) {
    std::error_code failed;
    if (std::filesystem::is_directory(folder, failed)) return {folder};
  }
  return {};
}

}  // namespace faultline
