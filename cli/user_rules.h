// --rules, as every command that derives sites takes it.

#pragma once

#include <filesystem>

#include "analyzer/site/frame_rules.h"
#include "cli/commands.h"
#include "core/base/result.h"

namespace faultline {

/// Adds --rules to a command that derives sites.
void add_rules_option(CLI::App& command, CommandContext& context);

/// read_user_rules() with --rules.
Result<SiteRules> load_user_rules(const CommandContext& context,
                                  const std::filesystem::path& of_campaign = {});

}  // namespace faultline
