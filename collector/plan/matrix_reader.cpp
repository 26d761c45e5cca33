#include "collector/plan/matrix_reader.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace faultline {
namespace {

std::optional<ParameterValue> scalar(const TomlValue& value) {
  const auto made = [](std::string text, ParameterType type) {
    return ParameterValue{text, text, type, false};
  };
  if (value.type == TomlType::text) return made(value.text, ParameterType::text);
  if (value.type == TomlType::integer) return made(std::to_string(value.integer), ParameterType::integer);
  if (value.type == TomlType::boolean) return made(value.boolean ? "true" : "false", ParameterType::boolean);
  if (value.type != TomlType::fraction || !std::isfinite(value.fraction)) return std::nullopt;
  std::string text = fmt::format("{}", value.fraction);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return made(std::move(text), ParameterType::real);
}

std::optional<ParameterValue> read_labelled(const std::string& parameter, const TomlValue& table,
                                            CampaignValues& values) {
  static constexpr std::array<std::string_view, 3> kKnown{"label", "value", "unset"};
  const std::size_t mistakes_before = values.mistakes().size();
  std::optional<ParameterValue> label;
  std::optional<ParameterValue> value;
  for (const TomlMember& member : table.members) {
    if (member.name == "label" || member.name == "value") {
      auto& target = member.name == "label" ? label : value;
      target = scalar(member.value);
      if (!target) values.wrong_type(member, "a string, number, true or false");
    } else if (member.name == "unset") {
      values.flag(member);
    } else {
      values.unknown(member, fmt::format("in a value of {}", parameter), kKnown, "");
    }
  }
  if (values.mistakes().size() != mistakes_before) return std::nullopt;
  const bool unset = is_unset(table);
  if (unset == value.has_value()) {
    values.add(table.line, fmt::format("a value of {} needs either value = … or unset = true, not {}",
                                       parameter, unset ? "both" : "neither"));
    return std::nullopt;
  }
  if (unset) {
    return ParameterValue{label ? label->label : "unset", "", label ? label->type : ParameterType::text,
                          true};
  }
  if (!label) return value;
  return ParameterValue{label->label, value->value, label->type, false};
}

std::optional<ParameterValue> read_value(const std::string& parameter, const TomlValue& value,
                                         CampaignValues& values) {
  if (value.type == TomlType::table) return read_labelled(parameter, value, values);
  auto read = scalar(value);
  if (!read) {
    values.add(value.line, fmt::format("parameter {} holds {}; wanted a string, number, true, false, "
                                       "{{ label = \"short\", value = \"…\" }} or {{ unset = true }}",
                                       parameter, toml_type_text(value.type)));
  }
  return read;
}

}  // namespace

bool is_unset(const TomlValue& value) {
  const TomlValue* unset = value.find("unset");
  return unset != nullptr && unset->boolean;
}

std::vector<MatrixParameter> read_matrix(const TomlMember& entry, const std::string& path,
                                         CampaignValues& values) {
  std::vector<MatrixParameter> matrix;
  const TomlValue* table = values.table(entry, R"({ threads = [1, 2, 8] })");
  if (table == nullptr) return matrix;
  for (const TomlMember& parameter : table->members) {
    values.set_line(path + "." + parameter.name, parameter.line);
    if (parameter.value.type != TomlType::list) {
      values.wrong_type(parameter, "an array of values, as [1, 2, 8]");
      continue;
    }
    MatrixParameter read{parameter.name, {}};
    for (const TomlValue& element : parameter.value.elements) {
      if (auto value = read_value(parameter.name, element, values)) read.values.push_back(std::move(*value));
    }
    // An empty list that was written so is told by the checks.
    if (!read.values.empty() || parameter.value.elements.empty()) matrix.push_back(std::move(read));
  }
  return matrix;
}

}  // namespace faultline
