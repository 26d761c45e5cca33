// What a run ends with: its tables, its ledger, and the verdict on its control.

#pragma once

#include "cli/commands.h"
#include "collector/run/campaign_runner.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// Tables go to stdout in the format of the command line; ledger and control, as people's text, to
/// stdout below text and Markdown tables and to stderr beside CSV and JSON.
Result<void> print_run_summary(Store& store, const RunSummary& summary, const CommandContext& context);

}  // namespace faultline
