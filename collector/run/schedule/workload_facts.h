// What a campaign's commands really are: the versions of interpreters and packages, and hashes of files.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "collector/host/command_runner.h"
#include "collector/plan/placeholders.h"
#include "core/model/campaign.h"

namespace faultline {

/// Facts of the programs that `cells` run, by name:
///
///   file.NAME   hash128 of each file that a command names, its program among them (sought on PATH)
///   python, torch, mlx, numpy, jax, tensorflow   versions, as the command's own Python says
///
/// What cannot be asked is absent. Files beyond 256 MiB are left out. Two files of one name are told by their
/// paths. Runs each distinct Python once.
std::vector<std::pair<std::string, std::string>> workload_facts(const Campaign& campaign,
                                                                const std::vector<Cell>& cells,
                                                                const PlaceholderFolders& folders,
                                                                CommandRunner& commands);

}  // namespace faultline
