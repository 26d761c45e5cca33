#include "core/text/glob.h"

#include <fnmatch.h>

namespace faultline {

bool fits_glob(const std::string& name, const std::string& pattern) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace faultline
