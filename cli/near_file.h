// A file that a person named and that is not there.

#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace faultline {

/// An error where nothing is at `path`, with a file of its folder that has nearly that name.
Result<void> check_is_there(const std::filesystem::path& path);

}  // namespace faultline
