// This process's session and Metal device, asked on a Mac.

#pragma once

#include "collector/host/command_runner.h"
#include "collector/host/mac_readings_session.h"

namespace faultline {

SessionFacts session_facts(CommandRunner& commands);

/// Loads Metal and CoreGraphics, in that order, and asks each call for a device.
MetalLookup look_up_metal();

}  // namespace faultline
