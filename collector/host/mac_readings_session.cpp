#include "collector/host/mac_readings_session.h"

#include "collector/host/tool_text.h"

namespace faultline {

std::string session_text(const SessionFacts& session) {
  std::string text = session.manager ? first_line_of(*session.manager) : "unknown";
  if (session.over_ssh) text += ", over ssh";
  if (session.in_tmux) text += ", in tmux";
  if (session.as_job) text += ", as a job of launchd";
  return text;
}

HostCheck read_session(const SessionFacts& session) {
  const std::string text = session_text(session);
  if (!session.manager) return {"session", CheckState::unknown, text, {}};
  const std::string manager = first_line_of(*session.manager);
  if (manager == "Aqua") return {"session", CheckState::good, text, {}};
  if (session.over_ssh) {
    return {"session", CheckState::warning, text,
            "ssh alone is no login session: Metal may give no device and launch agents cannot be loaded. Log "
            "in at "
            "the screen, or start the run by `faultline schedule`"};
  }
  if (session.in_tmux) {
    return {"session", CheckState::warning, text,
            "this tmux was started outside of a login session: end its server (`tmux kill-server`) and start "
            "it from "
            "Terminal"};
  }
  return {"session", CheckState::warning, text,
          "not the session of somebody who is logged in at the screen: Metal may give no device. `faultline "
          "schedule` "
          "makes jobs of the login session"};
}

HostCheck read_account(const std::optional<std::string>& groups) {
  if (!groups) return unanswered("account");
  std::string_view rest = *groups;
  while (!rest.empty()) {
    const std::size_t blank = rest.find_first_of(kWhitespace);
    if (rest.substr(0, blank) == "admin") return {"account", CheckState::good, "a member of admin", {}};
    rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
  }
  return {"account", CheckState::warning, "not a member of admin",
          "reports in /Library/Logs/DiagnosticReports (of root, of the GPU, panics) and the system's log "
          "stay hidden: "
          "`sudo dseditgroup -o edit -a \"$USER\" -t user admin` changes that"};
}

std::string metal_family_text(const MetalLookup& lookup) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (lookup.apple_family) add("Apple" + std::to_string(*lookup.apple_family));
  if (lookup.metal_family) add("Metal" + std::to_string(*lookup.metal_family));
  if (lookup.supported_by_mps)
    add(*lookup.supported_by_mps ? "Metal Performance Shaders" : "no Metal Performance Shaders");
  return text;
}

HostCheck read_metal_device(const MetalLookup& lookup, const SessionFacts& session) {
  const std::string name = "metal_device";
  if (!lookup.framework)
    return {name, CheckState::bad, "Metal cannot be loaded", "this is no Mac that has Metal"};
  const std::string family = metal_family_text(lookup);
  const std::string device = lookup.device_class + (family.empty() ? "" : " (" + family + ")");
  if (lookup.default_alone) {
    return {name, CheckState::good, device + " by MTLCreateSystemDefaultDevice", {}};
  }
  if (lookup.default_with_graphics) {
    return {name, CheckState::good,
            device + " by MTLCreateSystemDefaultDevice, only with CoreGraphics loaded",
            "a workload that gets none must link CoreGraphics"};
  }
  if (lookup.all_devices > 0) {
    return {
        name, CheckState::warning,
        device + " by MTLCopyAllDevices alone: there is no default in this session",
        "workloads that ask for the default device end here without one; session: " + session_text(session)};
  }
  return {name, CheckState::bad, "no call gives a device to this process; session: " + session_text(session),
          "run inside of a login session: over SSH without one, and in some jobs, there is none"};
}

}  // namespace faultline
