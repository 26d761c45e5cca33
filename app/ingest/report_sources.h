// From paths on a command line to the files that may hold reports.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/result.h"

namespace faultline {

struct SourceProblem {
  std::string path;
  Error error;
};

struct ReportSources {
  std::vector<std::filesystem::path> files;  ///< Sorted within each folder; `-` stands for stdin.
  std::vector<SourceProblem> problems;       ///< Paths that cannot be read, each named once.
  std::size_t other_files = 0;               ///< In folders: files whose names are not those of reports.
};

/// Files are taken as they are. Folders are walked without following links, and give the files whose
/// names end like those of reports (.ips, .crash, .panic, .txt, …); hidden names are still being
/// written and are left out. Of Xcode's .xccrashpoint bundles the reports in their `Logs` folders are given.
ReportSources find_report_sources(const std::vector<std::string>& paths);

/// The file that stands for what a person wants to look at.
struct OneReportFile {
  std::string path;
  std::string left_out;  ///< A sentence where more reports are there; empty if none.
};
/// A file and `-` stand for themselves; an .xccrashpoint bundle for its newest report. Any other folder is an
/// error that says so.
Result<OneReportFile> choose_report_file(const std::string& path);

}  // namespace faultline
