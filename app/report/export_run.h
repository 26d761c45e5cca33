// One run as a store of its own that nobody changes any more.

#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/model/trial.h"
#include "db/store.h"

namespace faultline {

/// Writes the run to `path`, read-only: all that a merge would take of it, so trials with what became of
/// them, every report byte for byte, what was derived from it, and the labels of its sites. An export is
/// never written over: an error where something is there, and nothing is left behind where it fails.
Result<void> export_run(Store& from, const RunRecord& run, const std::filesystem::path& path);

/// The error of export_run() where something is at `path`.
Result<void> check_nothing_is_there(const std::filesystem::path& path);

}  // namespace faultline
