// What the tools of a Mac answered to doctor, as their manual pages, forum threads and reports show it: a
// MacBook Pro (Mac16,5, macOS 15.7.3) over ssh, by an account that is no administrator.

#pragma once

#include "collector/host/mac_checks.h"

namespace faultline {

inline MacReadings recorded_mac() {
  MacReadings mac;
  mac.user_domain = "gui/502";
  mac.disabled_for_user = "disabled services = {\n\t\t\"com.apple.Siri.agent\" => enabled\n\t}\n";
  mac.disabled_for_system = "disabled services = {\n\t\t\"com.apple.ReportCrash.Root\" => disabled\n\t}\n";
  mac.boot_arguments = "";
  mac.session = {"Background\n", true, true, false};
  mac.groups = "staff everyone localaccounts _lpoperator com.apple.access_ssh\n";
  mac.metal = {true, false, false, 1, "AGXG16XDevice", 9, 3, true};
  mac.displays =
      "Graphics/Displays:\n\n    Apple M4 Max:\n\n      Chipset Model: Apple M4 Max\n      Type: GPU\n      "
      "Bus: "
      "Built-In\n      Total Number of Cores: 40\n      Vendor: Apple (0x106b)\n      Metal Support: Metal "
      "3\n";
  mac.accelerator =
      "+-o AGXAcceleratorG16X  <class AGXAcceleratorG16X, id 0x1000004e3, registered, matched, active, busy "
      "0>\n    "
      "{\n      \"MetalPluginName\" = \"AGXMetalG16X\"\n      \"PerformanceStatistics\" = "
      "{\"Device Utilization %\"=3,\"recoveryCount\"=1}\n      \"gpu-core-count\" = 40\n    }\n";
  mac.agx_bundles = {
      {"AGXMetal13_3", "329.2", false}, {"AGXMetalG15X_M1", "329.2", false}, {"AGXMetalG16X", "329.2", true}};
  mac.corpses_allowed = 5;
  mac.log_error = "/usr/bin/log exited with 64: log: Could not open local log store: Operation not permitted";
  mac.sip = "System Integrity Protection status: enabled.\n";
  mac.power =
      "Now drawing from 'AC Power'\n -InternalBattery-0 (id=22872163)\t100%; charged; 0:00 remaining\n";
  mac.power_settings =
      " standby              1\n disksleep            10\n sleep                1 (sleep prevented by "
      "sharingd)\n autorestart          0\n displaysleep         10\n";
  mac.filevault = "FileVault is On.\n";
  return mac;
}

}  // namespace faultline
