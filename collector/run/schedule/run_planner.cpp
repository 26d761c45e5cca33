#include "collector/run/schedule/run_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "collector/plan/campaign_file.h"
#include "collector/plan/chosen_cells.h"
#include "collector/plan/placeholders.h"
#include "collector/run/schedule/workload_facts.h"

namespace faultline {
namespace {

std::int64_t planned_blocks(const Campaign& campaign, const RunOptions& options, std::size_t cell_count) {
  if (!is_counted(campaign, options)) return 0;
  return Schedule(schedule_plan(campaign, options, cell_count, 1)).own_blocks() + campaign.warm_up;
}

std::string shard_of(const RunRecord& run) {
  for (const auto& [name, value] : run.facts) {
    if (name == kShardFact) return value;
  }
  return {};
}

/// Cells as a stored record gives them back: by workload and labels.
bool same_cells(const std::vector<Cell>& a, const std::vector<Cell>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Cell& left, const Cell& right) {
    return left.workload == right.workload && left.text() == right.text();
  });
}

std::vector<std::pair<std::string, std::string>> run_facts(const Campaign& campaign,
                                                           const std::vector<Cell>& cells,
                                                           const RunOptions& options, const RunParts& parts) {
  constexpr std::chrono::seconds kFactLimit{60};
  const PlaceholderFolders folders{options.samples_folder.string(), campaign.folder};
  std::vector<std::pair<std::string, std::string>> facts;
  for (const FactCommand& fact : campaign.facts) {
    std::vector<std::string> argv;
    for (const std::string& argument : fact.command)
      argv.push_back(replace_placeholders(argument, Cell{}, folders).value_or(""));
    auto output = parts.commands.output_of(argv, kFactLimit);
    if (output) {
      facts.emplace_back(fact.name, std::move(*output));
    } else {
      parts.observer.noted(fmt::format("fact {} is not known: {}", fact.name, output.error().text()));
    }
  }
  // What the campaign asks for itself goes before what we find.
  for (auto& [name, value] : workload_facts(campaign, cells, folders, parts.commands)) {
    const bool taken = std::any_of(facts.begin(), facts.end(),
                                   [&own = name](const auto& fact) { return fact.first == own; });
    if (!taken) facts.emplace_back(name, std::move(value));
  }
  return facts;
}

}  // namespace

SchedulePlan schedule_plan(const Campaign& campaign, const RunOptions& options, std::size_t cell_count,
                           std::uint64_t seed) {
  SchedulePlan plan;
  plan.cell_count = cell_count;
  plan.blocks = options.trials.value_or(campaign.trials);
  if (plan.blocks == 0) plan.blocks = kUncountedTrials / static_cast<std::int64_t>(cell_count);
  plan.warm_up = campaign.warm_up;
  plan.seed = seed;
  plan.shard = options.shard;
  return plan;
}

bool is_counted(const Campaign& campaign, const RunOptions& options) {
  return options.trials.value_or(campaign.trials) > 0;
}

Result<RunRecord> plan_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts) {
  RunRecord record;
  TRY_ASSIGN(record.cells, choose_cells(campaign, options.only));
  record.uuid = Uuid::random();
  record.campaign_name = campaign.name;
  record.campaign_hash = campaign.hash;
  record.campaign_text = campaign.text;
  record.control = campaign.control;
  record.planned_blocks = planned_blocks(campaign, options, record.cells.size());
  if (campaign.stop) {
    record.stop_rule = stop_rule_text(*campaign.stop);
    if (campaign.stop->allocate_undecided) record.stop_rule += ", allocate = \"undecided\"";
  }
  record.seed = campaign.seed;
  record.host = parts.host.facts();
  record.facts = run_facts(campaign, record.cells, options, parts);
  if (options.shard.of > 1) {
    record.facts.emplace_back(kShardFact, fmt::format("{}/{}", options.shard.number, options.shard.of));
  }
  record.started = parts.clock.wall();
  return record;
}

std::optional<std::string> why_not_resumable(const RunRecord& found, const RunRecord& wanted, WallTime now) {
  constexpr std::chrono::hours kLongest{20};
  if (found.state == RunState::finished || found.state == RunState::stopped) {
    return fmt::format("it has {}", run_state_text(found.state));
  }
  if (found.campaign_hash != wanted.campaign_hash) return "the campaign has changed";
  if (!same_cells(found.cells, wanted.cells)) return "it has other cells (--only)";
  if (shard_of(found) != shard_of(wanted)) return "it runs another part of the blocks (--shard)";
  if (found.host.host_key != wanted.host.host_key) return "it belongs to another host";
  if (found.host.os_build != wanted.host.os_build) return "the operating system has changed since";
  if (found.host.agx_version != wanted.host.agx_version) return "the driver has changed since";
  if (now - found.started > kLongest) return "it began more than 20 hours ago";
  return std::nullopt;
}

Result<RunRecord> record_to_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::vector<Cell>& cells) {
  if (!options.resume) return options.plan ? *options.plan : plan_run(campaign, options, parts);
  RunRecord record = *options.resume;
  if (!same_cells(record.cells, cells)) {
    return fail(ErrorKind::invalid_argument,
                "run " + record.uuid.text() + " has other cells than this campaign; start a new one");
  }
  record.planned_blocks = planned_blocks(campaign, options, cells.size());
  record.state = RunState::running;
  record.state_reason.clear();
  record.ended.reset();
  return record;
}

}  // namespace faultline
