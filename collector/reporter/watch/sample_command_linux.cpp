#include "collector/reporter/watch/process_sampler.h"

namespace faultline {

// Linux has no such program: only the ptrace reporter sees the stacks there.
SampleCommand sample_command() { return {}; }

}  // namespace faultline
