// From paths on a command line to the files that may hold reports.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"

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
/// written and are left out.
ReportSources find_report_sources(const std::vector<std::string>& paths);

}  // namespace faultline
