// `run --trials N --matrix k=v,v -- CMD…` as a campaign.

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "collector/plan/campaign_checks.h"
#include "collector/plan/campaign_file.h"

namespace faultline {
namespace {

bool is_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_real(const std::string& text) {
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string::npos) return false;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() && std::isfinite(value);
}

/// As TOML would type it; what looks like no number stays text, and keeps its spelling.
ParameterValue typed_value(std::string_view text) {
  ParameterType type = ParameterType::text;
  if (text == "true" || text == "false") {
    type = ParameterType::boolean;
  } else if (is_integer(text)) {
    type = ParameterType::integer;
  } else if (is_real(std::string(text))) {
    type = ParameterType::real;
  }
  return {std::string(text), std::string(text), type, false};
}

std::optional<MatrixParameter> parse_matrix(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  MatrixParameter parameter{std::string(text.substr(0, equals)), {}};
  std::string_view rest = text.substr(equals + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    parameter.values.push_back(typed_value(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return parameter;
    rest.remove_prefix(comma + 1);
  }
}

/// The last part of the program's path, without what a name cannot hold.
std::string name_of_program(std::string_view program) {
  const std::size_t slash = program.find_last_of('/');
  std::string name(slash == std::string_view::npos ? program : program.substr(slash + 1));
  return name.empty() ? "command" : name;
}

}  // namespace

Result<Campaign> campaign_from_command(const CommandCampaign& command) {
  if (command.argv.empty() || command.argv.front().empty()) {
    return fail(ErrorKind::invalid_argument,
                "no command; wanted one after --, as: run --trials 200 -- ./prog 8");
  }
  Campaign campaign;
  campaign.name = name_of_program(command.argv.front());
  campaign.trials = command.trials;
  if (command.timeout) campaign.timeout = *command.timeout;
  if (command.seed) campaign.seed = *command.seed;
  campaign.control = command.control.value_or("");
  std::error_code ignored;
  campaign.folder = std::filesystem::current_path(ignored).string();
  Workload workload;
  workload.name = campaign.name;
  workload.command = command.argv;
  workload.capture = command.capture;
  workload.follow_children = command.follow_children;
  std::string mistakes;
  const auto add = [&mistakes](const std::string& message) {
    mistakes += (mistakes.empty() ? "" : "\n") + message;
  };
  for (const std::string& text : command.matrix) {
    auto parameter = parse_matrix(text);
    if (!parameter) {
      add(fmt::format("--matrix {}: wanted name=value,value, as threads=1,8", text));
      continue;
    }
    for (const MatrixParameter& other : workload.matrix) {
      if (other.name == parameter->name)
        add(fmt::format("--matrix {}: {} was given before", text, other.name));
    }
    workload.matrix.push_back(std::move(*parameter));
  }
  campaign.workloads.push_back(std::move(workload));
  for (const CampaignMistake& mistake : check_campaign(campaign, {})) add(mistake.message);
  if (!mistakes.empty()) return fail(ErrorKind::invalid_argument, std::move(mistakes));
  campaign.text = write_campaign_toml(campaign);
  campaign.hash = campaign_hash(campaign);
  return campaign;
}

}  // namespace faultline
