// toml++ is used header-only and without exceptions, as in campaign_file.cpp.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include "collector/plan/workload_map.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <set>

#include "collector/plan/campaign_checks.h"
#include "collector/plan/nearest_name.h"
#include "core/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestFileBytes = 1U << 20;

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

class MapReader {
 public:
  MapReader(Campaign& campaign, std::vector<CampaignMistake>& mistakes)
      : campaign_(campaign), mistakes_(mistakes) {}

  void read(const toml::table& root) {
    static constexpr std::array<std::string_view, 2> kKnown{"name", "workload"};
    std::string name;
    const toml::table* workloads = nullptr;
    for (const auto& [key, node] : root) {
      if (key.str() == "name" && node.is_string()) {
        name = node.as_string()->get();
      } else if (key.str() == "workload" && node.is_table()) {
        workloads = node.as_table();
      } else {
        unknown(key, "at the top of the map", kKnown);
      }
    }
    if (name.empty())
      add(0, "the map has no name; wanted as name = \"agx-sim\", which the run is named after");
    if (workloads == nullptr) {
      add(0, "the map has no workload; wanted tables, as [workload.torch-linear]");
      return;
    }
    campaign_.name += "-as-" + name;
    for (Workload& workload : campaign_.workloads) {
      const auto* table = workloads->get_as<toml::table>(workload.name);
      if (table == nullptr) {
        add(0, fmt::format("there is no [workload.{}], which the campaign has", workload.name));
        continue;
      }
      read_workload(*table, workload);
    }
    // One map may serve several campaigns: what this one does not have is left alone.
  }

 private:
  void add(std::size_t line, std::string message) { mistakes_.push_back({line, std::move(message)}); }
  void unknown(const toml::key& key, std::string_view where, std::span<const std::string_view> known) {
    add(key.source().begin.line,
        fmt::format("unknown key \"{}\" {}{}", key.str(), where, name_hint(key.str(), known)));
  }

  void read_workload(const toml::table& table, Workload& workload) {
    static constexpr std::array<std::string_view, 6> kKnown{"command",    "pass_when",     "wrong_when",
                                                            "crash_when", "expect_output", "values"};
    const std::array<std::pair<std::string_view, std::optional<std::string>*>, 4> patterns{
        {{"pass_when", &workload.pass_when},
         {"wrong_when", &workload.wrong_when},
         {"crash_when", &workload.crash_when},
         {"expect_output", &workload.expect_output}}};
    workload.expect_image.reset();
    bool has_command = false;
    for (const auto& [key, node] : table) {
      const auto pattern = std::find_if(patterns.begin(), patterns.end(),
                                        [&](const auto& one) { return one.first == key.str(); });
      if (pattern != patterns.end()) {
        read_pattern(node, key.str(), *pattern->second);
      } else if (key.str() == "command") {
        has_command = true;
        read_command(node, workload);
      } else if (key.str() == "values") {
        read_values(node, workload);
      } else {
        unknown(key, fmt::format("in [workload.{}]", workload.name), kKnown);
      }
    }
    if (!has_command)
      add(line_of(table),
          fmt::format("[workload.{}] has no command; that is what a map is for", workload.name));
  }

  void read_pattern(const toml::node& node, std::string_view name, std::optional<std::string>& target) {
    const auto* text = node.as_string();
    if (text == nullptr) {
      add(line_of(node), fmt::format("{} is no text; wanted a regex in quotes, or \"\" for none", name));
      return;
    }
    target = text->get().empty() ? std::nullopt : std::optional(text->get());
  }

  void read_command(const toml::node& node, Workload& workload) {
    workload.command.clear();
    const auto* list = node.as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous<std::string>()) {
      add(line_of(node),
          "command is no list of texts; wanted as [\"{samples}/agx_sim\", \"--threads\", \"{threads}\"]");
      return;
    }
    for (const auto& word : *list) workload.command.push_back(word.as_string()->get());
  }

  void read_values(const toml::node& node, Workload& workload) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      add(line_of(node), "values is no table; wanted as values.api = { ndarray = \"shared\" }");
      return;
    }
    for (const auto& [key, values] : *table) {
      const auto parameter = std::find_if(workload.matrix.begin(), workload.matrix.end(),
                                          [&](const MatrixParameter& one) { return one.name == key.str(); });
      if (parameter == workload.matrix.end() || !values.is_table()) {
        add(line_of(values), fmt::format("{} is no parameter of workload {}, or its values are no table",
                                         key.str(), workload.name));
        continue;
      }
      replace_values(*values.as_table(), *parameter);
    }
  }

  void replace_values(const toml::table& table, MatrixParameter& parameter) {
    for (const auto& [label, node] : table) {
      const auto value = std::find_if(parameter.values.begin(), parameter.values.end(),
                                      [&](const ParameterValue& one) { return one.label == label.str(); });
      if (value == parameter.values.end() || !node.is_string()) {
        add(line_of(node), fmt::format("{} is no value of {}, or what it stands for is no text", label.str(),
                                       parameter.name));
        continue;
      }
      value->value = node.as_string()->get();
      value->unset = false;
    }
  }

  Campaign& campaign_;
  std::vector<CampaignMistake>& mistakes_;
};

}  // namespace

std::vector<CampaignMistake> apply_workload_map(Campaign& campaign, std::string_view text) {
  std::vector<CampaignMistake> mistakes;
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return {{error.source().begin.line, "not TOML: " + std::string(error.description())}};
  }
  MapReader(campaign, mistakes).read(parsed.table());
  if (!mistakes.empty()) return mistakes;
  mistakes = check_campaign(
      campaign, [](std::string_view) { return std::size_t{0}; }, UnusedParameters::are_allowed);
  campaign.text = write_campaign_toml(campaign);
  campaign.hash = campaign_hash(campaign);
  return mistakes;
}

Result<void> map_workloads(Campaign& campaign, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string text, read_file(path, kLargestFileBytes));
  const auto mistakes = apply_workload_map(campaign, text);
  if (mistakes.empty()) return {};
  std::string message;
  for (const CampaignMistake& mistake : mistakes) {
    if (!message.empty()) message += '\n';
    message += path.string();
    if (mistake.line > 0) message += fmt::format(":{}", mistake.line);
    message += ": " + mistake.message;
  }
  return fail(ErrorKind::invalid_argument, std::move(message));
}

}  // namespace faultline
