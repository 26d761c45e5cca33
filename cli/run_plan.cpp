#include "cli/run_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/plan/campaign_file.h"
#include "collector/plan/schedule.h"
#include "collector/plan/stop_cells.h"
#include "core/text_escape.h"

namespace faultline {
namespace {

std::string command_line(const Workload& workload) {
  std::string out;
  for (const auto& word : workload.command) {
    if (!out.empty()) out += ' ';
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?") == std::string::npos;
    out += plain ? word : "'" + word + "'";
  }
  return escape_line(out);
}

std::chrono::milliseconds longest_time(const Campaign& campaign, const std::vector<Cell>& cells,
                                       std::int64_t blocks) {
  std::chrono::milliseconds sum{0};
  for (const auto& cell : cells) {
    sum += campaign.workloads[cell.workload_index].timeout.value_or(campaign.timeout) + campaign.grace;
  }
  return sum * blocks;
}

Result<std::vector<Cell>> chosen_cells(const Campaign& campaign, const Filter& only) {
  auto cells = make_cells(campaign);
  TRY_ASSIGN(const auto chosen, select_cells(only, cells));
  std::vector<Cell> out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (chosen[i]) out.push_back(std::move(cells[i]));
  }
  return out;
}

}  // namespace

Result<std::string> describe_plan(const Campaign& campaign, std::int64_t blocks, const Filter& only) {
  TRY_ASSIGN(const auto cells, chosen_cells(campaign, only));
  std::string out = fmt::format("campaign {}  seed {}\n", escape_line(campaign.name), campaign.seed);
  out += fmt::format("{} trials: {} blocks of {} cells in shuffled order\n",
                     blocks * static_cast<std::int64_t>(cells.size()), blocks, cells.size());
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
                       workload.capture == CaptureMode::on ? "on" : "off", command_line(workload));
    for (const auto& cell : cells) {
      if (cell.workload == workload.name && !cell.parameters.empty())
        out += "  " + escape_line(cell.text()) + "\n";
    }
  }
  out += fmt::format("\nIf every trial ran into its time limit: {}.\n",
                     format_duration(longest_time(campaign, cells, blocks)));
  return out;
}

}  // namespace faultline
