// Folders of reports, looked into again and again: what appears is derived and stored.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "app/ingest/analysis_child.h"
#include "collector/folders/report_folder.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

class Symbolizer;

struct WatchObserver {
  /// One line a stored report: time, what became of it, path, kind, process and site.
  std::function<void(const std::string& line)> arrived = [](const auto&) {};
  /// A folder that cannot be read; once until that changes.
  std::function<void(const std::string& line)> problem = [](const auto&) {};
};

/// Ownership: all that it is given by reference must outlive it. Threads: one.
class ReportWatch {
 public:
  /// `child` has each report first; nobody watches over this program.
  ReportWatch(Store& store, const SiteRules& rules, Symbolizer& symbolizer, AnalysisChild& child,
              const Clock& clock, const std::vector<std::filesystem::path>& folders, WatchObserver observer);

  /// Stores what is new in each folder; reports that the store has are passed over. Fails where the store
  /// does.
  Result<void> look();

 private:
  struct Watched {
    ReportFolder folder;
    std::string reported;  // The problem that the observer knows of.
  };
  Result<void> look_into(Watched& watched);

  Store& store_;
  DeriveReport derive_report_;
  const Clock& clock_;
  std::vector<Watched> watched_;
  WatchObserver observer_;
};

}  // namespace faultline
