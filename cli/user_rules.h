// A team's own rules file, as commands take it: --rules, a campaign's `rules`, or FAULTLINE_RULES.

#pragma once

#include <filesystem>

#include "analyzer/site/frame_rules.h"
#include "cli/commands.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Adds --rules to a command that derives sites.
void add_rules_option(CLI::App& command, CommandContext& context);

/// The file that a campaign names, from its own folder; empty if it names none.
std::filesystem::path rules_of_campaign(const Campaign& campaign);

/// Reads --rules, else `of_campaign`, else FAULTLINE_RULES; no rules where none of them names a file. A file
/// that is missing or that has a mistake is an error of kind invalid_argument: a site is never derived by
/// half of the rules.
Result<SiteRules> load_team_rules(const CommandContext& context,
                                  const std::filesystem::path& of_campaign = {});

}  // namespace faultline
