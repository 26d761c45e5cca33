// A user's own rules file: which one holds, and what it says.

#pragma once

#include <filesystem>

#include "analyzer/site/frame_rules.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// The file that a campaign names, from its own folder; empty if it names none.
std::filesystem::path rules_of_campaign(const Campaign& campaign);

/// Reads `named` (of --rules), else `of_campaign`, else FAULTLINE_RULES; no rules where none of them names a
/// file. A file that is missing or that has a mistake is an error of kind invalid_argument: a site is never
/// derived by half of the rules.
Result<SiteRules> read_user_rules(const std::filesystem::path& named,
                                  const std::filesystem::path& of_campaign = {});

}  // namespace faultline
