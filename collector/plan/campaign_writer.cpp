// A campaign as TOML text, and the hash of what decides its trials.

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "collector/plan/campaign_file.h"
#include "core/base/hash.h"

namespace faultline {
namespace {

/// A TOML basic string. Valid UTF-8 is kept; control characters are escaped.
std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// Bare where TOML allows it.
std::string key(std::string_view name) {
  const bool bare = !name.empty() && name.find_first_not_of(
                                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789_-") == std::string_view::npos;
  return bare ? std::string(name) : quote(name);
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + quote(text);
  return out + "]";
}

std::string number_list(const std::vector<int>& numbers) {
  std::string out = "[";
  for (const int number : numbers) out += (out.size() > 1 ? ", " : "") + std::to_string(number);
  return out + "]";
}

/// True where TOML reads `text` back as the same number and the reader spells it the same way.
bool is_plain_number(const std::string& text, ParameterType type) {
  if (type == ParameterType::integer) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::to_string(value) == text;
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(value)) return false;
  std::string spelt = fmt::format("{}", value);
  if (spelt.find_first_of(".e") == std::string::npos) spelt += ".0";
  return spelt == text;
}

std::string scalar(const std::string& text, ParameterType type) {
  switch (type) {
    case ParameterType::text:
      return quote(text);
    case ParameterType::boolean:
      return text;
    case ParameterType::integer:
    case ParameterType::real:
      return is_plain_number(text, type) ? text : quote(text);
  }
  return quote(text);
}

std::string value_text(const ParameterValue& value) {
  if (value.unset) {
    return value.label == "unset"
               ? "{ unset = true }"
               : fmt::format("{{ label = {}, unset = true }}", scalar(value.label, value.type));
  }
  if (value.label == value.value) return scalar(value.value, value.type);
  return fmt::format("{{ label = {}, value = {} }}", scalar(value.label, value.type), quote(value.value));
}

std::string matrix_text(const std::vector<MatrixParameter>& matrix) {
  std::string out;
  for (const MatrixParameter& parameter : matrix) {
    out += (out.empty() ? "" : ", ") + key(parameter.name) + " = [";
    for (std::size_t i = 0; i < parameter.values.size(); ++i) {
      out += (i > 0 ? ", " : "") + value_text(parameter.values[i]);
    }
    out += "]";
  }
  return "{ " + out + " }";
}

std::string env_text(const std::vector<EnvSetting>& env) {
  std::string out;
  for (const EnvSetting& setting : env) {
    out += (out.empty() ? "" : ", ") + key(setting.name) + " = ";
    out += setting.value ? quote(*setting.value) : "{ unset = true }";
  }
  return "{ " + out + " }";
}

std::string metrics_text(const std::vector<MetricPattern>& metrics) {
  std::string out;
  for (const MetricPattern& metric : metrics) {
    out += (out.empty() ? "" : ", ") + key(metric.name) + " = " + quote(metric.pattern);
  }
  return "{ " + out + " }";
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
  out += fmt::format("{} = {}\n", name, value);
}

std::string settle_text(const SettleRule& settle) {
  switch (settle.kind) {
    case SettleRule::Kind::report:
      return "\"report\"";
    case SettleRule::Kind::none:
      return "\"none\"";
    case SettleRule::Kind::time:
      return quote(format_duration(settle.limit));
  }
  return "\"report\"";
}

std::string workload_text(const Workload& workload) {
  std::string out = "\n[[workload]]\n";
  add_line(out, "name", quote(workload.name));
  add_line(out, "command", quoted_list(workload.command));
  if (!workload.env.empty()) add_line(out, "env", env_text(workload.env));
  if (workload.working_folder) add_line(out, "working_folder", quote(*workload.working_folder));
  if (workload.timeout) add_line(out, "timeout", quote(format_duration(*workload.timeout)));
  if (workload.pass_when) add_line(out, "pass_when", quote(*workload.pass_when));
  if (workload.wrong_when) add_line(out, "wrong_when", quote(*workload.wrong_when));
  if (workload.crash_when) add_line(out, "crash_when", quote(*workload.crash_when));
  if (workload.expect_output) add_line(out, "expect_output", quote(*workload.expect_output));
  if (workload.expect_image) add_line(out, "expect_image", quote(*workload.expect_image));
  if (!workload.metrics.empty()) add_line(out, "metrics", metrics_text(workload.metrics));
  if (!workload.accepted_exit_codes.empty()) {
    add_line(out, "accepted_exit_codes", number_list(workload.accepted_exit_codes));
  }
  if (!workload.crash_exit_codes.empty())
    add_line(out, "crash_exit_codes", number_list(workload.crash_exit_codes));
  if (workload.capture == CaptureMode::off) add_line(out, "capture", "\"off\"");
  if (!workload.follow_children) add_line(out, "follow_children", "false");
  if (!workload.matrix.empty()) add_line(out, "matrix", matrix_text(workload.matrix));
  return out;
}

std::string hooks_text(const Hooks& hooks) {
  const Hooks defaults;
  std::string out;
  const auto add = [&out](std::string_view name, const std::vector<std::string>& command) {
    if (!command.empty()) add_line(out, name, quoted_list(command));
  };
  add("setup", hooks.setup);
  add("before_trial", hooks.before_trial);
  add("after_trial", hooks.after_trial);
  add("cleanup", hooks.cleanup);
  add("health", hooks.health);
  if (!hooks.health.empty() && hooks.health_every != defaults.health_every)
    add_line(out, "health_every", std::to_string(hooks.health_every));
  if (hooks.timeout != defaults.timeout) add_line(out, "timeout", quote(format_duration(hooks.timeout)));
  return out.empty() ? out : "\n[hooks]\n" + out;
}

enum class Part { whole, what_decides_trials };

std::string campaign_text(const Campaign& campaign, Part part) {
  const Campaign defaults;
  std::string out = "[campaign]\n";
  add_line(out, "name", quote(campaign.name));
  if (part == Part::whole && campaign.trials > 0) add_line(out, "trials", std::to_string(campaign.trials));
  if (part == Part::whole && campaign.duration)
    add_line(out, "duration", quote(format_duration(*campaign.duration)));
  if (campaign.warm_up > 0) add_line(out, "warm_up", std::to_string(campaign.warm_up));
  if (campaign.jobs != defaults.jobs) add_line(out, "jobs", std::to_string(campaign.jobs));
  if (campaign.cooldown != defaults.cooldown)
    add_line(out, "cooldown", quote(format_duration(campaign.cooldown)));
  add_line(out, "seed", std::to_string(campaign.seed));
  add_line(out, "timeout", quote(format_duration(campaign.timeout)));
  if (campaign.grace != defaults.grace) add_line(out, "grace", quote(format_duration(campaign.grace)));
  if (!campaign.control.empty()) add_line(out, "control", quote(campaign.control));
  if (!campaign.control_negative.empty()) add_line(out, "control_negative", quote(campaign.control_negative));
  if (campaign.settle != defaults.settle) add_line(out, "settle", settle_text(campaign.settle));
  if (part == Part::whole && campaign.report_deadline != defaults.report_deadline) {
    add_line(out, "report_deadline", quote(format_duration(campaign.report_deadline)));
  }
  if (part == Part::whole && campaign.system_log) add_line(out, "system_log", "true");
  if (campaign.stop) {
    add_line(out, "stop", stop_rule_text(*campaign.stop));
    if (campaign.stop->allocate_undecided) add_line(out, "allocate", quote("undecided"));
  }
  if (part == Part::whole && !campaign.drain) add_line(out, "drain", "false");
  if (part == Part::whole && !campaign.rules.empty()) add_line(out, "rules", quote(campaign.rules));
  if (part == Part::whole && campaign.min_free_bytes != defaults.min_free_bytes) {
    add_line(out, "min_free_bytes", std::to_string(campaign.min_free_bytes));
  }
  if (part == Part::whole && !campaign.archive.empty()) {
    add_line(out, "archive", quoted_list(campaign.archive));
  }
  out += hooks_text(campaign.hooks);
  if (!campaign.facts.empty()) out += "\n[facts]\n";
  for (const FactCommand& fact : campaign.facts) add_line(out, key(fact.name), quoted_list(fact.command));
  for (const Workload& workload : campaign.workloads) out += workload_text(workload);
  return out;
}

}  // namespace

std::string write_campaign_toml(const Campaign& campaign) { return campaign_text(campaign, Part::whole); }

std::string campaign_hash(const Campaign& campaign) {
  // The canonical text is the canonical form: a default written out or left away hashes alike.
  return hash128_hex(campaign_text(campaign, Part::what_decides_trials));
}

}  // namespace faultline
