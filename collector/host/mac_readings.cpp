#include "collector/host/mac_readings.h"

#include <charconv>

#include "collector/host/tool_text.h"

namespace faultline {
HostCheck read_sip(const std::optional<std::string>& output) {
  if (!output) return unanswered("sip");
  if (holds(output, "status: enabled")) {
    return {"sip",
            CheckState::good,
            "on: DYLD_* variables do not reach programs under /bin, /usr/bin and the like",
            {}};
  }
  return {"sip", CheckState::warning, first_line_of(*output),
          "results of a machine without it are not those of an ordinary Mac; `csrutil enable` in Recovery"};
}

HostCheck read_filevault(const std::optional<std::string>& output) {
  if (!output) return unanswered("filevault");
  if (holds(output, "FileVault is Off")) return {"filevault", CheckState::good, "off", {}};
  return {"filevault", CheckState::warning, first_line_of(*output),
          "after a panic or power cut the Mac waits for a password, and the night is over: `sudo fdesetup "
          "disable` "
          "on a machine that only measures"};
}

HostCheck read_autologin(const std::optional<std::string>& output) {
  if (output && !output->empty()) return {"autologin", CheckState::good, "as " + first_line_of(*output), {}};
  return {
      "autologin", CheckState::warning, "nobody is logged in after a restart",
      "launch agents, Metal and the user's report folder need a session: System Settings, Users & Groups, "
      "Automatic login"};
}

std::optional<std::string> pmset_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string line = first_line_of(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
    const std::size_t first = line.find_first_not_of(' ', name.size());
    if (first == std::string::npos) continue;
    return line.substr(first, line.find(' ', first) - first);
  }
  return std::nullopt;
}

HostCheck read_restart_after_power_failure(const std::optional<std::string>& output) {
  const auto value = output ? pmset_value(*output, "autorestart") : std::nullopt;
  if (!value) return unanswered("restart_after_power_failure");
  if (*value == "1") return {"restart_after_power_failure", CheckState::good, "on", {}};
  return {"restart_after_power_failure", CheckState::warning, "off", "run `sudo pmset -a autorestart 1`"};
}

HostCheck read_sleep(const std::optional<std::string>& output) {
  const auto value = output ? pmset_value(*output, "sleep") : std::nullopt;
  if (!value) return unanswered("sleep");
  if (*value == "0") return {"sleep", CheckState::good, "never", {}};
  return {"sleep", CheckState::warning, "after " + *value + " minutes",
          "a run holds it off with caffeinate while it lasts; `sudo pmset -a sleep 0` for the time between"};
}

HostCheck read_power(const std::optional<std::string>& output) {
  if (!output) return unanswered("power");
  if (holds(output, "'AC Power'")) return {"power", CheckState::good, "from the mains", {}};
  return {"power", CheckState::warning, first_line_of(*output),
          "a Mac on battery is slower, and stops: connect it to the mains"};
}

HostCheck read_crash_dialog(const std::optional<std::string>& output) {
  const std::string value = output ? first_line_of(*output) : "";
  if (value == "none" || value == "server")
    return {"crash_dialog", CheckState::good, "off (" + value + ")", {}};
  return {
      "crash_dialog", CheckState::warning, value.empty() ? "on (never set)" : "on (" + value + ")",
      "windows pile up where programs have any: `defaults write com.apple.CrashReporter DialogType none`"};
}

HostCheck read_report_crash(const std::optional<std::string>& output, std::string_view domain) {
  const std::string name = "report_crash";
  if (!output) return unanswered(name);
  const std::string line = line_holding(*output, "\"com.apple.ReportCrash");
  if (line.ends_with("disabled") || line.ends_with("true")) {
    const std::string label = line.substr(1, line.find('"', 1) - 1);
    return {name, CheckState::bad, label + " is disabled in " + std::string(domain),
            "no report will ever come: `launchctl enable " + std::string(domain) + "/" + label +
                "`, then log in again"};
  }
  return {name, CheckState::good, "not disabled in " + std::string(domain), {}};
}

HostCheck read_boot_arguments(const std::optional<std::string>& output) {
  if (holds(output, "-no_corpses")) {
    return {"boot_arguments", CheckState::bad, "-no_corpses is among them",
            "the kernel keeps nothing that could be reported: remove it from `nvram boot-args`"};
  }
  return {
      "boot_arguments", CheckState::good, output && !output->empty() ? first_line_of(*output) : "none", {}};
}

HostCheck read_metal(const std::optional<std::string>& output) {
  if (!output) return unanswered("metal");
  if (holds(output, "AppleParavirt") || holds(output, "Apple Paravirtual")) {
    return {"metal", CheckState::warning, "a virtual machine's device",
            "there is no AGX driver in a virtual machine: results are not about it"};
  }
  const std::string support = line_holding(*output, "Metal");
  if (!support.empty() && !holds(output, "Metal Support: Unsupported")) {
    const std::string chip = line_holding(*output, "Chipset Model");
    return {"metal", CheckState::good, (chip.empty() ? "" : chip + ", ") + support, {}};
  }
  return {"metal", CheckState::bad, "no Metal device is visible",
          "run inside of a login session: over SSH without one, and in some jobs, there is none"};
}

std::optional<std::int64_t> ioreg_number(std::string_view text, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  std::size_t at = text.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of(" =", at + quoted.size());
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data() + at) return std::nullopt;
  return value;
}

HostCheck read_gpu_resets(const std::optional<std::string>& output) {
  const auto count = output ? ioreg_number(*output, "recoveryCount") : std::nullopt;
  if (!count) return unanswered("gpu_resets");
  if (*count == 0) return {"gpu_resets", CheckState::good, "none since the start", {}};
  return {"gpu_resets", CheckState::warning, std::to_string(*count) + " since the start",
          "a GPU that was reset may behave otherwise: restart before a night that is to prove something"};
}

HostCheck read_bursts(const std::optional<std::string>& output) {
  if (!output) return unanswered("bursts");
  std::size_t count = 0;
  constexpr std::string_view kSaid = "Too many events in rapid succession";
  for (std::size_t at = output->find(kSaid); at != std::string::npos; at = output->find(kSaid, at + 1))
    ++count;
  if (count == 0) return {"bursts", CheckState::good, "no report was dropped in the last hour", {}};
  return {"bursts", CheckState::warning,
          std::to_string(count) + " times the system dropped reports in the last hour",
          "more than five crashes at once cannot be captured: lower jobs, and let nothing else crash"};
}

std::optional<std::string> ioreg_text(std::string_view text, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  std::size_t at = text.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of(" =", at + quoted.size());
  if (at == std::string_view::npos || text[at] != '"') return std::nullopt;
  const std::size_t end = text.find('"', at + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(at + 1, end - at - 1));
}

std::optional<std::string> plist_text(std::string_view xml, std::string_view key) {
  const std::size_t at = xml.find("<key>" + std::string(key) + "</key>");
  if (at == std::string_view::npos) return std::nullopt;
  constexpr std::string_view kOpen = "<string>";
  const std::size_t open = xml.find(kOpen, at);
  const std::size_t close = xml.find("</string>", at);
  const std::size_t next = xml.find("<key>", at + 1);
  if (open == std::string_view::npos || close == std::string_view::npos || close < open || open > next)
    return std::nullopt;
  return std::string(xml.substr(open + kOpen.size(), close - open - kOpen.size()));
}

HostCheck read_user(bool is_root) {
  if (!is_root) return {"user", CheckState::good, "not root", {}};
  return {"user", CheckState::warning, "root",
          "reports then go to /Library/Logs/DiagnosticReports, and Metal may see no device: run as the user "
          "who is "
          "logged in"};
}

}  // namespace faultline
