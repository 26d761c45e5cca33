// A run's whole report as text and as files, in the formats that there are.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "reports/documents/campaign_report.h"

namespace faultline {

/// `markdown, html, csv, json, junit`
std::string known_report_formats();

/// An error where a format is not known, cannot be made by this build, or needs a folder that is not given:
/// csv is several files, and so are several formats.
Result<void> check_report_formats(const std::vector<std::string>& formats, bool has_folder);

/// In one format, other than csv.
std::string report_text(const CampaignReport& report, const std::string& format);

/// Writes each format into `folder`, which is made. Gives what was written: a file each, for csv a folder of
/// tables.
Result<std::vector<std::filesystem::path>> write_report_files(const CampaignReport& report,
                                                              const std::vector<std::string>& formats,
                                                              const std::filesystem::path& folder);

}  // namespace faultline
