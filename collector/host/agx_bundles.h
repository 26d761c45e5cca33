// The GPU driver bundles on this Mac's disk, and property lists as their tools read them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/host/command_runner.h"
#include "collector/host/mac_readings_driver.h"

namespace faultline {

/// All of /System/Library/Extensions/AGXMetal*.bundle, by name.
std::vector<AgxBundle> agx_bundles(CommandRunner& commands);

/// A string of a property list, XML or binary; nullopt where the file or the key is not there.
std::optional<std::string> property_list_text(CommandRunner& commands, const std::string& path,
                                              const std::string& key);

}  // namespace faultline
