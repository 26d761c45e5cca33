#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace faultline {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "faultline: our own mistake: %s (%s:%d); please report it\n", condition, file, line);
  std::abort();
}

}  // namespace faultline
