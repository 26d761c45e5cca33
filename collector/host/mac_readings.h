// What the tools of macOS say about a host, read. Pure, so that it is tested everywhere; the questions are
// asked by host_checks_mac.cpp. Sessions, drivers and reporters have files of their own: mac_readings_*.h.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/host/host_check.h"

namespace faultline {

/// Each takes what the tool printed; nullopt where it failed.
/// `csrutil status`
HostCheck read_sip(const std::optional<std::string>& output);
/// `fdesetup status`
HostCheck read_filevault(const std::optional<std::string>& output);
/// `defaults read /Library/Preferences/com.apple.loginwindow autoLoginUser`; fails where nobody is.
HostCheck read_autologin(const std::optional<std::string>& output);
/// `pmset -g`: the lines ` autorestart  1` and ` sleep  0 (…)`.
HostCheck read_restart_after_power_failure(const std::optional<std::string>& output);
HostCheck read_sleep(const std::optional<std::string>& output);
/// `pmset -g batt`: `Now drawing from 'AC Power'`
HostCheck read_power(const std::optional<std::string>& output);
/// `defaults read com.apple.CrashReporter DialogType`; fails where it was never set.
HostCheck read_crash_dialog(const std::optional<std::string>& output);
/// `launchctl print-disabled gui/UID` (and `system`): whether ReportCrash is among them. `domain` is the one
/// asked.
HostCheck read_report_crash(const std::optional<std::string>& output, std::string_view domain);
/// sysctl kern.bootargs
HostCheck read_boot_arguments(const std::optional<std::string>& output);
/// `system_profiler SPDisplaysDataType`: `Metal Support: Metal 3`; a virtual machine has another driver.
HostCheck read_metal(const std::optional<std::string>& output);
/// `ioreg -r -c AGXAccelerator`: `"recoveryCount"=0`
HostCheck read_gpu_resets(const std::optional<std::string>& output);

/// `log show` of the system's reporters: `Too many events in rapid succession`. An empty text is good.
HostCheck read_bursts(const std::optional<std::string>& output);
/// As root, the reports of workloads go to /Library and not to the user's folder.
HostCheck read_user(bool is_root);

/// The value behind `"name" = 40` or `"name"=40` in the text of ioreg.
std::optional<std::int64_t> ioreg_number(std::string_view text, std::string_view name);
/// The text behind `"name" = "AGXMetalG16X"`.
std::optional<std::string> ioreg_text(std::string_view text, std::string_view name);
/// The string behind `<key>NAME</key>` of an XML property list.
std::optional<std::string> plist_text(std::string_view xml, std::string_view key);
/// The value behind ` name   value` in the text of pmset.
std::optional<std::string> pmset_value(std::string_view text, std::string_view name);

}  // namespace faultline
