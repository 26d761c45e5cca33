#include "collector/plan/workload_reader.h"

#include <array>
#include <utility>

#include "collector/plan/matrix_reader.h"

namespace faultline {
namespace {

bool read_pattern(const TomlMember& entry, Workload& workload, CampaignValues& values) {
  const std::array<std::pair<std::string_view, std::optional<std::string>*>, 5> members{{
      {"pass_when", &workload.pass_when},
      {"wrong_when", &workload.wrong_when},
      {"crash_when", &workload.crash_when},
      {"expect_output", &workload.expect_output},
      {"expect_image", &workload.expect_image},
  }};
  for (const auto& [name, member] : members) {
    if (entry.name != name) continue;
    *member = values.text(entry);
    return true;
  }
  return false;
}

void read_metrics(const TomlMember& entry, const std::string& path, Workload& workload,
                  CampaignValues& values) {
  const TomlValue* table = values.table(entry, R"({ ops = "([0-9.]+) ops/s" })");
  if (table == nullptr) return;
  for (const TomlMember& metric : table->members) {
    values.set_line(path + "." + metric.name, metric.line);
    if (auto pattern = values.text(metric)) workload.metrics.push_back({metric.name, std::move(*pattern)});
  }
}

void read_capture(const TomlMember& entry, Workload& workload, CampaignValues& values) {
  if (entry.value.type == TomlType::text && (entry.value.text == "on" || entry.value.text == "off")) {
    workload.capture = entry.value.text == "on" ? CaptureMode::on : CaptureMode::off;
    return;
  }
  values.wrong_type(entry, R"("on" or "off")");
}

void read_env(const TomlMember& entry, const std::string& path, Workload& workload, CampaignValues& values) {
  const TomlValue* table = values.table(entry, R"({ NAME = "value" })");
  if (table == nullptr) return;
  for (const TomlMember& variable : table->members) {
    values.set_line(path + "." + variable.name, variable.line);
    if (variable.value.type == TomlType::text) {
      workload.env.push_back({variable.name, variable.value.text});
    } else if (is_unset(variable.value)) {
      workload.env.push_back({variable.name, std::nullopt});
    } else {
      values.wrong_type(variable, "a string in quotes, or { unset = true } to remove the variable");
    }
  }
}

}  // namespace

Workload read_workload(const TomlValue& table, const std::string& path, CampaignValues& values) {
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
  for (const TomlMember& entry : table.members) {
    const std::string entry_path = path + "." + entry.name;
    values.set_line(entry_path, entry.line);
    if (read_pattern(entry, workload, values)) continue;
    if (entry.name == "name") {
      if (const auto value = values.text(entry)) workload.name = *value;
    } else if (entry.name == "command") {
      workload.command = values.texts(entry, R"(an array of strings, as ["prog", "--threads", "{threads}"])");
    } else if (entry.name == "env") {
      read_env(entry, entry_path, workload, values);
    } else if (entry.name == "metrics") {
      read_metrics(entry, entry_path, workload, values);
    } else if (entry.name == "working_folder") {
      workload.working_folder = values.text(entry);
    } else if (entry.name == "matrix") {
      workload.matrix = read_matrix(entry, entry_path, values);
    } else if (entry.name == "timeout") {
      workload.timeout = values.duration(entry);
    } else if (entry.name == "accepted_exit_codes") {
      workload.accepted_exit_codes = values.exit_codes(entry);
    } else if (entry.name == "crash_exit_codes") {
      workload.crash_exit_codes = values.exit_codes(entry);
    } else if (entry.name == "capture") {
      read_capture(entry, workload, values);
    } else if (entry.name == "follow_children") {
      if (const auto value = values.flag(entry)) workload.follow_children = *value;
    } else {
      values.unknown(entry, "in [[workload]]", kKnown, path);
    }
  }
  return workload;
}

}  // namespace faultline
