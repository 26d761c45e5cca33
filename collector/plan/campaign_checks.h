// What a campaign must mean, whoever wrote it: a file or a command line.

#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "core/model/campaign.h"

namespace faultline {

/// The line of a member, named as `campaign.control`, `facts.torch`, `workload.0`,
/// `workload.0.command`, `workload.0.env.NAME`, `workload.0.matrix.threads`; 0 where it has none.
using LineOf = std::function<std::size_t(std::string_view member)>;

/// What is known of the text that a campaign was read from.
struct CampaignSource {
  LineOf line_of = [](std::string_view) { return std::size_t{0}; };
  /// A member, named alike, that is there but could not be read: that it is missing is no second mistake.
  std::function<bool(std::string_view member)> is_misread = [](std::string_view) { return false; };
};

/// Whether a parameter must have a place in its workload: without one it changes nothing.
enum class UnusedParameters { are_mistakes, are_allowed };

/// Everything that is wrong with the meaning of `campaign`, in no particular order: names, numbers out
/// of range, placeholders, regexes, empty or too large matrices, a control that can match nothing.
/// Members of the wrong type never get this far. Pure.
std::vector<CampaignMistake> check_campaign(const Campaign& campaign, const CampaignSource& source,
                                            UnusedParameters unused = UnusedParameters::are_mistakes);

/// `name`, as parameters, facts and metrics are named: a letter or `_`, then also digits and `-`.
bool is_name(std::string_view text);

}  // namespace faultline
