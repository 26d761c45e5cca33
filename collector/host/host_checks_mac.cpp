#include <sys/sysctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "collector/host/agx_bundles.h"
#include "collector/host/command_runner.h"
#include "collector/host/mac_checks.h"
#include "collector/host/mac_session.h"

namespace faultline {
namespace {

constexpr std::chrono::seconds kLimit{20};
constexpr std::size_t kMostBytes = 256U << 10;

Result<std::string> run(std::vector<std::string> argv, bool with_errors = false) {
  HostCommand command;
  command.argv = std::move(argv);
  command.limit = kLimit;
  command.with_errors = with_errors;
  command.most_output_bytes = kMostBytes;
  return SystemCommandRunner().run(command);
}

/// What a tool of the system prints; nothing where it does not answer.
std::optional<std::string> ask(std::vector<std::string> argv) {
  auto output = run(std::move(argv));
  if (!output) return std::nullopt;
  return std::move(*output);
}

std::optional<std::string> ask_log(const std::string& predicate) {
  return ask({"/usr/bin/log", "show", "--last", "1h", "--style", "compact", "--predicate", predicate});
}

std::optional<std::string> boot_arguments() {
  std::string text(1024, '\0');
  std::size_t size = text.size();
  if (::sysctlbyname("kern.bootargs", text.data(), &size, nullptr, 0) != 0) return std::nullopt;
  return std::string(text.c_str());
}

std::optional<std::int64_t> corpses_allowed() {
  std::int32_t count = 0;
  std::size_t size = sizeof(count);
  if (::sysctlbyname("kern.total_corpses_allowed", &count, &size, nullptr, 0) != 0) return std::nullopt;
  return count;
}

/// Whether Xcode keeps symbols of any macOS in this account.
bool has_device_support() {
  const char* home = std::getenv("HOME");
  if (home == nullptr) return false;
  std::error_code failed;
  const auto folder = std::filesystem::path(home) / "Library/Developer/Xcode/macOS DeviceSupport";
  return std::filesystem::is_directory(folder, failed) && !std::filesystem::is_empty(folder, failed);
}

/// Without a developer folder xcrun would open a dialog.
std::optional<std::string> metal_toolchain() {
  if (!ask({"/usr/bin/xcode-select", "-p"})) return std::nullopt;
  return ask({"/usr/bin/xcrun", "metal", "--version"});
}

MacReadings read_mac() {
  SystemCommandRunner commands;
  MacReadings readings;
  readings.is_root = ::geteuid() == 0;
  readings.user_domain = "gui/" + std::to_string(::getuid());
  readings.disabled_for_user = ask({"/bin/launchctl", "print-disabled", readings.user_domain});
  readings.disabled_for_system = ask({"/bin/launchctl", "print-disabled", "system"});
  readings.boot_arguments = boot_arguments();
  readings.crash_dialog = ask({"/usr/bin/defaults", "read", "com.apple.CrashReporter", "DialogType"});
  readings.session = session_facts(commands);
  readings.groups = ask({"/usr/bin/id", "-Gn"});
  readings.metal = look_up_metal();
  readings.displays = ask({"/usr/sbin/system_profiler", "SPDisplaysDataType"});
  readings.accelerator = ask({"/usr/sbin/ioreg", "-r", "-c", "AGXAccelerator"});
  readings.agx_bundles = agx_bundles(commands);
  readings.device_support = has_device_support();
  readings.metal_toolchain = metal_toolchain();
  readings.corpses_allowed = corpses_allowed();
  readings.corpse_failures = ask_log("process == \"kernel\" AND eventMessage CONTAINS \"Corpse failure\"");
  readings.bursts = ask_log(
      "(process == \"ReportCrash\" OR process == \"osanalyticshelper\") AND eventMessage CONTAINS "
      "\"Too many events\"");
  auto log = run(
      {"/usr/bin/log", "show", "--last", "1m", "--style", "compact", "--predicate", "process == \"none\""},
      true);
  if (log) {
    readings.log_probe = std::move(*log);
  } else {
    readings.log_error = log.error().text();
  }
  readings.sip = ask({"/usr/bin/csrutil", "status"});
  readings.power = ask({"/usr/bin/pmset", "-g", "batt"});
  readings.power_settings = ask({"/usr/bin/pmset", "-g"});
  readings.filevault = ask({"/usr/bin/fdesetup", "status"});
  readings.autologin =
      ask({"/usr/bin/defaults", "read", "/Library/Preferences/com.apple.loginwindow", "autoLoginUser"});
  return readings;
}

}  // namespace

std::vector<HostCheck> system_checks(HostProbe& /*host*/) { return mac_checks(read_mac()); }

}  // namespace faultline
