// Other commands in place of a campaign's workloads: `--workload-map`.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Changes `campaign` as the TOML text says, and gives it a name and a hash of its own: what other commands
/// did is never mixed with what the campaign's own did.
///
///   name = "agx-sim"                       # the campaign is then named <campaign>-as-agx-sim
///   [workload.matrix-products]             # each workload of the campaign needs such a table
///   command = ["{samples}/agx_sim", "--style", "{api}"]
///   expect_output = ""                     # "" takes a pattern away; also pass_when, wrong_when, crash_when
///   values.api = { ndarray = "shared" }    # what {api} stands for; labels stay
///
/// Matrices stay as they are, and a parameter need not have a place in the new command. Gives the mistakes,
/// with their lines; the campaign is then not to be used.
std::vector<CampaignMistake> apply_workload_map(Campaign& campaign, std::string_view text);

/// As above for a file; all mistakes in one error.
Result<void> map_workloads(Campaign& campaign, const std::filesystem::path& path);

}  // namespace faultline
