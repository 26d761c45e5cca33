// What a running campaign does right now, in a small file beside its trials: for `faultline status`.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/image.h"

namespace faultline {

/// Everything else about a run is in the store.
struct RunSnapshot {
  std::int64_t pid = 0;                        ///< Of the harness.
  std::uint64_t start_ticks = 0;               ///< Of the harness: with the pid it names it for ever.
  WallTime written;                            ///< When the newest trial began or ended.
  std::map<std::int64_t, std::string> trials;  ///< That run now: cell by index.
  std::optional<std::chrono::milliseconds> time_left;
  std::int64_t reports_pending = 0;
  std::uint64_t free_bytes = 0;  ///< 0 if not known.
  friend bool operator==(const RunSnapshot&, const RunSnapshot&) = default;
};

std::string write_run_snapshot(const RunSnapshot& snapshot);
/// An error where it is no such text.
Result<RunSnapshot> read_run_snapshot(std::string_view json);

/// `<db>.trials/<run>/now.json`.
std::filesystem::path run_snapshot_path(const std::filesystem::path& db, const Uuid& run);

/// True while the process that wrote it lives.
bool is_alive(const RunSnapshot& snapshot);

/// Keeps that file up to date, and passes everything on to another observer. The file is a courtesy: where it
/// cannot be written, the run goes on. It is removed with this object.
/// Ownership: `next` and `clock` must outlive it. Threads: the one that runs the campaign.
class SnapshotObserver final : public RunObserver {
 public:
  SnapshotObserver(std::filesystem::path db, const Clock& clock, RunObserver& next);
  ~SnapshotObserver() override;
  SnapshotObserver(const SnapshotObserver&) = delete;
  SnapshotObserver& operator=(const SnapshotObserver&) = delete;

  void run_started(const RunRecord& record, bool resumed, const RunProgress& progress) override;
  void trial_started(const Trial& trial, const Cell& cell, const RunProgress& progress) override;
  void trial_ended(const Trial& trial, const Cell& cell, const RunProgress& progress) override;
  void waiting_for_reports(std::int64_t pending, std::chrono::milliseconds at_most) override;
  void noted(std::string_view message) override { next_.noted(message); }

 private:
  void write(const RunProgress& progress);

  std::filesystem::path db_;
  const Clock& clock_;
  RunObserver& next_;
  std::filesystem::path path_;  // Empty before the run began.
  RunSnapshot snapshot_;
};

}  // namespace faultline
