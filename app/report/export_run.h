// One run as a store of its own that nobody changes any more.

#pragma once

#include <filesystem>

#include "analyzer/site/frame_rules.h"
#include "core/base/result.h"
#include "core/model/trial.h"
#include "db/store.h"

namespace faultline {

/// Writes the run with its trials, every report byte for byte, and the labels of its sites to `path`,
/// read-only. An export is never written over: an error where something is there, and nothing is left behind
/// where it fails.
Result<void> export_run(Store& from, const RunRecord& run, const SiteRules& rules,
                        const std::filesystem::path& path);

/// The error of export_run() where something is at `path`.
Result<void> check_nothing_is_there(const std::filesystem::path& path);

}  // namespace faultline
