#include "collector/reporter/watch/process_sampler.h"

namespace faultline {

// sample(1): one second, at its usual interval. -mayDie has it look up symbol owners at once, since the
// process may die meanwhile.
SampleCommand sample_command() {
  return [](pid_t pid, const std::filesystem::path& file) {
    return std::vector<std::string>{"/usr/bin/sample", std::to_string(pid), "1", "-mayDie",
                                    "-file",           file.string()};
  };
}

}  // namespace faultline
