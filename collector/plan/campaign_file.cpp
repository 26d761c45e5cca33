// toml++ is used header-only and without exceptions, in this file alone.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include "collector/plan/campaign_file.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "collector/plan/campaign_checks.h"
#include "collector/plan/nearest_name.h"
#include "core/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestFileBytes = 4U << 20;

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

struct Entry {
  std::string name;
  const toml::node* node = nullptr;
  std::size_t line = 0;
};

/// The members of a table in the order of the file; toml++ keeps them sorted by name.
std::vector<Entry> entries_of(const toml::table& table) {
  std::vector<std::pair<toml::source_position, Entry>> placed;
  for (const auto& [key, node] : table) {
    placed.push_back({key.source().begin, {std::string(key.str()), &node, key.source().begin.line}});
  }
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Entry> entries;
  entries.reserve(placed.size());
  for (auto& [position, entry] : placed) entries.push_back(std::move(entry));
  return entries;
}

std::string_view type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time of day";
    case toml::node_type::date_time:
      return "a date and time";
  }
  return "something unknown";
}

/// Reads tables of the file into a Campaign; each value of a wrong type is one mistake.
class CampaignReader {
 public:
  explicit CampaignReader(CampaignText& out) : out_(out) {}

  void read(const toml::table& root) {
    static constexpr std::array<std::string_view, 4> kKnown{"campaign", "hooks", "facts", "workload"};
    out_.campaign.trials =
        1;  // So that a missing or unreadable number is told once, here, and not by the checks, too.
    bool has_campaign = false;
    for (const Entry& entry : entries_of(root)) {
      if (entry.name == "campaign") {
        has_campaign = true;
        lines_["campaign"] = entry.line;
        if (const auto* table = as_table(entry, "[campaign]")) read_campaign(*table);
      } else if (entry.name == "hooks") {
        if (const auto* table = as_table(entry, "[hooks]")) read_hooks(*table);
      } else if (entry.name == "facts") {
        if (const auto* table = as_table(entry, "[facts]")) read_facts(*table);
      } else if (entry.name == "workload") {
        read_workloads(entry);
      } else {
        unknown(entry, "at the top of the file", kKnown);
      }
    }
    if (out_.campaign.stop && !has_stop_) {
      add(line("campaign.allocate"),
          "allocate leaves out cells that a stop rule has decided, and there is no stop rule; add "
          "stop = { when = \"interval\", width = 0.1 }");
    }
    if (!has_campaign) add(0, "there is no [campaign]; wanted at least a name and trials");
  }

  [[nodiscard]] std::size_t line(std::string_view member) const {
    std::string name(member);
    while (true) {
      if (const auto found = lines_.find(name); found != lines_.end()) return found->second;
      const std::size_t dot = name.rfind('.');
      if (dot == std::string::npos) return 0;
      name.resize(dot);
    }
  }

 private:
  void add(std::size_t line, std::string message) { out_.mistakes.push_back({line, std::move(message)}); }
  void unknown(const Entry& entry, std::string_view where, std::span<const std::string_view> known) {
    add(entry.line, fmt::format("unknown key \"{}\" {}{}", entry.name, where, name_hint(entry.name, known)));
  }
  void wrong_type(const Entry& entry, std::string_view wanted) {
    add(entry.line, fmt::format("{} is {}; wanted {}", entry.name, type_text(*entry.node), wanted));
  }

  const toml::table* as_table(const Entry& entry, std::string_view title) {
    if (const auto* table = entry.node->as_table()) return table;
    add(entry.line,
        fmt::format("{} is {}; wanted a table, as {}", entry.name, type_text(*entry.node), title));
    return nullptr;
  }

  std::optional<std::string> text(const Entry& entry) {
    if (const auto* value = entry.node->as_string()) return value->get();
    wrong_type(entry, "a text in quotes");
    return std::nullopt;
  }
  std::optional<std::int64_t> integer(const Entry& entry, std::int64_t least) {
    const auto* value = entry.node->as_integer();
    if (value == nullptr) {
      wrong_type(entry, "an integer without quotes");
      return std::nullopt;
    }
    if (value->get() < least) {
      add(entry.line, fmt::format("{} is {}; wanted at least {}", entry.name, value->get(), least));
      return std::nullopt;
    }
    return value->get();
  }
  std::optional<bool> flag(const Entry& entry) {
    if (const auto* value = entry.node->as_boolean()) return value->get();
    wrong_type(entry, "true or false without quotes");
    return std::nullopt;
  }
  std::optional<std::chrono::milliseconds> duration(const Entry& entry) {
    static constexpr std::string_view kWanted =
        R"(a duration with its unit in quotes, as "250ms", "60s", "5m" or "2h")";
    const auto* value = entry.node->as_string();
    if (value == nullptr) {
      wrong_type(entry, kWanted);
      return std::nullopt;
    }
    const auto parsed = parse_duration(value->get());
    if (!parsed) add(entry.line, fmt::format("{} is \"{}\"; wanted {}", entry.name, value->get(), kWanted));
    return parsed;
  }
  std::vector<std::string> texts(const Entry& entry, std::string_view wanted) {
    std::vector<std::string> out;
    const auto* list = entry.node->as_array();
    if (list == nullptr) {
      wrong_type(entry, wanted);
      return out;
    }
    for (const toml::node& element : *list) {
      if (const auto* value = element.as_string()) {
        out.push_back(value->get());
      } else {
        add(line_of(element), fmt::format("{} holds {}; wanted {}", entry.name, type_text(element), wanted));
      }
    }
    return out;
  }
  std::vector<int> exit_codes(const Entry& entry) {
    std::vector<int> out;
    const auto* list = entry.node->as_array();
    if (list == nullptr) {
      wrong_type(entry, "a list of exit codes, as [3, 77]");
      return out;
    }
    for (const toml::node& element : *list) {
      const auto* value = element.as_integer();
      if (value == nullptr || value->get() < -1 || value->get() > 256) {
        add(line_of(element),
            fmt::format("{} holds {}; wanted exit codes from 0 to 255", entry.name, type_text(element)));
        continue;
      }
      out.push_back(static_cast<int>(value->get()));
    }
    return out;
  }

  void read_campaign(const toml::table& table) {
    static constexpr std::array<std::string_view, 19> kKnown{
        "name",    "trials", "warm_up", "duration",   "jobs",          "cooldown", "seed",
        "timeout", "grace",  "control", "settle",     "stop",          "allocate", "report_deadline",
        "drain",   "rules",  "archive", "system_log", "min_free_bytes"};
    Campaign& campaign = out_.campaign;
    bool has_trials = false;
    for (const Entry& entry : entries_of(table)) {
      lines_["campaign." + entry.name] = entry.line;
      if (entry.name == "name") {
        if (const auto value = text(entry)) campaign.name = *value;
      } else if (entry.name == "trials") {
        has_trials = true;
        if (const auto value = integer(entry, 1)) campaign.trials = *value;
      } else if (entry.name == "warm_up") {
        if (const auto value = integer(entry, 0)) campaign.warm_up = *value;
      } else if (entry.name == "duration") {
        campaign.duration = duration(entry);
      } else if (entry.name == "jobs") {
        if (const auto value = integer(entry, 1)) campaign.jobs = *value;
      } else if (entry.name == "cooldown") {
        if (const auto value = duration(entry)) campaign.cooldown = *value;
      } else if (entry.name == "system_log") {
        if (const auto value = flag(entry)) campaign.system_log = *value;
      } else if (entry.name == "seed") {
        if (const auto value = integer(entry, 0)) campaign.seed = static_cast<std::uint64_t>(*value);
      } else if (entry.name == "timeout") {
        if (const auto value = duration(entry)) campaign.timeout = *value;
      } else if (entry.name == "grace") {
        if (const auto value = duration(entry)) campaign.grace = *value;
      } else if (entry.name == "control") {
        if (const auto value = text(entry)) campaign.control = *value;
      } else if (entry.name == "settle") {
        read_settle(entry);
      } else if (entry.name == "report_deadline") {
        if (const auto value = duration(entry)) campaign.report_deadline = *value;
      } else if (entry.name == "drain") {
        if (const auto value = flag(entry)) campaign.drain = *value;
      } else if (entry.name == "rules") {
        if (const auto value = text(entry)) campaign.rules = *value;
      } else if (entry.name == "stop") {
        read_stop(entry);
      } else if (entry.name == "allocate") {
        read_allocate(entry);
      } else if (entry.name == "min_free_bytes") {
        if (const auto value = integer(entry, 0))
          campaign.min_free_bytes = static_cast<std::uint64_t>(*value);
      } else if (entry.name == "archive") {
        campaign.archive = texts(entry, R"(names of images as a list of texts, as ["AGXMetal*", "libmlx*"])");
      } else {
        unknown(entry, "in [campaign]", kKnown);
      }
    }
    if (has_trials) return;
    if (table.contains("duration")) {
      campaign.trials = 0;
    } else {
      add(line("campaign"),
          "[campaign] has no trials; wanted as trials = 50, the number per cell, or duration = \"8h\"");
    }
  }

  void read_hooks(const toml::table& table) {
    static constexpr std::array<std::string_view, 7> kKnown{
        "setup", "before_trial", "after_trial", "cleanup", "health", "health_every", "timeout"};
    Hooks& hooks = out_.campaign.hooks;
    const std::array<std::pair<std::string_view, std::vector<std::string>*>, 5> commands{
        {{"setup", &hooks.setup},
         {"before_trial", &hooks.before_trial},
         {"after_trial", &hooks.after_trial},
         {"cleanup", &hooks.cleanup},
         {"health", &hooks.health}}};
    for (const Entry& entry : entries_of(table)) {
      lines_["hooks." + entry.name] = entry.line;
      const auto command = std::find_if(commands.begin(), commands.end(),
                                        [&entry](const auto& one) { return one.first == entry.name; });
      if (command != commands.end()) {
        *command->second = texts(entry, R"(a command as a list of texts, as ["sh", "check.sh"])");
        if (entry.node->is_array() && entry.node->as_array()->empty())
          add(entry.line, fmt::format("{} is an empty command; leave it out, or name a program", entry.name));
      } else if (entry.name == "health_every") {
        if (const auto value = integer(entry, 1)) hooks.health_every = *value;
        if (!table.contains("health"))
          add(entry.line, "health_every has no health beside it; wanted as health = [\"sh\", \"check.sh\"]");
      } else if (entry.name == "timeout") {
        if (const auto value = duration(entry)) hooks.timeout = *value;
      } else {
        unknown(entry, "in [hooks]", kKnown);
      }
    }
  }

  void read_settle(const Entry& entry) {
    static constexpr std::string_view kWanted = R"("report", "none" or a time such as "2s")";
    const auto* value = entry.node->as_string();
    if (value == nullptr) {
      wrong_type(entry, kWanted);
      return;
    }
    SettleRule& settle = out_.campaign.settle;
    if (value->get() == "report") {
      settle = SettleRule{};
    } else if (value->get() == "none") {
      settle = {SettleRule::Kind::none, std::chrono::milliseconds(0)};
    } else if (const auto time = parse_duration(value->get())) {
      settle = {SettleRule::Kind::time, *time};
    } else {
      add(entry.line, fmt::format("settle is \"{}\"; wanted {}", value->get(), kWanted));
    }
  }

  /// `allocate` may stand before or after `stop`; both end up in one rule.
  StopRule& stop_rule() {
    if (!out_.campaign.stop) out_.campaign.stop.emplace();
    return *out_.campaign.stop;
  }

  void read_allocate(const Entry& entry) {
    const auto* value = entry.node->as_string();
    if (value == nullptr || (value->get() != "all" && value->get() != "undecided")) {
      wrong_type(entry, R"("undecided", to leave decided cells out of later blocks, or "all")");
      return;
    }
    if (value->get() == "undecided") stop_rule().allocate_undecided = true;
  }

  void read_stop(const Entry& entry) {
    static constexpr std::array<std::string_view, 4> kKnown{"when", "width", "against", "rate"};
    const auto* table = as_table(entry, R"({ when = "interval", width = 0.1 })");
    if (table == nullptr) return;
    has_stop_ = true;
    StopRule& rule = stop_rule();
    std::optional<StopRule::When> when;
    std::vector<Entry> settings;
    for (const Entry& member : entries_of(*table)) {
      lines_["campaign.stop." + member.name] = member.line;
      if (member.name == "when") {
        const auto* value = member.node->as_string();
        when = value == nullptr ? std::nullopt : parse_stop_when(value->get());
        if (!when) wrong_type(member, R"("interval", "decided" or "below")");
      } else {
        settings.push_back(member);
      }
    }
    if (table->get("when") == nullptr)
      add(entry.line, R"(stop has no when; wanted "interval", "decided" or "below")");
    if (!when) return;
    rule.when = *when;
    static constexpr std::array<std::string_view, 3> kSettingOf{"width", "against", "rate"};
    const std::string_view wanted = kSettingOf[static_cast<std::size_t>(*when)];
    for (const Entry& member : settings) {
      if (std::find(kKnown.begin(), kKnown.end(), member.name) == kKnown.end()) {
        unknown(member, "in stop", kKnown);
      } else if (member.name != wanted) {
        add(member.line, fmt::format("stop = {{ when = \"{}\" }} takes {}, not {}", stop_when_text(*when),
                                     wanted, member.name));
      } else if (member.name == "against") {
        if (const auto value = text(member)) rule.against = *value;
      } else if (const auto value = share(member)) {
        (member.name == "width" ? rule.width : rule.rate) = *value;
      }
    }
    if (table->get(wanted) == nullptr) {
      add(entry.line,
          fmt::format("stop = {{ when = \"{}\" }} has no {}; wanted as {}", stop_when_text(*when), wanted,
                      wanted == "against" ? R"(against = "lock=none")" : fmt::format("{} = 0.1", wanted)));
    }
  }

  std::optional<double> share(const Entry& entry) {
    const auto value = entry.node->value<double>();
    if (value && entry.node->is_number() && *value > 0.0 && *value < 1.0) return value;
    if (value && entry.node->is_number()) {
      add(entry.line,
          fmt::format("{} is {}; wanted a share between 0 and 1, as 0.1 for 10 %", entry.name, *value));
    } else {
      wrong_type(entry, "a share between 0 and 1, as 0.1 for 10 %");
    }
    return std::nullopt;
  }

  void read_facts(const toml::table& table) {
    for (const Entry& entry : entries_of(table)) {
      lines_["facts." + entry.name] = entry.line;
      out_.campaign.facts.push_back(
          {entry.name, texts(entry, R"(a command as a list of texts, as ["python3", "--version"])")});
      // The checks would say once more that nothing is in a list that is none.
      if (!entry.node->is_array()) out_.campaign.facts.pop_back();
    }
  }

  void read_workloads(const Entry& entry) {
    const auto* list = entry.node->as_array();
    if (list == nullptr) {
      add(entry.line,
          fmt::format("workload is {}; wanted [[workload]] with double brackets", type_text(*entry.node)));
      if (const auto* table = entry.node->as_table()) read_workload(*table, "workload.0");
      return;
    }
    for (const toml::node& element : *list) {
      const std::string prefix = "workload." + std::to_string(out_.campaign.workloads.size());
      lines_[prefix] = line_of(element);
      if (const auto* table = element.as_table()) {
        read_workload(*table, prefix);
      } else {
        add(line_of(element),
            fmt::format("workload holds {}; wanted tables, as [[workload]]", type_text(element)));
      }
    }
  }

  void read_workload(const toml::table& table, const std::string& prefix) {
    static constexpr std::array<std::string_view, 16> kKnown{"name",
                                                             "metrics",
                                                             "command",
                                                             "env",
                                                             "working_folder",
                                                             "matrix",
                                                             "timeout",
                                                             "pass_when",
                                                             "wrong_when",
                                                             "crash_when",
                                                             "accepted_exit_codes",
                                                             "crash_exit_codes",
                                                             "expect_output",
                                                             "expect_image",
                                                             "capture",
                                                             "follow_children"};
    Workload workload;
    for (const Entry& entry : entries_of(table)) {
      lines_[prefix + "." + entry.name] = entry.line;
      if (read_pattern(entry, workload)) continue;
      if (entry.name == "name") {
        if (const auto value = text(entry)) workload.name = *value;
      } else if (entry.name == "command") {
        workload.command = texts(entry, R"(a list of texts, as ["prog", "--threads", "{threads}"])");
      } else if (entry.name == "env") {
        read_env(entry, workload, prefix);
      } else if (entry.name == "metrics") {
        read_metrics(entry, workload, prefix);
      } else if (entry.name == "working_folder") {
        workload.working_folder = text(entry);
      } else if (entry.name == "matrix") {
        read_matrix(entry, workload, prefix);
      } else if (entry.name == "timeout") {
        workload.timeout = duration(entry);
      } else if (entry.name == "accepted_exit_codes") {
        workload.accepted_exit_codes = exit_codes(entry);
      } else if (entry.name == "crash_exit_codes") {
        workload.crash_exit_codes = exit_codes(entry);
      } else if (entry.name == "capture") {
        read_capture(entry, workload);
      } else if (entry.name == "follow_children") {
        if (const auto value = flag(entry)) workload.follow_children = *value;
      } else {
        unknown(entry, "in [[workload]]", kKnown);
      }
    }
    out_.campaign.workloads.push_back(std::move(workload));
  }

  bool read_pattern(const Entry& entry, Workload& workload) {
    const std::array<std::pair<std::string_view, std::optional<std::string>*>, 5> members{{
        {"pass_when", &workload.pass_when},
        {"wrong_when", &workload.wrong_when},
        {"crash_when", &workload.crash_when},
        {"expect_output", &workload.expect_output},
        {"expect_image", &workload.expect_image},
    }};
    for (const auto& [name, member] : members) {
      if (entry.name != name) continue;
      *member = text(entry);
      return true;
    }
    return false;
  }

  void read_metrics(const Entry& entry, Workload& workload, const std::string& prefix) {
    const auto* table = as_table(entry, R"({ ops = "([0-9.]+) ops/s" })");
    if (table == nullptr) return;
    for (const Entry& metric : entries_of(*table)) {
      lines_[prefix + ".metrics." + metric.name] = metric.line;
      if (auto pattern = text(metric)) workload.metrics.push_back({metric.name, std::move(*pattern)});
    }
  }

  void read_capture(const Entry& entry, Workload& workload) {
    const auto* value = entry.node->as_string();
    if (value != nullptr && (value->get() == "on" || value->get() == "off")) {
      workload.capture = value->get() == "on" ? CaptureMode::on : CaptureMode::off;
      return;
    }
    wrong_type(entry, R"("on" or "off")");
  }

  void read_env(const Entry& entry, Workload& workload, const std::string& prefix) {
    const auto* table = as_table(entry, R"({ NAME = "value" })");
    if (table == nullptr) return;
    for (const Entry& variable : entries_of(*table)) {
      lines_[prefix + ".env." + variable.name] = variable.line;
      if (const auto* value = variable.node->as_string()) {
        workload.env.push_back({variable.name, value->get()});
      } else if (is_unset(*variable.node)) {
        workload.env.push_back({variable.name, std::nullopt});
      } else {
        wrong_type(variable, "a text in quotes, or { unset = true } to take the variable away");
      }
    }
  }

  static bool is_unset(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return false;
    const auto* unset = table->get("unset");
    return unset != nullptr && unset->value<bool>().value_or(false);
  }

  void read_matrix(const Entry& entry, Workload& workload, const std::string& prefix) {
    const auto* table = as_table(entry, R"({ threads = [1, 2, 8] })");
    if (table == nullptr) return;
    for (const Entry& parameter : entries_of(*table)) {
      lines_[prefix + ".matrix." + parameter.name] = parameter.line;
      const auto* list = parameter.node->as_array();
      if (list == nullptr) {
        wrong_type(parameter, "a list of values, as [1, 2, 8]");
        continue;
      }
      MatrixParameter read{parameter.name, {}};
      bool sound = true;
      for (const toml::node& element : *list) {
        if (auto value = read_value(parameter.name, element)) {
          read.values.push_back(std::move(*value));
        } else {
          sound = false;
        }
      }
      // An empty list that was written so is told by the checks.
      if (sound || !read.values.empty()) workload.matrix.push_back(std::move(read));
    }
  }

  std::optional<ParameterValue> read_value(const std::string& parameter, const toml::node& node) {
    if (const auto* table = node.as_table()) return read_labelled(parameter, *table);
    auto value = scalar(node);
    if (!value) {
      add(line_of(node), fmt::format("parameter {} holds {}; wanted a text, number, true, false, "
                                     "{{ label = \"short\", value = \"…\" }} or {{ unset = true }}",
                                     parameter, type_text(node)));
    }
    return value;
  }

  static std::optional<ParameterValue> scalar(const toml::node& node) {
    const auto made = [](std::string text, ParameterType type) {
      return ParameterValue{text, text, type, false};
    };
    if (const auto* value = node.as_string()) return made(value->get(), ParameterType::text);
    if (const auto* value = node.as_integer())
      return made(std::to_string(value->get()), ParameterType::integer);
    if (const auto* value = node.as_boolean())
      return made(value->get() ? "true" : "false", ParameterType::boolean);
    const auto* value = node.as_floating_point();
    if (value == nullptr || !(value->get() - value->get() == 0.0)) return std::nullopt;  // Also inf and nan.
    std::string text = fmt::format("{}", value->get());
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return made(std::move(text), ParameterType::real);
  }

  std::optional<ParameterValue> read_labelled(const std::string& parameter, const toml::table& table) {
    static constexpr std::array<std::string_view, 3> kKnown{"label", "value", "unset"};
    const std::size_t mistakes_before = out_.mistakes.size();
    std::optional<ParameterValue> label;
    std::optional<ParameterValue> value;
    for (const Entry& entry : entries_of(table)) {
      if (entry.name == "label" || entry.name == "value") {
        auto& target = entry.name == "label" ? label : value;
        target = scalar(*entry.node);
        if (!target) wrong_type(entry, "a text, number, true or false");
      } else if (entry.name == "unset") {
        flag(entry);
      } else {
        unknown(entry, fmt::format("in a value of {}", parameter), kKnown);
      }
    }
    if (out_.mistakes.size() != mistakes_before) return std::nullopt;
    const bool unset = is_unset(table);
    if (unset == value.has_value()) {
      add(table.source().begin.line,
          fmt::format("a value of {} needs either value = … or unset = true, not {}", parameter,
                      unset ? "both" : "neither"));
      return std::nullopt;
    }
    if (unset)
      return ParameterValue{label ? label->label : "unset", "", label ? label->type : ParameterType::text,
                            true};
    if (!label) return value;
    return ParameterValue{label->label, value->value, label->type, false};
  }

  CampaignText& out_;
  std::map<std::string, std::size_t> lines_;
  bool has_stop_ = false;
};

}  // namespace

CampaignText parse_campaign(std::string_view text, const std::filesystem::path& folder) {
  CampaignText out;
  out.campaign.folder = folder.string();
  out.campaign.text = std::string(text);
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    out.mistakes.push_back({error.source().begin.line, "not TOML: " + std::string(error.description())});
    return out;
  }
  CampaignReader reader(out);
  reader.read(parsed.table());
  const auto found =
      check_campaign(out.campaign, [&reader](std::string_view member) { return reader.line(member); });
  out.mistakes.insert(out.mistakes.end(), found.begin(), found.end());
  std::stable_sort(out.mistakes.begin(), out.mistakes.end(),
                   [](const CampaignMistake& a, const CampaignMistake& b) { return a.line < b.line; });
  out.campaign.hash = campaign_hash(out.campaign);
  return out;
}

Result<Campaign> read_campaign_file(const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string text, read_file(path, kLargestFileBytes));
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(path, ignored);
  CampaignText read = parse_campaign(text, absolute.parent_path().lexically_normal());
  if (read.mistakes.empty()) return std::move(read.campaign);
  std::string message;
  for (const CampaignMistake& mistake : read.mistakes) {
    if (!message.empty()) message += '\n';
    message += path.string();
    if (mistake.line > 0) message += fmt::format(":{}", mistake.line);
    message += ": " + mistake.message;
  }
  return fail(ErrorKind::invalid_argument, std::move(message));
}

}  // namespace faultline
