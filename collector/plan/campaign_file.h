// The campaign as a person writes it: TOML text or a command line, told apart from mistakes.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/text/duration.h"

namespace faultline {

/// Something that the file means wrongly. `line` counts from 1; 0 where no line can be named.
struct CampaignMistake {
  std::size_t line = 0;
  std::string message;  ///< What was found, and what would be right.
  friend bool operator==(const CampaignMistake&, const CampaignMistake&) = default;
};

/// What a campaign text came to: a campaign that is safe to run exactly if `mistakes` is empty.
struct CampaignText {
  Campaign campaign;
  std::vector<CampaignMistake> mistakes;  ///< In the order of their lines.
};

/// Reads TOML text. All mistakes are found at once, but for a syntax error, which hides what follows
/// it. `folder` becomes Campaign::folder, which stands for `{campaign}`. Pure.
CampaignText parse_campaign(std::string_view text, const std::filesystem::path& folder);

/// Reads a file and says all of its mistakes in one error (kind invalid_argument), one per line:
/// `nightly.toml:7: unknown key "trails" in [campaign]; did you mean "trials"?`
Result<Campaign> read_campaign_file(const std::filesystem::path& path);

/// `run --trials N --matrix threads=1,8 -- CMD…`, as it was given.
struct CommandCampaign {
  std::vector<std::string> argv;  ///< May hold `{placeholders}` of the matrix.
  std::int64_t trials = 10;
  std::vector<std::string> matrix;  ///< Each `name=value,value`.
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> control;
  CaptureMode capture = CaptureMode::on;
  bool follow_children = true;
};

/// The campaign that a command line stands for. It is named after the program, and goes through the
/// same checks as a file. A matrix parameter without a placeholder in the command is a mistake.
Result<Campaign> campaign_from_command(const CommandCampaign& command);

/// TOML text that parse_campaign() reads back to an equal campaign (but for `text` and `folder`).
std::string write_campaign_toml(const Campaign& campaign);

/// hash128 over what decides the trials: name, seed, limits, jobs, hooks, control, settle, facts and
/// workloads. Not in it: the number of trials, the run's duration, drain, the system log, free disk space,
/// comments, the file's place.
std::string campaign_hash(const Campaign& campaign);

}  // namespace faultline
