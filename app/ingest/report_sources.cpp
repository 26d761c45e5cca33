#include "app/ingest/report_sources.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 13> kReportSuffixes{".ips",  ".crash",  ".panic", ".txt",  ".json",
                                                           ".beta", ".synced", ".ca",    ".diag", ".hang",
                                                           ".spin", ".log",    ".html"};

bool named_like_a_report(const fs::path& path) {
  const auto extension = path.extension().string();
  return std::find(kReportSuffixes.begin(), kReportSuffixes.end(), extension) != kReportSuffixes.end();
}

void walk_folder(const fs::path& folder, ReportSources& sources) {
  std::error_code error;
  fs::recursive_directory_iterator it(folder, fs::directory_options::none, error);
  if (error) {
    sources.problems.push_back({folder.string(), io_error("cannot list the folder", error.value())});
    return;
  }
  std::vector<fs::path> found;
  const fs::recursive_directory_iterator end;
  while (it != end) {
    const auto& entry = *it;
    const bool hidden = entry.path().filename().string().starts_with('.');
    std::error_code ignored;
    if (hidden) {
      if (entry.is_directory(ignored)) it.disable_recursion_pending();
    } else if (entry.is_regular_file(ignored)) {
      if (named_like_a_report(entry.path())) {
        found.push_back(entry.path());
      } else {
        ++sources.other_files;
      }
    }
    it.increment(error);
    if (error) {
      sources.problems.push_back({folder.string(), io_error("cannot list all of the folder", error.value())});
      break;
    }
  }
  std::sort(found.begin(), found.end());
  sources.files.insert(sources.files.end(), found.begin(), found.end());
}

}  // namespace

ReportSources find_report_sources(const std::vector<std::string>& paths) {
  ReportSources sources;
  for (const auto& path : paths) {
    if (path == "-") {
      sources.files.emplace_back(path);
      continue;
    }
    std::error_code error;
    const auto status = fs::status(path, error);
    if (error) {
      sources.problems.push_back({path, io_error("cannot open", error.value())});
    } else if (fs::is_directory(status)) {
      walk_folder(path, sources);
    } else {
      sources.files.emplace_back(path);
    }
  }
  return sources;
}

}  // namespace faultline
