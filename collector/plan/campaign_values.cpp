#include "collector/plan/campaign_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text/nearest_name.h"

namespace faultline {

void CampaignValues::add(std::size_t line, std::string message) {
  mistakes_.push_back({line, std::move(message)});
}

void CampaignValues::unknown(const TomlMember& member, std::string_view where,
                             std::span<const std::string_view> known, std::string_view parent) {
  if (const auto meant = nearest_name(member.name, known))
    misspelt_.insert(fmt::format("{}.{}", parent, *meant));
  add(member.line, fmt::format("unknown key \"{}\" {}{}", member.name, where, name_hint(member.name, known)));
}

void CampaignValues::wrong_type(const TomlMember& member, std::string_view wanted) {
  add(member.line,
      fmt::format("{} is {}; wanted {}", member.name, toml_type_text(member.value.type), wanted));
}

const TomlValue* CampaignValues::table(const TomlMember& member, std::string_view title) {
  if (member.value.type == TomlType::table) return &member.value;
  wrong_type(member, fmt::format("a table, as {}", title));
  return nullptr;
}

std::optional<std::string> CampaignValues::text(const TomlMember& member) {
  if (member.value.type == TomlType::text) return member.value.text;
  wrong_type(member, "a string in quotes");
  return std::nullopt;
}

std::optional<std::int64_t> CampaignValues::integer(const TomlMember& member, std::int64_t least) {
  if (member.value.type != TomlType::integer) {
    wrong_type(member, "an integer without quotes");
    return std::nullopt;
  }
  const std::int64_t value = member.value.integer;
  if (value >= least) return value;
  add(member.line, fmt::format("{} is {}; wanted at least {}", member.name, value, least));
  return std::nullopt;
}

std::optional<bool> CampaignValues::flag(const TomlMember& member) {
  if (member.value.type == TomlType::boolean) return member.value.boolean;
  wrong_type(member, "true or false without quotes");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> CampaignValues::duration(const TomlMember& member) {
  static constexpr std::string_view kWanted =
      R"(a duration with its unit in quotes, as "250ms", "60s", "5m" or "2h")";
  if (member.value.type != TomlType::text) {
    wrong_type(member, kWanted);
    return std::nullopt;
  }
  const auto parsed = parse_duration(member.value.text);
  if (!parsed) {
    add(member.line, fmt::format("{} is \"{}\"; wanted {}", member.name, member.value.text, kWanted));
  }
  return parsed;
}

std::optional<double> CampaignValues::share(const TomlMember& member) {
  static constexpr std::string_view kWanted = "a share between 0 and 1, as 0.1 for 10 %";
  const bool is_integer = member.value.type == TomlType::integer;
  if (!is_integer && member.value.type != TomlType::fraction) {
    wrong_type(member, kWanted);
    return std::nullopt;
  }
  const double value = is_integer ? static_cast<double>(member.value.integer) : member.value.fraction;
  if (value > 0.0 && value < 1.0) return value;
  add(member.line, fmt::format("{} is {}; wanted {}", member.name, value, kWanted));
  return std::nullopt;
}

std::vector<std::string> CampaignValues::texts(const TomlMember& member, std::string_view wanted) {
  std::vector<std::string> out;
  if (member.value.type != TomlType::list) wrong_type(member, wanted);
  for (const TomlValue& element : member.value.elements) {
    if (element.type == TomlType::text) {
      out.push_back(element.text);
    } else {
      add(element.line,
          fmt::format("{} holds {}; wanted {}", member.name, toml_type_text(element.type), wanted));
    }
  }
  return out;
}

std::vector<int> CampaignValues::exit_codes(const TomlMember& member) {
  std::vector<int> out;
  if (member.value.type != TomlType::list) wrong_type(member, "an array of exit codes, as [3, 77]");
  for (const TomlValue& element : member.value.elements) {
    if (element.type == TomlType::integer && element.integer >= -1 && element.integer <= 256) {
      out.push_back(static_cast<int>(element.integer));
    } else {
      add(element.line, fmt::format("{} holds {}; wanted exit codes from 0 to 255", member.name,
                                    toml_type_text(element.type)));
    }
  }
  return out;
}

void CampaignValues::set_line(std::string path, std::size_t line) { lines_[std::move(path)] = line; }

std::size_t CampaignValues::line(std::string_view path) const {
  while (true) {
    if (const auto found = lines_.find(path); found != lines_.end()) return found->second;
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return 0;
    path = path.substr(0, dot);
  }
}

bool CampaignValues::is_misread(std::string_view path) const {
  if (misspelt_.contains(path)) return true;
  const auto found = lines_.find(path);
  if (found == lines_.end()) return false;
  return std::any_of(mistakes_.begin(), mistakes_.end(),
                     [&](const CampaignMistake& mistake) { return mistake.line == found->second; });
}

}  // namespace faultline
