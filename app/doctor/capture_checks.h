// What crashes that were made on purpose, and samples of running processes, say about this host. Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/campaign/self_test.h"
#include "collector/host/host_check.h"
#include "collector/reporter/watch/sample_text.h"
#include "core/base/result.h"

namespace faultline {

/// A process other than the canary that crashed on purpose: `grandchild`, `python3`.
struct OtherCrash {
  std::string name;                      ///< Of the finding.
  std::string what;                      ///< `a child of a shell`
  std::optional<SelfTestResult> result;  ///< Absent: not tried, since the canary itself was lost.
};

/// A running process of which stacks were taken.
struct SampledProcess {
  std::string name;  ///< Of the finding: `sample`, `sample_hardened`.
  std::string what;  ///< `this program`
  Result<ProcessSample> sample;
};

/// Whether the canary's crash was captured, how late, readable; `canary`.
HostCheck check_canary(const SelfTestResult& self_test);
/// Whether the report says of the canary what we know of it: that is what attribution rests on.
HostCheck check_identity(const SelfTestResult& self_test);
/// Why reports that came were not given to the canary; `near_misses`.
HostCheck check_near_misses(const SelfTestResult& self_test);
HostCheck check_symbols(const SelfTestResult& self_test);
HostCheck check_other_crash(const OtherCrash& crash);
HostCheck check_sample(const SampledProcess& process);

}  // namespace faultline
