// In which session of macOS this process runs, as whom, and whether it gets a Metal device there. Pure.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "collector/host/host_check.h"

namespace faultline {

struct SessionFacts {
  std::optional<std::string> manager;  ///< `launchctl managername`: `Aqua`, `Background`, `System`.
  bool over_ssh = false;               ///< SSH_CONNECTION is set.
  bool in_tmux = false;                ///< TMUX or STY is set.
  bool as_job = false;                 ///< XPC_SERVICE_NAME is set, and not to 0.
};

/// `Aqua`, `Background, over ssh, in tmux`; `unknown` where launchd does not say.
std::string session_text(const SessionFacts& session);

/// Aqua is the session of somebody who is logged in at the screen; in others Metal may give no device,
/// reports may come late or go elsewhere, and launch agents cannot be loaded.
HostCheck read_session(const SessionFacts& session);

/// `id -Gn`: members of admin may read /Library/Logs/DiagnosticReports and the log. Without that a run still
/// works.
HostCheck read_account(const std::optional<std::string>& groups);

/// What Metal's calls give to this very process.
struct MetalLookup {
  bool framework = false;                ///< Metal could be loaded at all.
  bool default_alone = false;            ///< MTLCreateSystemDefaultDevice() before CoreGraphics was loaded.
  bool default_with_graphics = false;    ///< And after it.
  std::size_t all_devices = 0;           ///< Of MTLCopyAllDevices().
  std::string device_class;              ///< `AGXG16XDevice`; of the default one, else of the first.
  std::optional<int> apple_family;       ///< 9 for MTLGPUFamilyApple9: the highest that it supports.
  std::optional<int> metal_family;       ///< 3 for MTLGPUFamilyMetal3.
  std::optional<bool> supported_by_mps;  ///< MPSSupportsMTLDevice().
};

/// `Apple9, Metal3, Metal Performance Shaders`; empty where nothing is known.
std::string metal_family_text(const MetalLookup& lookup);

/// Whether this process gets a device, and by which call.
HostCheck read_metal_device(const MetalLookup& lookup, const SessionFacts& session);

}  // namespace faultline
