#include "collector/plan/workload_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "collector/plan/campaign_checks.h"
#include "collector/plan/toml_document.h"
#include "core/files/text_file.h"
#include "core/text/nearest_name.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestMapBytes = 1U << 20;

class MapReader {
 public:
  MapReader(Campaign& campaign, std::vector<CampaignMistake>& mistakes)
      : campaign_(campaign), mistakes_(mistakes) {}

  void read(const TomlValue& root) {
    static constexpr std::array<std::string_view, 2> kKnown{"name", "workload"};
    std::string name;
    const TomlValue* workloads = nullptr;
    for (const TomlMember& member : root.members) {
      if (member.name == "name" && member.value.type == TomlType::text) {
        name = member.value.text;
      } else if (member.name == "workload" && member.value.type == TomlType::table) {
        workloads = &member.value;
      } else {
        unknown(member, "at the top of the map", kKnown);
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
      const TomlValue* table = workloads->find(workload.name);
      if (table == nullptr || table->type != TomlType::table) {
        add(0, fmt::format("there is no [workload.{}], which the campaign has", workload.name));
        continue;
      }
      read_workload(*table, workload);
    }
    // One map may serve several campaigns: what this one does not have is left alone.
  }

 private:
  void add(std::size_t line, std::string message) { mistakes_.push_back({line, std::move(message)}); }
  void unknown(const TomlMember& member, std::string_view where, std::span<const std::string_view> known) {
    add(member.line,
        fmt::format("unknown key \"{}\" {}{}", member.name, where, name_hint(member.name, known)));
  }

  void read_workload(const TomlValue& table, Workload& workload) {
    static constexpr std::array<std::string_view, 6> kKnown{"command",    "pass_when",     "wrong_when",
                                                            "crash_when", "expect_output", "values"};
    const std::array<std::pair<std::string_view, std::optional<std::string>*>, 4> patterns{
        {{"pass_when", &workload.pass_when},
         {"wrong_when", &workload.wrong_when},
         {"crash_when", &workload.crash_when},
         {"expect_output", &workload.expect_output}}};
    workload.expect_image.reset();
    bool has_command = false;
    for (const TomlMember& member : table.members) {
      const auto pattern = std::find_if(patterns.begin(), patterns.end(),
                                        [&](const auto& one) { return one.first == member.name; });
      if (pattern != patterns.end()) {
        read_pattern(member, *pattern->second);
      } else if (member.name == "command") {
        has_command = true;
        read_command(member.value, workload);
      } else if (member.name == "values") {
        read_values(member.value, workload);
      } else {
        unknown(member, fmt::format("in [workload.{}]", workload.name), kKnown);
      }
    }
    if (!has_command)
      add(table.line, fmt::format("[workload.{}] has no command; that is what a map is for", workload.name));
  }

  void read_pattern(const TomlMember& member, std::optional<std::string>& target) {
    if (member.value.type != TomlType::text) {
      add(member.value.line,
          fmt::format("{} is no text; wanted a regex in quotes, or \"\" for none", member.name));
      return;
    }
    target = member.value.text.empty() ? std::nullopt : std::optional(member.value.text);
  }

  void read_command(const TomlValue& list, Workload& workload) {
    workload.command.clear();
    const bool all_texts = std::all_of(list.elements.begin(), list.elements.end(),
                                       [](const TomlValue& word) { return word.type == TomlType::text; });
    if (list.elements.empty() || !all_texts) {
      add(list.line,
          "command is no array of strings; wanted as [\"{samples}/agx_sim\", \"--threads\", \"{threads}\"]");
      return;
    }
    for (const TomlValue& word : list.elements) workload.command.push_back(word.text);
  }

  void read_values(const TomlValue& table, Workload& workload) {
    if (table.type != TomlType::table) {
      add(table.line, "values is no table; wanted as values.api = { ndarray = \"shared\" }");
      return;
    }
    for (const TomlMember& values : table.members) {
      const auto parameter =
          std::find_if(workload.matrix.begin(), workload.matrix.end(),
                       [&](const MatrixParameter& one) { return one.name == values.name; });
      if (parameter == workload.matrix.end() || values.value.type != TomlType::table) {
        add(values.value.line, fmt::format("{} is no parameter of workload {}, or its values are no table",
                                           values.name, workload.name));
        continue;
      }
      replace_values(values.value, *parameter);
    }
  }

  void replace_values(const TomlValue& table, MatrixParameter& parameter) {
    for (const TomlMember& label : table.members) {
      const auto value = std::find_if(parameter.values.begin(), parameter.values.end(),
                                      [&](const ParameterValue& one) { return one.label == label.name; });
      if (value == parameter.values.end() || label.value.type != TomlType::text) {
        add(label.value.line, fmt::format("{} is no value of {}, or what it stands for is no text",
                                          label.name, parameter.name));
        continue;
      }
      value->value = label.value.text;
      value->unset = false;
    }
  }

  Campaign& campaign_;
  std::vector<CampaignMistake>& mistakes_;
};

}  // namespace

std::vector<CampaignMistake> apply_workload_map(Campaign& campaign, std::string_view text) {
  std::vector<CampaignMistake> mistakes;
  const auto parsed = parse_toml(text);
  if (!parsed) return {{parsed.error().line, "not TOML: " + parsed.error().message}};
  MapReader(campaign, mistakes).read(*parsed);
  if (!mistakes.empty()) return mistakes;
  mistakes = check_campaign(campaign, {}, UnusedParameters::are_allowed);
  campaign.text = write_campaign_toml(campaign);
  campaign.hash = campaign_hash(campaign);
  return mistakes;
}

Result<void> map_workloads(Campaign& campaign, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string text, read_file(path, kLargestMapBytes));
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
