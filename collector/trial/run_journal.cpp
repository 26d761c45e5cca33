#include "collector/trial/run_journal.h"

#include "core/base/hash.h"
#include "core/model/crash_report.h"

namespace faultline {

std::string CollectedReport::key() const {
  const bool known = identity.incident && is_incident(*identity.incident);
  return known ? *identity.incident : hash128_hex(bytes);
}

}  // namespace faultline
