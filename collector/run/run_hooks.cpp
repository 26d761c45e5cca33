#include "collector/run/run_hooks.h"

#include <fmt/format.h>

#include "collector/plan/placeholders.h"
#include "core/model/outcome.h"

namespace faultline {

HostCommand RunHooks::command_for(const std::vector<std::string>& hook) const {
  HostCommand command;
  const PlaceholderFolders folders{setting_.options.samples_folder.string(), setting_.campaign.folder};
  for (const std::string& argument : hook)
    command.argv.push_back(replace_placeholders(argument, Cell{}, folders).value_or(""));
  command.limit = setting_.campaign.hooks.timeout;
  command.with_errors = true;
  command.env.push_back({"FAULTLINE_RUN", setting_.record.uuid.text()});
  return command;
}

HostCommand RunHooks::command_for(const std::vector<std::string>& hook, const PlannedTrial& planned) const {
  HostCommand command = command_for(hook);
  const Cell& cell = setting_.cell_of(planned);
  command.env.push_back({"FAULTLINE_TRIAL", std::to_string(planned.index)});
  command.env.push_back({"FAULTLINE_SEED", std::to_string(trial_seed(setting_.record.seed, planned.block))});
  command.env.push_back({"FAULTLINE_WORKLOAD", cell.workload});
  command.env.push_back({"FAULTLINE_CELL", cell.text()});
  return command;
}

Result<void> RunHooks::run(std::string_view name, const HostCommand& command) const {
  if (command.argv.empty()) return {};
  auto output = setting_.parts.commands.run(command);
  if (output) return {};
  return fail(output.error().add_context(std::string(name) + " failed"));
}

Result<void> RunHooks::setup() const { return run("setup", command_for(setting_.campaign.hooks.setup)); }

Result<void> RunHooks::before_trial(const PlannedTrial& planned) const {
  return run("before_trial", command_for(setting_.campaign.hooks.before_trial, planned));
}

Result<void> RunHooks::after_trial(const PlannedTrial& planned, const EndedTrial& ended) const {
  HostCommand command = command_for(setting_.campaign.hooks.after_trial, planned);
  command.env.push_back({"FAULTLINE_TRIAL_DIR", trials_.folder_of(ended.trial.index).string()});
  command.env.push_back({"FAULTLINE_OUTCOME", std::string(outcome_text(ended.trial.verdict.outcome))});
  return run("after_trial", command);
}

Result<void> RunHooks::cleanup() const {
  return run("cleanup", command_for(setting_.campaign.hooks.cleanup));
}

std::optional<std::string> RunHooks::why_unhealthy(std::int64_t executed) {
  const Hooks& hooks = setting_.campaign.hooks;
  if (hooks.health.empty()) return std::nullopt;
  if (healthy_at_ && executed - *healthy_at_ < hooks.health_every) return std::nullopt;
  const auto healthy = run("health", command_for(hooks.health));
  if (healthy) {
    healthy_at_ = executed;
    return std::nullopt;
  }
  std::string reason = healthy.error().text();
  if (healthy_at_) {
    reason +=
        fmt::format("; the last {} trials came after the last check that passed", executed - *healthy_at_);
  }
  return reason;
}

}  // namespace faultline
