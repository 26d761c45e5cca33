#include <sys/sysctl.h>
#include <unistd.h>

#include "collector/host/command_runner.h"
#include "collector/host/host_check.h"
#include "collector/host/mac_readings.h"

namespace faultline {
namespace {

constexpr std::chrono::seconds kLimit{20};
constexpr std::size_t kMostBytes = 256U << 10;

/// What a tool of the system prints; nothing where it does not answer.
std::optional<std::string> ask(std::vector<std::string> argv) {
  HostCommand command;
  command.argv = std::move(argv);
  command.limit = kLimit;
  command.most_output_bytes = kMostBytes;
  auto output = SystemCommandRunner().run(command);
  if (!output) return std::nullopt;
  return std::move(*output);
}

std::optional<std::string> boot_arguments() {
  std::string text(1024, '\0');
  std::size_t size = text.size();
  if (::sysctlbyname("kern.bootargs", text.data(), &size, nullptr, 0) != 0) return std::nullopt;
  return std::string(text.c_str());
}

}  // namespace

std::vector<HostCheck> system_checks(HostProbe& /*host*/) {
  const std::string user_domain = "gui/" + std::to_string(::getuid());
  const auto power_settings = ask({"/usr/bin/pmset", "-g"});
  return {
      read_report_crash(ask({"/bin/launchctl", "print-disabled", user_domain}), user_domain),
      read_report_crash(ask({"/bin/launchctl", "print-disabled", "system"}), "system"),
      read_boot_arguments(boot_arguments()),
      read_crash_dialog(ask({"/usr/bin/defaults", "read", "com.apple.CrashReporter", "DialogType"})),
      read_metal(ask({"/usr/sbin/system_profiler", "SPDisplaysDataType"})),
      read_gpu_resets(ask({"/usr/sbin/ioreg", "-r", "-c", "AGXAccelerator"})),
      read_bursts(
          ask({"/usr/bin/log", "show", "--last", "1h", "--style", "compact", "--predicate",
               "(process == \"ReportCrash\" OR process == \"osanalyticshelper\") AND eventMessage CONTAINS "
               "\"Too many events\""})),
      read_user(::geteuid() == 0),
      read_sip(ask({"/usr/bin/csrutil", "status"})),
      read_power(ask({"/usr/bin/pmset", "-g", "batt"})),
      read_sleep(power_settings),
      read_restart_after_power_failure(power_settings),
      read_filevault(ask({"/usr/bin/fdesetup", "status"})),
      read_autologin(
          ask({"/usr/bin/defaults", "read", "/Library/Preferences/com.apple.loginwindow", "autoLoginUser"})),
  };
}

}  // namespace faultline
