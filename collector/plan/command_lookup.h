// Whether the commands of a campaign are there to be run, before a night is spent on one that is not.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "collector/plan/placeholders.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// The executable file that execvp() would run for `name`: the file itself where it has a slash, from
/// `folder` if it is relative, else the first of the folders of `path` (as PATH has them) that has it.
std::optional<std::filesystem::path> find_program(const std::string& name, const std::string& path,
                                                  const std::filesystem::path& folder);
/// The same from the current folder, with our own PATH.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Fails at the first workload of `cells` whose command is not there, with a near name where there is one.
/// Where a hook of the campaign may make the command, nothing is looked up.
Result<void> check_commands(const Campaign& campaign, const std::vector<Cell>& cells,
                            const PlaceholderFolders& folders);

}  // namespace faultline
