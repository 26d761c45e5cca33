#include "app/campaign/run_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/plan/campaign_file.h"
#include "collector/plan/chosen_cells.h"
#include "collector/plan/schedule.h"
#include "collector/plan/stop_cells.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"
#include "db/store.h"

namespace faultline {
namespace {

std::string duration_name(const Cell& cell) {
  return cell.parameters.empty() ? cell.workload : cell.workload + " " + cell.text();
}

/// One trial of every cell, each as long as `time_of` says.
template <typename TimeOf>
std::chrono::nanoseconds block_time(const Campaign& campaign, const std::vector<Cell>& cells,
                                    const TimeOf& time_of) {
  std::chrono::nanoseconds sum{0};
  for (const auto& cell : cells) sum += time_of(cell) + campaign.cooldown;
  return sum / campaign.jobs;
}

/// To the second, or to two digits where it is less.
std::string time_text(std::chrono::nanoseconds time) {
  using std::chrono::milliseconds;
  auto rounded = std::chrono::ceil<milliseconds>(time);
  if (rounded >= std::chrono::hours(2)) {
    rounded = std::chrono::ceil<std::chrono::minutes>(time);
    return fmt::format("{}h{:02}m", rounded / std::chrono::hours(1), rounded / std::chrono::minutes(1) % 60);
  }
  if (rounded > std::chrono::seconds(1)) rounded = std::chrono::ceil<std::chrono::seconds>(time);
  return format_duration(rounded);
}

std::string limits_text(const Campaign& campaign, const RunOptions& options) {
  std::string out;
  if (options.shard.of > 1)
    out += fmt::format("part {} of {}, in whole blocks\n", options.shard.number, options.shard.of);
  if (campaign.warm_up > 0)
    out += fmt::format("warm-up: {} blocks before them, in no rate\n", campaign.warm_up);
  if (campaign.jobs > 1) out += fmt::format("jobs: {} trials at the same time\n", campaign.jobs);
  if (campaign.cooldown.count() > 0)
    out += fmt::format("cooldown: {} after each trial\n", format_duration(campaign.cooldown));
  if (options.duration) out += fmt::format("ends after {}\n", format_duration(*options.duration));
  if (campaign.duration)
    out +=
        fmt::format("ends {} after its start, interruptions included\n", format_duration(*campaign.duration));
  const Hooks& hooks = campaign.hooks;
  const auto add = [&out](std::string_view name, const std::vector<std::string>& command) {
    if (!command.empty()) out += fmt::format("{}: {}\n", name, escape_line(shell_command(command)));
  };
  add("setup", hooks.setup);
  add("before each trial", hooks.before_trial);
  add("after each trial", hooks.after_trial);
  add("cleanup", hooks.cleanup);
  add(fmt::format("health, every {} trials", hooks.health_every), hooks.health);
  return out;
}

std::string times_text(const Campaign& campaign, const std::vector<Cell>& cells, std::int64_t blocks,
                       const TrialDurations& before) {
  const auto longest = block_time(campaign, cells, [&campaign](const Cell& cell) {
    return campaign.workloads[cell.workload_index].timeout.value_or(campaign.timeout) + campaign.grace;
  });
  std::string out;
  const bool all_known = std::all_of(cells.begin(), cells.end(), [&before](const Cell& cell) {
    return before.contains(duration_name(cell));
  });
  if (all_known) {
    const auto expected =
        block_time(campaign, cells, [&before](const Cell& cell) { return before.at(duration_name(cell)); });
    out +=
        blocks > 0
            ? fmt::format("If trials take as long as in the newest run: {}.\n", time_text(expected * blocks))
            : fmt::format("If trials take as long as in the newest run: {} a block.\n", time_text(expected));
  } else {
    out += "How long trials take is not known: this store has no run of all of these cells.\n";
  }
  out += fmt::format("If every trial ran into its time limit: {}{}.\n",
                     time_text(blocks > 0 ? longest * blocks : longest), blocks > 0 ? "" : " a block");
  return out;
}

}  // namespace

Result<TrialDurations> durations_before(const std::filesystem::path& db, const Campaign& campaign) {
  std::error_code ignored;
  if (!std::filesystem::exists(db, ignored)) return TrialDurations();
  TRY_ASSIGN(auto store, Store::open(db, OpenMode::read_only));
  RunSelection selection;
  selection.campaign_name = campaign.name;
  selection.limit = 1;
  TRY_ASSIGN(const auto runs, store.find_runs(selection));
  TrialDurations means;
  if (runs.empty()) return means;
  TRY_ASSIGN(const auto trials, store.trials_of(runs[0].uuid));
  std::map<std::string, std::int64_t> counts;
  for (const Trial& trial : trials) {
    const auto name = duration_name(runs[0].cells[trial.cell_index]);
    means[name] += trial.duration;
    ++counts[name];
  }
  for (auto& [name, sum] : means) sum /= counts[name];
  return means;
}

Result<std::string> describe_plan(const Campaign& campaign, const RunOptions& options,
                                  const TrialDurations& before) {
  TRY_ASSIGN(const auto cells, choose_cells(campaign, options.only));
  SchedulePlan plan;
  plan.cell_count = cells.size();
  plan.blocks = options.trials.value_or(campaign.trials);
  plan.shard = options.shard;
  const auto blocks = Schedule(plan).own_blocks();
  std::string out = fmt::format("campaign {}  seed {}\n", escape_line(campaign.name), campaign.seed);
  if (plan.blocks > 0) {
    out += fmt::format("{} trials: {} blocks of {} cells in shuffled order\n",
                       blocks * static_cast<std::int64_t>(cells.size()), blocks, cells.size());
  } else {
    out += fmt::format("as many blocks of {} cells in shuffled order as there is time for\n", cells.size());
  }
  out += limits_text(campaign, options);
  out += fmt::format("control: {}\n", campaign.control.empty() ? "none" : escape_line(campaign.control));
  if (campaign.stop) {
    TRY(cells_against(*campaign.stop, cells));
    out +=
        fmt::format("stop: {}, looked at after each block{}\n", escape_line(stop_rule_text(*campaign.stop)),
                    campaign.stop->allocate_undecided ? "; later blocks leave out decided cells" : "");
  }
  for (const auto& workload : campaign.workloads) {
    const auto count = std::count_if(cells.begin(), cells.end(),
                                     [&](const Cell& cell) { return cell.workload == workload.name; });
    if (count == 0) continue;
    out += fmt::format("\n{}  {} cells, time limit {}, capture {}\n  {}\n", escape_line(workload.name), count,
                       format_duration(workload.timeout.value_or(campaign.timeout)),
                       workload.capture == CaptureMode::on ? "on" : "off",
                       escape_line(shell_command(workload.command)));
    for (const auto& cell : cells) {
      if (cell.workload == workload.name && !cell.parameters.empty())
        out += "  " + escape_line(cell.text()) + "\n";
    }
  }
  return out + "\n" + times_text(campaign, cells, blocks > 0 ? blocks + campaign.warm_up : 0, before);
}

}  // namespace faultline
