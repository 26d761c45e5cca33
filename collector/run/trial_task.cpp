#include "collector/run/trial_task.h"

#include <fmt/format.h>

#include <chrono>

namespace faultline {
namespace {

constexpr int kMostAttempts = 3;
constexpr std::chrono::seconds kPauseBetweenAttempts{1};

}  // namespace

WorkerResult TrialTask::run(const PlannedTrial& planned, const std::atomic<bool>& stop) const {
  WorkerResult result{planned, std::optional<EndedTrial>(), {}};
  const auto prepared = hooks_.before_trial(planned);
  if (!prepared) {
    result.ended = not_prepared(planned, prepared.error());
    return result;
  }
  result.ended = run_with_retries(planned, stop, result.notes);
  if (!result.ended || !*result.ended) return result;
  const auto after = hooks_.after_trial(planned, **result.ended);
  if (!after) result.notes.push_back(fmt::format("{} (trial {})", after.error().text(), planned.index));
  return result;
}

Result<std::optional<EndedTrial>> TrialTask::run_with_retries(const PlannedTrial& planned,
                                                              const std::atomic<bool>& stop,
                                                              std::vector<std::string>& notes) const {
  for (int attempt = 1;; ++attempt) {
    auto ended = trials_.run(planned, setting_.cell_of(planned), stop);
    if (ended && (*ended || stop.load())) return ended;
    // The supervisor's death is our failure and never an outcome; one such, as by an out-of-memory
    // killer that chose badly, must not end a night.
    if (ended) ended = fail(ErrorKind::process, "the supervisor was interrupted, though nobody asked for it");
    if (stop.load()) return std::optional<EndedTrial>();
    ended.error().add_context(fmt::format("while running trial {}", planned.index));
    if (attempt == kMostAttempts) {
      return fail(
          ended.error().kind(),
          fmt::format("{}; it was tried {} times. What was measured before is stored; `faultline doctor` "
                      "looks for what is wrong with this host, and the same run command goes on with "
                      "trial {}",
                      ended.error().text(), attempt, planned.index));
    }
    notes.push_back(ended.error().text() + "; trying again");
    setting_.parts.clock.sleep(kPauseBetweenAttempts);
  }
}

/// It never ran as meant: what was to make it ready failed.
EndedTrial TrialTask::not_prepared(const PlannedTrial& planned, const Error& error) const {
  EndedTrial ended;
  ended.trial = trials_.plan(planned, setting_.cell_of(planned));
  ended.trial.verdict = {Outcome::setup_failed, "before_trial_failed", {error.text()}};
  ended.evidence.workload = &setting_.workload_of(planned.cell_index);
  return ended;
}

}  // namespace faultline
