#include "collector/plan/campaign_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "collector/plan/campaign_checks.h"
#include "collector/plan/campaign_values.h"
#include "collector/plan/stop_rule_reader.h"
#include "collector/plan/toml_document.h"
#include "collector/plan/workload_reader.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestFileBytes = 4U << 20;

/// Reads the sections of the file into a Campaign.
class CampaignReader {
 public:
  CampaignReader(Campaign& campaign, CampaignValues& values) : campaign_(campaign), values_(values) {}

  void read(const TomlValue& root) {
    static constexpr std::array<std::string_view, 4> kKnown{"campaign", "hooks", "facts", "workload"};
    campaign_.trials =
        1;  // So that a missing or unreadable number is told once, here, and not by the checks, too.
    bool has_campaign = false;
    for (const TomlMember& entry : root.members) {
      if (entry.name == "campaign") {
        has_campaign = true;
        values_.set_line("campaign", entry.line);
        if (const auto* table = values_.table(entry, "[campaign]")) read_campaign(*table);
      } else if (entry.name == "hooks") {
        if (const auto* table = values_.table(entry, "[hooks]")) read_hooks(*table);
      } else if (entry.name == "facts") {
        if (const auto* table = values_.table(entry, "[facts]")) read_facts(*table);
      } else if (entry.name == "workload") {
        read_workloads(entry);
      } else {
        values_.unknown(entry, "at the top of the file", kKnown, "");
      }
    }
    if (campaign_.stop && !has_stop_) {
      values_.add(values_.line("campaign.allocate"),
                  "allocate leaves out cells that a stop rule has decided, and there is no stop rule; add "
                  "stop = { when = \"interval\", width = 0.1 }");
    }
    if (!has_campaign) values_.add(0, "there is no [campaign]; wanted at least a name and trials");
  }

 private:
  void read_campaign(const TomlValue& table) {
    static constexpr std::array<std::string_view, 20> kKnown{
        "name",    "trials", "warm_up", "duration",   "jobs",           "cooldown",        "seed",
        "timeout", "grace",  "control", "settle",     "stop",           "allocate",        "report_deadline",
        "drain",   "rules",  "archive", "system_log", "min_free_bytes", "control_negative"};
    bool has_trials = false;
    for (const TomlMember& entry : table.members) {
      values_.set_line("campaign." + entry.name, entry.line);
      if (entry.name == "name") {
        if (const auto value = values_.text(entry)) campaign_.name = *value;
      } else if (entry.name == "trials") {
        has_trials = true;
        if (const auto value = values_.integer(entry, 1)) campaign_.trials = *value;
      } else if (entry.name == "warm_up") {
        if (const auto value = values_.integer(entry, 0)) campaign_.warm_up = *value;
      } else if (entry.name == "duration") {
        campaign_.duration = values_.duration(entry);
      } else if (entry.name == "jobs") {
        if (const auto value = values_.integer(entry, 1)) campaign_.jobs = *value;
      } else if (entry.name == "cooldown") {
        if (const auto value = values_.duration(entry)) campaign_.cooldown = *value;
      } else if (entry.name == "system_log") {
        if (const auto value = values_.flag(entry)) campaign_.system_log = *value;
      } else if (entry.name == "seed") {
        if (const auto value = values_.integer(entry, 0)) campaign_.seed = static_cast<std::uint64_t>(*value);
      } else if (entry.name == "timeout") {
        if (const auto value = values_.duration(entry)) campaign_.timeout = *value;
      } else if (entry.name == "grace") {
        if (const auto value = values_.duration(entry)) campaign_.grace = *value;
      } else if (entry.name == "control") {
        if (const auto value = values_.text(entry)) campaign_.control = *value;
      } else if (entry.name == "control_negative") {
        if (const auto value = values_.text(entry)) campaign_.control_negative = *value;
      } else if (entry.name == "settle") {
        read_settle(entry);
      } else if (entry.name == "report_deadline") {
        if (const auto value = values_.duration(entry)) campaign_.report_deadline = *value;
      } else if (entry.name == "drain") {
        if (const auto value = values_.flag(entry)) campaign_.drain = *value;
      } else if (entry.name == "rules") {
        if (const auto value = values_.text(entry)) campaign_.rules = *value;
      } else if (entry.name == "stop") {
        read_stop(entry);
      } else if (entry.name == "allocate") {
        read_allocate(entry);
      } else if (entry.name == "min_free_bytes") {
        if (const auto value = values_.integer(entry, 0))
          campaign_.min_free_bytes = static_cast<std::uint64_t>(*value);
      } else if (entry.name == "archive") {
        campaign_.archive =
            values_.texts(entry, R"(names of images as an array of strings, as ["AGXMetal*", "libmlx*"])");
      } else {
        values_.unknown(entry, "in [campaign]", kKnown, "campaign");
      }
    }
    if (has_trials || values_.is_misread("campaign.trials") || values_.is_misread("campaign.duration"))
      return;
    if (table.find("duration") != nullptr) {
      campaign_.trials = 0;
    } else {
      values_.add(
          values_.line("campaign"),
          "[campaign] has no trials; wanted as trials = 50, the number per cell, or duration = \"8h\"");
    }
  }

  void read_hooks(const TomlValue& table) {
    static constexpr std::array<std::string_view, 7> kKnown{
        "setup", "before_trial", "after_trial", "cleanup", "health", "health_every", "timeout"};
    Hooks& hooks = campaign_.hooks;
    const std::array<std::pair<std::string_view, std::vector<std::string>*>, 5> commands{
        {{"setup", &hooks.setup},
         {"before_trial", &hooks.before_trial},
         {"after_trial", &hooks.after_trial},
         {"cleanup", &hooks.cleanup},
         {"health", &hooks.health}}};
    for (const TomlMember& entry : table.members) {
      values_.set_line("hooks." + entry.name, entry.line);
      const auto command = std::find_if(commands.begin(), commands.end(),
                                        [&entry](const auto& one) { return one.first == entry.name; });
      if (command != commands.end()) {
        *command->second = values_.texts(entry, R"(a command as an array of strings, as ["sh", "check.sh"])");
        if (entry.value.type == TomlType::list && entry.value.elements.empty())
          values_.add(entry.line,
                      fmt::format("{} is an empty command; leave it out, or name a program", entry.name));
      } else if (entry.name == "health_every") {
        if (const auto value = values_.integer(entry, 1)) hooks.health_every = *value;
        if (table.find("health") == nullptr)
          values_.add(entry.line,
                      "health_every has no health beside it; wanted as health = [\"sh\", \"check.sh\"]");
      } else if (entry.name == "timeout") {
        if (const auto value = values_.duration(entry)) hooks.timeout = *value;
      } else {
        values_.unknown(entry, "in [hooks]", kKnown, "hooks");
      }
    }
  }

  void read_settle(const TomlMember& entry) {
    static constexpr std::string_view kWanted = R"("report", "none" or a time such as "2s")";
    if (entry.value.type != TomlType::text) {
      values_.wrong_type(entry, kWanted);
      return;
    }
    const std::string& value = entry.value.text;
    SettleRule& settle = campaign_.settle;
    if (value == "report") {
      settle = SettleRule{};
    } else if (value == "none") {
      settle = {SettleRule::Kind::none, std::chrono::milliseconds(0)};
    } else if (const auto time = parse_duration(value)) {
      settle = {SettleRule::Kind::time, *time};
    } else {
      values_.add(entry.line, fmt::format("settle is \"{}\"; wanted {}", value, kWanted));
    }
  }

  /// `allocate` may stand before or after `stop`; both end up in one rule.
  StopRule& stop_rule() {
    if (!campaign_.stop) campaign_.stop.emplace();
    return *campaign_.stop;
  }

  void read_stop(const TomlMember& entry) {
    const TomlValue* table = values_.table(entry, R"({ when = "interval", width = 0.1 })");
    if (table == nullptr) return;
    has_stop_ = true;
    read_stop_rule(*table, entry.line, stop_rule(), values_);
  }

  void read_allocate(const TomlMember& entry) {
    const TomlValue& value = entry.value;
    if (value.type != TomlType::text || (value.text != "all" && value.text != "undecided")) {
      values_.wrong_type(entry, R"("undecided", to leave decided cells out of later blocks, or "all")");
      return;
    }
    if (value.text == "undecided") stop_rule().allocate_undecided = true;
  }

  void read_facts(const TomlValue& table) {
    for (const TomlMember& entry : table.members) {
      values_.set_line("facts." + entry.name, entry.line);
      auto command = values_.texts(entry, R"(a command as an array of strings, as ["python3", "--version"])");
      // The checks would say once more that nothing is in a list that is none.
      if (entry.value.type == TomlType::list) campaign_.facts.push_back({entry.name, std::move(command)});
    }
  }

  void read_workloads(const TomlMember& entry) {
    if (entry.value.type != TomlType::list) {
      values_.add(entry.line, fmt::format("workload is {}; wanted [[workload]] with double brackets",
                                          toml_type_text(entry.value.type)));
      if (entry.value.type == TomlType::table) add_workload(entry.value, "workload.0");
      return;
    }
    for (const TomlValue& element : entry.value.elements) {
      const std::string path = "workload." + std::to_string(campaign_.workloads.size());
      values_.set_line(path, element.line);
      if (element.type == TomlType::table) {
        add_workload(element, path);
      } else {
        values_.add(element.line, fmt::format("workload holds {}; wanted tables, as [[workload]]",
                                              toml_type_text(element.type)));
      }
    }
  }

  void add_workload(const TomlValue& table, const std::string& path) {
    campaign_.workloads.push_back(read_workload(table, path, values_));
  }

  Campaign& campaign_;
  CampaignValues& values_;
  bool has_stop_ = false;
};

}  // namespace

CampaignText parse_campaign(std::string_view text, const std::filesystem::path& folder) {
  CampaignText out;
  out.campaign.folder = folder.string();
  out.campaign.text = std::string(text);
  const auto parsed = parse_toml(text);
  if (!parsed) {
    out.mistakes.push_back({parsed.error().line, "not TOML: " + parsed.error().message});
    return out;
  }
  CampaignValues values;
  CampaignReader(out.campaign, values).read(*parsed);
  out.mistakes = values.mistakes();
  const auto found = check_campaign(
      out.campaign, {[&values](std::string_view member) { return values.line(member); },
                     [&values](std::string_view member) { return values.is_misread(member); }});
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
