#include "analyzer/symbolize/shared_cache/cache_folder.h"

namespace faultline {

std::vector<std::filesystem::path> host_cache_folders() { return {}; }

}  // namespace faultline
