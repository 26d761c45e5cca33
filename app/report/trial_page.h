// One trial with its output, for people and for programs.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/model/analysis.h"
#include "core/model/trial.h"

namespace faultline {

/// Text: cell, command, how it ended and why, reports, and the kept output of `folder` (or, where the
/// folder was pruned, the excerpts of the store). Everything is escaped. `output_site`: where it died as its
/// output tells, for a trial that left no report.
std::string trial_page(const RunRecord& run, const Trial& trial, const std::filesystem::path& folder,
                       const std::optional<OutputSite>& output_site = {});
/// One JSON object, ending in a newline.
std::string trial_json(const RunRecord& run, const Trial& trial,
                       const std::optional<OutputSite>& output_site = {});

}  // namespace faultline
