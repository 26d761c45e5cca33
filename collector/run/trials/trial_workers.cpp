#include "collector/run/trials/trial_workers.h"

#include <chrono>
#include <csignal>
#include <utility>

#include "core/base/check.h"

namespace faultline {
namespace {

/// How long a stop asked for may go unnoticed.
constexpr std::chrono::milliseconds kStopPoll{50};

/// While it lives, threads are born with every signal blocked, so that the first thread gets them: its
/// sleeps and waits are the ones that a signal is to end.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

TrialWorkers::TrialWorkers(std::int64_t worker_count, Work work, const std::atomic<bool>& stop)
    : worker_count_(worker_count), work_(std::move(work)), stop_(stop) {
  CHECK(worker_count > 0);
}

TrialWorkers::~TrialWorkers() {
  stop_workers_.store(true);
  for (auto& [index, thread] : threads_) thread.join();
}

void TrialWorkers::start(const PlannedTrial& planned) {
  CHECK(has_room());
  ++running_;
  if (worker_count_ == 1) {
    waiting_ = planned;
    return;
  }
  const BlockedSignals blocked;
  threads_.emplace(planned.index, std::thread([this, planned] { run_thread(planned); }));
}

void TrialWorkers::run_thread(const PlannedTrial& planned) {
  Done done;
  done.index = planned.index;
  try {
    done.result = work_(planned, stop_workers_);
  } catch (...) {
    done.thrown = std::current_exception();
  }
  {
    const std::lock_guard<std::mutex> held(mutex_);
    done_.push_back(std::move(done));
  }
  ended_.notify_one();
}

WorkerResult TrialWorkers::wait() {
  CHECK(!is_idle());
  if (worker_count_ == 1) {
    --running_;
    return work_(*std::exchange(waiting_, std::nullopt), stop_);
  }
  Done done;
  {
    std::unique_lock<std::mutex> held(mutex_);
    while (done_.empty()) {
      if (stop_.load()) stop_workers_.store(true);
      ended_.wait_for(held, kStopPoll);
    }
    done = std::move(done_.front());
    done_.pop_front();
  }
  --running_;
  const auto thread = threads_.find(done.index);
  thread->second.join();
  threads_.erase(thread);
  if (done.thrown) std::rethrow_exception(done.thrown);
  return std::move(*done.result);
}

}  // namespace faultline
