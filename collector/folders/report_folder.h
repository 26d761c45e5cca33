// A folder into which the system puts crash reports: what is new in it, and whole.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/ips/report_summary.h"

namespace faultline {

/// How a folder could be looked at. "No reports" may only be said of a readable one.
enum class FolderState {
  readable,
  missing,  ///< Normal before the first crash: the system makes it then.
  denied,   ///< EACCES or EPERM: reports may be there that we cannot see.
  broken,   ///< Anything else, as a file in its place.
};

/// A report that was not seen before, read to its end.
struct FoundReport {
  std::filesystem::path path;  ///< Where it lay when it was read; it may move.
  std::string bytes;
  ReportSummary summary;
  MonotonicTime seen{0};  ///< When it was first seen under its final name.
};

struct FolderScan {
  FolderState state = FolderState::readable;  ///< Of the folder itself; `Retired/` may be missing.
  std::string problem;                        ///< One line, where the state is denied or broken.
  std::vector<FoundReport> reports;           ///< In the order of their names.
  std::size_t unfinished = 0;                 ///< Files that are not whole yet.
};

/// Follows one folder and its `Retired/`, by what files are, not by what they are called: a file that
/// was moved or renamed between two scans is the same file (device and inode). Names that begin with a
/// dot are not looked at, since reports are written under such names and then renamed. A file counts
/// as whole when its document is; one that stays incomplete is given out after `kPatience` all the same,
/// so that a cut report is not lost.
///
/// The live folder is read before `Retired/`, so that a file which moves meanwhile is met in one of them.
/// Copies of one document under several names are given out each; their incident tells.
///
/// Cost of a scan: one readdir and a stat per file; only new files are read.
/// Threads: none of its own; one thread at a time.
class ReportFolder {
 public:
  static constexpr std::chrono::seconds kPatience{30};
  /// A report beyond this is given out as its first bytes would be: not at all, but named in `problem`.
  static constexpr std::uint64_t kLargestReportBytes = 64ULL << 20;

  explicit ReportFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

  /// Takes everything that is there now as old. Returns lines to be kept for a resumed run.
  std::vector<std::string> mark_present_as_old();
  /// What mark_present_as_old() returned when the run began; reports since then are new.
  void mark_as_old(const std::vector<std::string>& lines);

  FolderScan scan(MonotonicTime now);

  /// remove_stored_report() for a file of this folder, which is forgotten: another report may be given its
  /// inode at once.
  Result<bool> remove_stored(const std::filesystem::path& path, std::string_view bytes);

  /// Processes of which the live folder holds at least `least` reports, by the names of their files.
  [[nodiscard]] std::set<std::string> crowded_names(std::size_t least) const;

 private:
  struct FileKey {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend auto operator<=>(const FileKey&, const FileKey&) = default;
  };
  struct Unfinished {
    MonotonicTime first_seen{0};
    MonotonicTime last_change{0};
    std::uint64_t size_bytes = 0;
  };
  struct Listed {
    std::filesystem::path path;
    FileKey key;
    std::uint64_t size_bytes = 0;
  };

  static FolderState list(const std::filesystem::path& folder, std::vector<Listed>& files,
                          std::string& problem);
  void take(const Listed& file, MonotonicTime now, FolderScan& scan);

  std::filesystem::path folder_;
  std::set<FileKey> seen_;
  std::map<FileKey, Unfinished> unfinished_;
};

/// `python3.14` of `python3.14-2026-01-09-122937.ips`: the stem before its last date; empty where the
/// name has no such form.
std::string process_of_file_name(std::string_view file_name);

/// Removes a report from a live folder after it was stored: only if the file still holds exactly `bytes`.
/// A file that is gone, or moved to `Retired/`, is left to whoever took it. True if it was removed.
Result<bool> remove_stored_report(const std::filesystem::path& path, std::string_view bytes);

}  // namespace faultline
