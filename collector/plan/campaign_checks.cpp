#include "collector/plan/campaign_checks.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "collector/plan/chosen_cells.h"
#include "collector/plan/line_pattern.h"
#include "collector/plan/placeholders.h"
#include "collector/plan/schedule.h"
#include "collector/plan/stop_cells.h"
#include "core/model/filter.h"
#include "core/text/nearest_name.h"

namespace faultline {
namespace {

constexpr std::size_t kMostCells = 1U << 20;
constexpr std::int64_t kMostJobs = 256;

// Fields of the filter language and the two placeholders that are no parameters.
constexpr std::array<std::string_view, 21> kTakenNames{
    "workload", "outcome", "phase",       "host",         "os_build", "os_version", "model",
    "chip",     "run",     "agx_version", "date",         "site",     "family",     "function",
    "image",    "kind",    "access",      "fault_offset", "label",    "samples",    "campaign"};

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

class CampaignChecker {
 public:
  CampaignChecker(const Campaign& campaign, const CampaignSource& source, UnusedParameters unused)
      : campaign_(campaign), source_(source), unused_(unused) {}

  std::vector<CampaignMistake> check() {
    if (campaign_.name.empty() && !source_.is_misread("campaign.name"))
      add("campaign", "[campaign] has no name; wanted as name = \"agx-race\"");
    if (campaign_.trials < 1 && !campaign_.duration) {
      add("campaign.trials", "trials is " + std::to_string(campaign_.trials) +
                                 "; wanted at least 1: the number of trials per cell");
    }
    if (campaign_.seed > std::uint64_t{INT64_MAX}) add("campaign.seed", "seed must be below 2^63");
    if (campaign_.timeout.count() <= 0) add("campaign.timeout", "timeout must be longer than 0");
    if (campaign_.duration && campaign_.duration->count() <= 0)
      add("campaign.duration", "duration must be longer than 0");
    if (campaign_.jobs > kMostJobs) {
      add("campaign.jobs", "jobs is " + std::to_string(campaign_.jobs) + "; wanted at most " +
                               std::to_string(kMostJobs) + " trials at the same time");
    }
    check_hooks();
    check_archive();
    check_facts();
    if (campaign_.workloads.empty())
      add("", "there is no [[workload]]; at least one is needed, with a command");
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < campaign_.workloads.size(); ++i) {
      const Workload& workload = campaign_.workloads[i];
      if (!workload.name.empty() && !names.insert(workload.name).second) {
        add(member(i, "name"), "a second workload is named " + in_quotes(workload.name) +
                                   "; names tell workloads apart in every table");
      }
      check_workload(workload, i);
    }
    if (matrices_valid_) check_controls();
    if (matrices_valid_) check_stop();
    return std::move(mistakes_);
  }

 private:
  static std::string member(std::size_t workload, std::string_view name) {
    return "workload." + std::to_string(workload) + (name.empty() ? "" : "." + std::string(name));
  }
  void add(std::string_view where, std::string message) {
    mistakes_.push_back({source_.line_of(where), std::move(message)});
  }

  void check_hooks() {
    const Hooks& hooks = campaign_.hooks;
    const std::array<std::pair<std::string, const std::vector<std::string>*>, 5> commands{
        {{"setup", &hooks.setup},
         {"before_trial", &hooks.before_trial},
         {"after_trial", &hooks.after_trial},
         {"cleanup", &hooks.cleanup},
         {"health", &hooks.health}}};
    for (const auto& [name, command] : commands) {
      for (const std::string& argument : *command)
        check_template(argument, nullptr, "hooks." + name, nullptr);
    }
    if (hooks.timeout.count() <= 0) add("hooks.timeout", "timeout of [hooks] must be longer than 0");
  }

  void check_archive() {
    for (const std::string& pattern : campaign_.archive) {
      if (pattern.empty())
        add("campaign.archive", "archive holds an empty string; wanted a name as \"libmlx*\"");
      if (pattern.find('/') != std::string::npos) {
        add("campaign.archive", "archive holds " + in_quotes(pattern) +
                                    "; wanted the name of an image, as \"libmlx*\", without its folder");
      }
    }
  }

  void check_facts() {
    for (const FactCommand& fact : campaign_.facts) {
      const std::string where = "facts." + fact.name;
      if (!is_name(fact.name))
        add(where, "a fact is named " + in_quotes(fact.name) + "; wanted letters, digits, _ and -");
      if (fact.command.empty()) add(where, "fact " + in_quotes(fact.name) + " has an empty command");
      for (const std::string& argument : fact.command) check_template(argument, nullptr, where, nullptr);
    }
  }

  void check_workload(const Workload& workload, std::size_t index) {
    const std::string title = "workload " + in_quotes(workload.name);
    if (workload.name.empty() && !source_.is_misread(member(index, "name")))
      add(member(index, ""), "a workload has no name; wanted as name = \"agx-sim\"");
    const bool misread_command = source_.is_misread(member(index, "command"));
    if (workload.command.empty() && !misread_command) {
      add(member(index, ""),
          title + " has no command; wanted as command = [\"prog\", \"--threads\", \"{threads}\"]");
    }
    if (workload.timeout && workload.timeout->count() <= 0) {
      add(member(index, "timeout"), "timeout of " + title + " must be longer than 0");
    }
    check_matrix(workload, index);
    std::set<std::string> used;
    for (const std::string& argument : workload.command) {
      check_template(argument, &workload, member(index, "command"), &used);
    }
    if (workload.working_folder) {
      check_template(*workload.working_folder, &workload, member(index, "working_folder"), &used);
    }
    for (const EnvSetting& setting : workload.env) {
      const std::string where = member(index, "env." + setting.name);
      if (setting.name.empty() || setting.name.find('=') != std::string::npos) {
        add(where, in_quotes(setting.name) + " cannot be the name of an environment variable");
      }
      if (setting.value) check_template(*setting.value, &workload, where, &used, /*may_be_unset=*/true);
    }
    for (const MatrixParameter& parameter : workload.matrix) {
      // Where the command is not known, nor is what it uses.
      if (unused_ == UnusedParameters::are_allowed || workload.command.empty()) break;
      if (used.contains(parameter.name) || parameter.name == kCaptureParameter) continue;
      add(member(index, "matrix." + parameter.name), "parameter " + in_quotes(parameter.name) + " of " +
                                                         title + " changes nothing; put {" + parameter.name +
                                                         "} into its command or env");
    }
    check_patterns(workload, index);
    check_exit_codes(workload, index);
  }

  void check_matrix(const Workload& workload, std::size_t index) {
    std::size_t cells = 1;
    for (const MatrixParameter& parameter : workload.matrix) {
      const std::string where = member(index, "matrix." + parameter.name);
      if (!is_name(parameter.name)) {
        add(where, "a parameter is named " + in_quotes(parameter.name) + "; wanted letters, digits, _ and -");
      }
      if (std::find(kTakenNames.begin(), kTakenNames.end(), parameter.name) != kTakenNames.end()) {
        add(where, "parameter name " + in_quotes(parameter.name) +
                       " has a meaning of its own in filters; choose another");
      }
      if (parameter.values.empty()) {
        matrices_valid_ = false;
        add(where,
            "parameter " + in_quotes(parameter.name) + " has no values; wanted at least one, as [1, 2, 8]");
        continue;
      }
      check_values(parameter, where);
      cells = std::min(cells * parameter.values.size(), kMostCells + 1);
    }
    all_cells_ += cells;
    if (all_cells_ <= kMostCells || too_many_said_) return;
    matrices_valid_ = false;
    too_many_said_ = true;
    add(member(index, "matrix"),
        "the matrices have more than " + std::to_string(kMostCells) + " cells; leave some values out");
  }

  void check_values(const MatrixParameter& parameter, const std::string& where) {
    std::set<std::string_view> labels;
    for (const ParameterValue& value : parameter.values) {
      if (!labels.insert(value.label).second) {
        add(where,
            "parameter " + in_quotes(parameter.name) + " has the value " + in_quotes(value.label) + " twice");
      }
      if (parameter.name == kCaptureParameter && value.value != "on" && value.value != "off") {
        add(where,
            "parameter \"capture\" has the value " + in_quotes(value.value) + "; wanted \"on\" or \"off\"");
      }
    }
  }

  /// `workload` is null where only the two folders may be named.
  void check_template(const std::string& text, const Workload* workload, const std::string& where,
                      std::set<std::string>* used, bool may_be_unset = false) {
    if (text.find('\0') != std::string::npos)
      add(where, "a string with a NUL byte cannot be given to a program");
    const auto pieces = split_template(text);
    if (!pieces) {
      add(where, pieces.error().message());
      return;
    }
    for (const TemplatePiece& piece : *pieces) {
      if (!piece.placeholder || piece.text == "samples" || piece.text == "campaign") continue;
      const MatrixParameter* parameter =
          workload == nullptr ? nullptr : find_parameter(*workload, piece.text);
      if (parameter == nullptr && is_misread_parameter(workload, piece.text)) continue;
      if (parameter == nullptr) {
        const auto known = known_placeholders(workload);
        add(where, "unknown placeholder {" + piece.text + "}" + name_hint(piece.text, known));
        // The parameter that was meant has its place.
        if (const auto meant = nearest_name(piece.text, known); meant && used != nullptr)
          used->emplace(*meant);
        continue;
      }
      if (used != nullptr) used->insert(piece.text);
      const bool unset = std::any_of(parameter->values.begin(), parameter->values.end(),
                                     [](const ParameterValue& value) { return value.unset; });
      if (unset && !(may_be_unset && pieces->size() == 1)) {
        add(where, "parameter " + in_quotes(piece.text) + " can be unset, so {" + piece.text +
                       "} must be the whole value of an environment variable");
      }
    }
  }

  [[nodiscard]] bool is_misread_parameter(const Workload* workload, const std::string& name) const {
    if (workload == nullptr) return false;
    const auto index = static_cast<std::size_t>(workload - campaign_.workloads.data());
    return source_.is_misread(member(index, "matrix." + name));
  }

  static const MatrixParameter* find_parameter(const Workload& workload, std::string_view name) {
    for (const MatrixParameter& parameter : workload.matrix) {
      if (parameter.name == name) return &parameter;
    }
    return nullptr;
  }

  static std::vector<std::string_view> known_placeholders(const Workload* workload) {
    std::vector<std::string_view> known;
    if (workload != nullptr) {
      for (const MatrixParameter& parameter : workload->matrix) known.push_back(parameter.name);
    }
    known.push_back("samples");
    known.push_back("campaign");
    return known;
  }

  void check_patterns(const Workload& workload, std::size_t index) {
    const std::array<std::pair<std::string_view, const std::optional<std::string>*>, 4> patterns{{
        {"pass_when", &workload.pass_when},
        {"wrong_when", &workload.wrong_when},
        {"crash_when", &workload.crash_when},
        {"expect_output", &workload.expect_output},
    }};
    for (const auto& [name, pattern] : patterns) {
      if (!*pattern) continue;
      const auto compiled = LinePattern::compile(**pattern);
      if (!compiled) add(member(index, name), std::string(name) + ": " + compiled.error().message());
    }
    for (const MetricPattern& metric : workload.metrics) {
      const std::string where = member(index, "metrics." + metric.name);
      if (!is_name(metric.name))
        add(where, "a metric is named " + in_quotes(metric.name) + "; wanted letters, digits, _ and -");
      const auto compiled = LinePattern::compile(metric.pattern);
      if (!compiled) {
        add(where, "metric " + metric.name + ": " + compiled.error().message());
      } else if (!compiled->has_group()) {
        add(where, "metric " + metric.name + ": regex " + in_quotes(metric.pattern) +
                       " has no group; put ( ) around the number");
      }
    }
  }

  void check_exit_codes(const Workload& workload, std::size_t index) {
    const auto check = [&](std::string_view name, const std::vector<int>& codes) {
      for (const int code : codes) {
        if (code >= 0 && code <= 255) continue;
        add(member(index, name),
            std::string(name) + " has " + std::to_string(code) + "; exit codes are 0 to 255");
      }
    };
    check("accepted_exit_codes", workload.accepted_exit_codes);
    check("crash_exit_codes", workload.crash_exit_codes);
    for (const int code : workload.crash_exit_codes) {
      const auto& accepted = workload.accepted_exit_codes;
      if (std::find(accepted.begin(), accepted.end(), code) == accepted.end()) continue;
      add(member(index, "crash_exit_codes"),
          "exit code " + std::to_string(code) +
              " is both accepted and a crash; leave it in one of the two lists");
    }
  }

  void check_controls() {
    if (campaign_.workloads.empty()) return;
    const auto cells = make_cells(campaign_);
    const auto positive = control_cells("control", campaign_.control, cells);
    const auto negative = control_cells("control_negative", campaign_.control_negative, cells);
    for (std::size_t i = 0; i < std::min(positive.size(), negative.size()); ++i) {
      if (!positive[i] || !negative[i]) continue;
      add("campaign.control_negative", "a cell cannot both have to crash and must not: " + cells[i].text());
      return;
    }
  }

  /// Which cells `text` selects; none, and a mistake, where it can select none.
  std::vector<bool> control_cells(const std::string& name, const std::string& text,
                                  const std::vector<Cell>& cells) {
    if (text.empty()) return {};
    const auto mistake = [&](const std::string& message) {
      add("campaign." + name, name + message);
      return std::vector<bool>();
    };
    const auto filter = parse_filter(text);
    if (!filter) return mistake(": " + filter.error().message());
    const auto selected = select_cells(*filter, cells);
    if (!selected) return mistake(": " + selected.error().message());
    if (const auto known = check_cell_values(*filter, cells); !known)
      return mistake(": " + known.error().message());
    if (std::find(selected->begin(), selected->end(), true) == selected->end())
      return mistake(" matches none of the cells: " + text);
    return *selected;
  }

  void check_stop() {
    if (!campaign_.stop || campaign_.workloads.empty()) return;
    if (const auto likes = cells_against(*campaign_.stop, make_cells(campaign_)); !likes)
      add("campaign.stop", likes.error().message());
  }

  const Campaign& campaign_;
  const CampaignSource& source_;
  UnusedParameters unused_;
  std::vector<CampaignMistake> mistakes_;
  std::size_t all_cells_ = 0;
  bool matrices_valid_ = true;
  bool too_many_said_ = false;
};

}  // namespace

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::vector<CampaignMistake> check_campaign(const Campaign& campaign, const CampaignSource& source,
                                            UnusedParameters unused) {
  return CampaignChecker(campaign, source, unused).check();
}

}  // namespace faultline
