// Trials side by side: as many at a time as the campaign has jobs.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collector/plan/schedule.h"
#include "collector/run/trials/trial_runner.h"
#include "core/base/result.h"

namespace faultline {

/// What became of one trial in its worker.
struct WorkerResult {
  PlannedTrial planned;
  Result<std::optional<EndedTrial>> ended;  ///< As TrialRunner::run() gives it.
  std::vector<std::string> notes;           ///< For people; printed by the thread that takes the result.
};

/// Runs `work` for each started trial; one thread a trial, but none at all where there is one worker only:
/// then wait() itself does the work. Everything that is not the trial itself - journal, folders, tally -
/// stays with the thread that owns the workers.
///
/// Ownership: keeps a reference to `stop`, which must outlive it.
/// Threads: start() and wait() from one; `work` is called from several at once.
class TrialWorkers {
 public:
  using Work = std::function<WorkerResult(const PlannedTrial&, const std::atomic<bool>& stop)>;

  TrialWorkers(std::int64_t worker_count, Work work, const std::atomic<bool>& stop);
  /// Ends what still runs, and waits for it.
  ~TrialWorkers();
  TrialWorkers(const TrialWorkers&) = delete;
  TrialWorkers& operator=(const TrialWorkers&) = delete;

  [[nodiscard]] bool has_room() const { return running_ < worker_count_; }
  [[nodiscard]] bool is_idle() const { return running_ == 0; }
  /// Where there is room.
  void start(const PlannedTrial& planned);
  /// The next one that ends; not to be called where all is idle. Passes on what `work` threw.
  WorkerResult wait();

 private:
  struct Done {
    std::int64_t index = 0;
    std::optional<WorkerResult> result;
    std::exception_ptr thrown;
  };
  void run_thread(const PlannedTrial& planned);

  std::int64_t worker_count_;
  Work work_;
  const std::atomic<bool>& stop_;
  std::int64_t running_ = 0;
  std::optional<PlannedTrial> waiting_;  // With one worker.

  std::atomic<bool> stop_workers_{false};  // What the threads look at: `stop_`, or our own end.
  std::map<std::int64_t, std::thread> threads_;
  std::mutex mutex_;  // Guards done_.
  std::condition_variable ended_;
  std::deque<Done> done_;
};

}  // namespace faultline
