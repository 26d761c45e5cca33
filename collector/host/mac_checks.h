// All that doctor asks the tools of macOS, as texts and values, and the findings that they make. Pure:
// host_checks_mac.cpp asks, tests have recorded answers.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/host/host_check.h"
#include "collector/host/mac_readings_driver.h"
#include "collector/host/mac_readings_session.h"

namespace faultline {

/// Texts are absent where the tool failed.
struct MacReadings {
  bool is_root = false;
  std::string user_domain;                         ///< `gui/501`
  std::optional<std::string> disabled_for_user;    ///< `launchctl print-disabled gui/501`
  std::optional<std::string> disabled_for_system;  ///< `launchctl print-disabled system`
  std::optional<std::string> boot_arguments;       ///< sysctl kern.bootargs
  std::optional<std::string> crash_dialog;         ///< `defaults read com.apple.CrashReporter DialogType`
  SessionFacts session;
  std::optional<std::string> groups;  ///< `id -Gn`
  MetalLookup metal;
  std::optional<std::string> displays;     ///< `system_profiler SPDisplaysDataType`
  std::optional<std::string> accelerator;  ///< `ioreg -r -c AGXAccelerator`
  std::vector<AgxBundle> agx_bundles;
  bool device_support = false;                  ///< Xcode keeps symbols of a system.
  std::optional<std::string> metal_toolchain;   ///< `xcrun metal --version`
  std::optional<std::int64_t> corpses_allowed;  ///< sysctl kern.total_corpses_allowed
  std::optional<std::string> corpse_failures;   ///< `log show`, the kernel's lines of the last hour.
  std::optional<std::string> bursts;            ///< `log show`, the reporters' lines of the last hour.
  std::optional<std::string> log_probe;         ///< `log show --last 1m`
  std::string log_error;                        ///< Where that failed: why.
  std::optional<std::string> sip;               ///< `csrutil status`
  std::optional<std::string> power;             ///< `pmset -g batt`
  std::optional<std::string> power_settings;    ///< `pmset -g`
  std::optional<std::string> filevault;         ///< `fdesetup status`
  std::optional<std::string> autologin;         ///< `defaults read …com.apple.loginwindow autoLoginUser`
};

/// One finding a question, in a fixed order.
std::vector<HostCheck> mac_checks(const MacReadings& readings);

}  // namespace faultline
