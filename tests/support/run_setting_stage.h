// The setting of a run whose parts are tested one by one, over what the stage of a whole run has.

#pragma once

#include "collector/plan/schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "tests/support/campaign_stage.h"

namespace faultline {

/// As run_campaign() makes it for a new run; the journal has begun it. The stage must outlive it.
inline RunSetting setting_of(CampaignStage& stage) {
  RunRecord record;
  record.uuid = Uuid::random();
  record.cells = make_cells(stage.campaign);
  record.started = stage.clock.wall();
  stage.journal.run = record;
  const RunParts parts{stage.clock,   stage.processes, stage.host,          stage.commands,
                       stage.journal, stage.observer,  stage.stop_evaluator};
  return {stage.campaign, stage.options,      parts,   stage.stop, record,
          record.cells,   stage.run_folder(), "BOOT-1"};
}

/// As a trial of that index stands when it has ended. `stage` has four cells, of one trial each in a block.
inline Trial ended_trial(std::int64_t index, Outcome outcome = Outcome::passed,
                         std::string rule = "exit_zero") {
  Trial trial;
  trial.index = index;
  trial.block = index / 4;
  trial.cell_index = static_cast<std::size_t>(index % 4);
  trial.verdict = {outcome, std::move(rule), {}};
  return trial;
}

}  // namespace faultline
