#include "collector/host/mac_checks.h"

#include "collector/host/mac_readings.h"
#include "collector/host/mac_readings_reports.h"

namespace faultline {

std::vector<HostCheck> mac_checks(const MacReadings& readings) {
  return {
      read_session(readings.session),
      read_user(readings.is_root),
      read_account(readings.groups),
      read_report_crash(readings.disabled_for_user, readings.user_domain),
      read_report_crash(readings.disabled_for_system, "system"),
      read_boot_arguments(readings.boot_arguments),
      read_corpse_limit(readings.corpses_allowed, readings.corpse_failures),
      read_bursts(readings.bursts),
      read_log_access(readings.log_probe, readings.log_error),
      read_crash_dialog(readings.crash_dialog),
      read_metal_device(readings.metal, readings.session),
      read_metal(readings.displays),
      read_agx_driver(readings.agx_bundles, read_loaded_agx(readings.accelerator), readings.device_support),
      read_metal_toolchain(readings.metal_toolchain),
      read_gpu_resets(readings.accelerator),
      read_sip(readings.sip),
      read_power(readings.power),
      read_sleep(readings.power_settings),
      read_restart_after_power_failure(readings.power_settings),
      read_filevault(readings.filevault),
      read_autologin(readings.autologin),
  };
}

}  // namespace faultline
