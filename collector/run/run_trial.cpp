// One trial in its worker, and the user's own commands around trials and runs.

#include <fmt/format.h>

#include <utility>

#include "collector/host/system_log.h"
#include "collector/run/campaign_run.h"
#include "core/base/text_file.h"
#include "core/model/outcome.h"

namespace faultline {
namespace {

constexpr int kMostAttempts = 3;
constexpr std::chrono::seconds kPauseBetweenAttempts{1};
constexpr std::chrono::seconds kLogBefore{1};
constexpr std::chrono::seconds kLogAfter{2};
constexpr std::size_t kMostLogBytes = 4U << 20;

}  // namespace

WorkerResult CampaignRun::run_in_worker(const PlannedTrial& planned, const std::atomic<bool>& stop) {
  WorkerResult result{planned, std::optional<EndedTrial>(), {}};
  const auto prepared = run_hook("before_trial", campaign_.hooks.before_trial, &planned, nullptr);
  if (!prepared) {
    result.ended = not_prepared(planned, prepared.error());
    return result;
  }
  result.ended = run_with_retries(planned, stop, result.notes);
  if (!result.ended || !*result.ended) return result;
  const auto after = run_hook("after_trial", campaign_.hooks.after_trial, &planned, &**result.ended);
  if (!after) result.notes.push_back(fmt::format("{} (trial {})", after.error().text(), planned.index));
  return result;
}

Result<std::optional<EndedTrial>> CampaignRun::run_with_retries(const PlannedTrial& planned,
                                                                const std::atomic<bool>& stop,
                                                                std::vector<std::string>& notes) {
  for (int attempt = 1;; ++attempt) {
    auto ended = trials_->run(planned, cell_of(planned), stop);
    if (ended && (*ended || stop.load())) return ended;
    // The supervisor's death is our failure and never an outcome; one such, as by an out-of-memory
    // killer that chose badly, must not end a night.
    if (ended) ended = fail(ErrorKind::process, "the supervisor was interrupted, though nobody asked for it");
    if (stop.load()) return std::optional<EndedTrial>();
    ended.error().add_context(fmt::format("while running trial {}", planned.index));
    if (attempt == kMostAttempts) return ended;
    notes.push_back(ended.error().text() + "; trying again");
    parts_.clock.sleep(kPauseBetweenAttempts);
  }
}

Result<void> CampaignRun::run_hook(std::string_view name, const std::vector<std::string>& command,
                                   const PlannedTrial* planned, const EndedTrial* ended) {
  if (command.empty()) return {};
  HostCommand call;
  const PlaceholderFolders folders{options_.samples_folder.string(), campaign_.folder};
  for (const std::string& argument : command)
    call.argv.push_back(replace_placeholders(argument, Cell{}, folders).value_or(""));
  call.limit = campaign_.hooks.timeout;
  call.with_errors = true;
  call.env.push_back({"FAULTLINE_RUN", record_.uuid.text()});
  if (planned != nullptr) {
    const Cell& cell = cell_of(*planned);
    call.env.push_back({"FAULTLINE_TRIAL", std::to_string(planned->index)});
    call.env.push_back({"FAULTLINE_SEED", std::to_string(trial_seed(record_.seed, planned->block))});
    call.env.push_back({"FAULTLINE_WORKLOAD", cell.workload});
    call.env.push_back({"FAULTLINE_CELL", cell.text()});
  }
  if (ended != nullptr) {
    call.env.push_back({"FAULTLINE_TRIAL_DIR", trials_->folder_of(ended->trial.index).string()});
    call.env.push_back({"FAULTLINE_OUTCOME", std::string(outcome_text(ended->trial.verdict.outcome))});
  }
  auto output = parts_.commands.run(call);
  if (output) return {};
  return fail(output.error().add_context(std::string(name) + " failed"));
}

/// It never ran as meant: what was to make it ready failed.
EndedTrial CampaignRun::not_prepared(const PlannedTrial& planned, const Error& error) const {
  EndedTrial ended;
  ended.trial = trials_->plan(planned, cell_of(planned));
  ended.trial.verdict = {Outcome::setup_failed, "before_trial_failed", {error.text()}};
  ended.evidence.workload = &campaign_.workloads[cell_of(planned).workload_index];
  return ended;
}

std::optional<CampaignRun::Ending> CampaignRun::check_health() {
  const Hooks& hooks = campaign_.hooks;
  if (hooks.health.empty()) return std::nullopt;
  if (checked_at_ >= 0 && executed_ - checked_at_ < hooks.health_every) return std::nullopt;
  const auto healthy = run_hook("health", hooks.health, nullptr, nullptr);
  if (healthy) {
    checked_at_ = executed_;
    return std::nullopt;
  }
  std::string reason = healthy.error().text();
  if (checked_at_ >= 0) {
    reason +=
        fmt::format("; the last {} trials came after the last check that passed", executed_ - checked_at_);
  }
  return Ending{RunState::stopped, std::move(reason)};
}

/// Beside the output of a trial that ended badly; such folders are kept.
void CampaignRun::keep_system_log(const EndedTrial& ended) {
  if (!campaign_.system_log || !is_bad(ended.trial.verdict.outcome)) return;
  const Trial& trial = ended.trial;
  const auto end = trial.started + std::chrono::duration_cast<std::chrono::microseconds>(trial.duration);
  HostCommand call;
  call.argv = system_log_command(trial.started - kLogBefore, end + kLogAfter);
  call.limit = campaign_.hooks.timeout;
  call.most_output_bytes = kMostLogBytes;
  const auto text = parts_.commands.run(call);
  if (text) {
    const auto written =
        write_file_atomically(trials_->folder_of(trial.index) / "system_log.txt", *text + "\n");
    if (written) return;
    note(written.error().text());
  } else if (!std::exchange(log_failed_, true)) {
    note("the system's log is not kept: " + text.error().text());
  }
}

void CampaignRun::clean_up() {
  const auto cleaned = run_hook("cleanup", campaign_.hooks.cleanup, nullptr, nullptr);
  if (!cleaned) note(cleaned.error().text());
}

}  // namespace faultline
