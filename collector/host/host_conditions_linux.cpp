#include "collector/host/host_probe.h"

namespace faultline {

// Nothing of a Linux host changes how long GPU work may take.
std::vector<Metric> SystemHost::conditions() { return {}; }

}  // namespace faultline
