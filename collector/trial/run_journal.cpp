#include "collector/trial/run_journal.h"

#include "core/base/hash.h"

namespace faultline {

std::string CollectedReport::key() const {
  return identity.incident ? *identity.incident : hash128_hex(bytes);
}

}  // namespace faultline
