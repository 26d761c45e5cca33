// Keeps the binaries that a run's reports name, so that the reports stay readable after an update.

#pragma once

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "analyzer/symbolize/archive/cache_search.h"
#include "analyzer/symbolize/archive/symbol_archive.h"
#include "analyzer/symbolize/shared_cache/cache_folder.h"
#include "collector/trial/run_journal.h"
#include "core/model/crash_report.h"

namespace faultline {

/// Puts into the symbol archive what a report names, what matches a campaign's `archive` patterns and
/// what is on disk, or in the system's shared cache, in the very build that was loaded; a dSYM of that build
/// beside it, too.
///
/// Ownership: `observer`, who is told what was kept and what could not be, must outlive it.
/// Threads: the one that runs the campaign.
class ImageArchiver {
 public:
  /// `patterns` as fnmatch(3) reads them: `*`, `?`, `[a-z]`.
  ImageArchiver(std::vector<std::string> patterns, SymbolArchive archive, RunObserver& observer,
                std::vector<std::filesystem::path> cache_places = host_cache_folders());

  /// Each build is looked for once, however many reports name it. A failure ends no run.
  void keep(const CrashReport& report);

 private:
  using Build = std::tuple<std::optional<Uuid>, std::string, std::string>;  // UUID, build-id, path.

  [[nodiscard]] bool wants(const Image& image) const;
  /// `origin`: see SymbolArchive::add_image().
  void keep_file(const std::filesystem::path& path, const Image& image, const std::string& origin = {});

  std::vector<std::string> patterns_;
  SymbolArchive archive_;
  RunObserver& observer_;
  CacheSearch caches_;
  std::set<Build> seen_;
};

}  // namespace faultline
