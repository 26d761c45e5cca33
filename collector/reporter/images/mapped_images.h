// Which images a running process has loaded, seen from outside.

#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// File names, without folders, of the images that process `pid` has mapped now. Empty where it is gone or
/// may not be looked at. Linux: /proc/PID/maps, at once. macOS: vmmap(1), which stops the process for a
/// moment.
std::vector<std::string> mapped_images(pid_t pid);

/// The image names in what `vmmap -w PID` printed: those of its `__TEXT` regions, the shared cache's
/// included.
std::vector<std::string> images_in_vmmap(std::string_view text);

}  // namespace faultline
