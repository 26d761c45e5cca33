// The GPU driver bundles of macOS, which of them runs, and what its symbols can come from. Pure.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/host/host_check.h"

namespace faultline {

/// One of /System/Library/Extensions/AGXMetal*.bundle; a system has those of all GPU families.
struct AgxBundle {
  std::string name;             ///< `AGXMetalG16X`
  std::string version;          ///< CFBundleVersion; empty where it cannot be read.
  bool binary_on_disk = false;  ///< Else its code is in the shared cache alone.
  friend bool operator==(const AgxBundle&, const AgxBundle&) = default;
};

/// `"MetalPluginName" = "AGXMetalG16X"` of `ioreg -r -c AGXAccelerator`: the bundle that this GPU's driver
/// loads.
std::optional<std::string> read_loaded_agx(const std::optional<std::string>& accelerator);

/// The version of the loaded bundle; where it is not known which that is, the one that all have. None is
/// guessed.
std::optional<std::string> agx_version(const std::vector<AgxBundle>& bundles,
                                       const std::optional<std::string>& loaded);

/// `driver.AGXMetalG16X` = `329.2 (loaded)` and so on, sorted by name.
std::vector<std::pair<std::string, std::string>> agx_facts(const std::vector<AgxBundle>& bundles,
                                                           const std::optional<std::string>& loaded);

/// Version and binary of the loaded bundle. `device_support` says whether Xcode keeps symbols of a system.
HostCheck read_agx_driver(const std::vector<AgxBundle>& bundles, const std::optional<std::string>& loaded,
                          bool device_support);

/// `xcrun --find metal` and then `metal --version`: a compiler of shaders, a part of Xcode of its own
/// since 26.
HostCheck read_metal_toolchain(const std::optional<std::string>& version);

}  // namespace faultline
