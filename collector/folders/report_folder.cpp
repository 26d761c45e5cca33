#include "collector/folders/report_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>

#include "core/base/scoped_fd.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_report_name(std::string_view name) {
  if (name.empty() || name.front() == '.') return false;
  for (const std::string_view suffix : {".ips", ".ips.synced", ".ips.beta", ".crash", ".panic"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) return true;
  }
  return false;
}

FolderState state_of_error(int error) {
  if (error == ENOENT) return FolderState::missing;
  return error == EACCES || error == EPERM ? FolderState::denied : FolderState::broken;
}

bool is_date_digit(char pattern, char c) { return pattern == 'd' ? c >= '0' && c <= '9' : c == pattern; }

}  // namespace

std::string process_of_file_name(std::string_view file_name) {
  static constexpr std::string_view kDate = "-dddd-dd-dd-dddddd";
  for (std::size_t at = file_name.size(); at-- > 1;) {
    if (file_name.size() - at < kDate.size()) continue;
    const std::string_view part = file_name.substr(at, kDate.size());
    if (std::equal(kDate.begin(), kDate.end(), part.begin(), is_date_digit))
      return std::string(file_name.substr(0, at));
  }
  return {};
}

FolderState ReportFolder::list(const std::filesystem::path& folder, std::vector<Listed>& files,
                               std::string& problem) {
  const std::unique_ptr<DIR, CloseFolder> opened(::opendir(folder.c_str()));
  if (opened == nullptr) {
    const int error = errno;
    const FolderState state = state_of_error(error);
    if (state != FolderState::missing) {
      problem = "cannot look into " + folder.string() + ": " + std::generic_category().message(error);
    }
    return state;
  }
  const int folder_fd = ::dirfd(opened.get());
  while (const dirent* entry = ::readdir(opened.get())) {
    if (!is_report_name(entry->d_name)) continue;
    struct stat info{};
    // No link is followed: a loop or a link out of the folder is not a report.
    if (::fstatat(folder_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
      continue;
    files.push_back({folder / entry->d_name,
                     {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)},
                     static_cast<std::uint64_t>(info.st_size)});
  }
  return FolderState::readable;
}

std::vector<std::string> ReportFolder::mark_present_as_old() {
  std::vector<Listed> files;
  std::string ignored;
  list(folder_, files, ignored);
  list(folder_ / "Retired", files, ignored);
  std::vector<std::string> lines;
  for (const Listed& file : files) {
    if (!seen_.insert(file.key).second) continue;
    lines.push_back(std::to_string(file.key.device) + " " + std::to_string(file.key.inode));
  }
  return lines;
}

void ReportFolder::mark_as_old(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    FileKey key;
    const char* end = line.data() + line.size();
    const auto device = std::from_chars(line.data(), end, key.device);
    if (device.ec != std::errc{} || device.ptr == end) continue;
    const auto inode = std::from_chars(device.ptr + 1, end, key.inode);
    if (inode.ec == std::errc{}) seen_.insert(key);
  }
}

FolderScan ReportFolder::scan(MonotonicTime now) {
  FolderScan scan;
  std::vector<Listed> files;
  scan.state = list(folder_, files, scan.problem);
  std::string retired_problem;
  const FolderState retired = list(folder_ / "Retired", files, retired_problem);
  if (scan.state == FolderState::readable && retired == FolderState::denied) {
    scan.state = retired;
    scan.problem = retired_problem;
  }
  std::sort(files.begin(), files.end(), [](const Listed& a, const Listed& b) { return a.path < b.path; });
  std::erase_if(unfinished_, [&files](const auto& entry) {
    return std::none_of(files.begin(), files.end(),
                        [&entry](const Listed& file) { return file.key == entry.first; });
  });
  // The next report may be given the number of a file that is gone.
  if (scan.state == FolderState::readable) {
    std::set<FileKey> present;
    for (const Listed& file : files) present.insert(file.key);
    std::erase_if(seen_, [&present](const FileKey& key) { return !present.contains(key); });
  }
  for (const Listed& file : files) {
    if (!seen_.contains(file.key)) take(file, now, scan);
  }
  return scan;
}

Result<bool> ReportFolder::remove_stored(const std::filesystem::path& path, std::string_view bytes) {
  struct stat info{};
  const bool there = ::lstat(path.c_str(), &info) == 0;
  TRY_ASSIGN(const bool removed, remove_stored_report(path, bytes));
  if (removed && there)
    seen_.erase({static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)});
  return removed;
}

void ReportFolder::take(const Listed& file, MonotonicTime now, FolderScan& scan) {
  Unfinished& state = unfinished_.try_emplace(file.key, Unfinished{now, now, file.size_bytes}).first->second;
  if (state.size_bytes != file.size_bytes) {
    state.size_bytes = file.size_bytes;
    state.last_change = now;
  }
  const bool patient = now - state.last_change < kPatience;
  auto bytes = read_file(file.path, kLargestReportBytes);
  // It moved between the listing and now: the next scan meets it where it is.
  if (!bytes && patient) {
    ++scan.unfinished;
    return;
  }
  if (!bytes) {
    scan.problem = bytes.error().text();
    seen_.insert(file.key);
    unfinished_.erase(file.key);
    return;
  }
  FoundReport found{file.path, std::move(*bytes), {}, state.first_seen};
  found.summary = summarize_report(found.bytes);
  if (!found.summary.identity.complete && patient) {
    ++scan.unfinished;
    return;
  }
  seen_.insert(file.key);
  unfinished_.erase(file.key);
  scan.reports.push_back(std::move(found));
}

std::set<std::string> ReportFolder::crowded_names(std::size_t least) const {
  std::vector<Listed> files;
  std::string ignored;
  list(folder_, files, ignored);
  std::map<std::string, std::size_t> counts;
  for (const Listed& file : files) ++counts[process_of_file_name(file.path.filename().string())];
  std::set<std::string> crowded;
  for (const auto& [name, count] : counts) {
    if (count >= least && !name.empty()) crowded.insert(name);
  }
  return crowded;
}

Result<bool> remove_stored_report(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) return false;
  TRY_ASSIGN(const std::string now, read_file(path, ReportFolder::kLargestReportBytes));
  if (now != bytes) return false;
  const bool removed = std::filesystem::remove(path, error);
  if (error) return fail(io_error("cannot remove " + path.string() + " after it was stored", error.value()));
  return removed;
}

}  // namespace faultline
