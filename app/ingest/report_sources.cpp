#include "app/ingest/report_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

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

constexpr std::string_view kCrashPoint = ".xccrashpoint";

/// In Xcode's bundle of one crash the reports are those in `Logs`; what else is there describes the bundle.
bool describes_a_crash_point(const fs::path& path) {
  bool in_bundle = false;
  bool in_logs = false;
  for (const auto& part : path.parent_path()) {
    if (part.extension() == kCrashPoint) {
      in_bundle = true;
      in_logs = false;
    } else if (part == "Logs") {
      in_logs = true;
    }
  }
  return in_bundle && !in_logs;
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
      if (named_like_a_report(entry.path()) && !describes_a_crash_point(entry.path())) {
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

fs::path without_end_slash(const std::string& path) {
  const fs::path given = fs::path(path).lexically_normal();
  return given.has_filename() ? given : given.parent_path();
}

}  // namespace

Result<OneReportFile> choose_report_file(const std::string& path) {
  OneReportFile chosen{path, {}};
  std::error_code ignored;
  if (path == "-" || !fs::is_directory(path, ignored)) return chosen;
  const auto folder = without_end_slash(path);
  auto files = find_report_sources({folder.string()}).files;
  if (folder.extension() != kCrashPoint || files.empty()) {
    return fail(ErrorKind::invalid_argument,
                path + (files.empty() ? ": a folder without a report"
                                      : ": a folder; faultline import reads all of one"));
  }
  // Their names begin with the time. Xcode keeps what it symbolized itself beside the original.
  const auto newest = std::max_element(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    const auto is_copy = [](const fs::path& file) {
      return file.parent_path().filename() == "LocallySymbolicated";
    };
    return std::pair(a.filename(), is_copy(a)) < std::pair(b.filename(), is_copy(b));
  });
  chosen.path = newest->string();
  std::set<fs::path> names;
  for (const auto& file : files) names.insert(file.filename());
  if (names.size() > 1) {
    chosen.left_out = fmt::format("{}: the newest of {} reports is shown; faultline import reads all of them",
                                  path, names.size());
  }
  return chosen;
}

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
