#include "app/report/trial_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/files/text_file.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

constexpr std::uint64_t kShownBytes = 64ULL << 10;

const Cell& cell_of(const RunRecord& run, const Trial& trial) {
  static const Cell unknown;
  return trial.cell_index < run.cells.size() ? run.cells[trial.cell_index] : unknown;
}

std::string end_text(const Trial& trial) {
  if (!trial.term_signal_name.empty()) return "signal " + trial.term_signal_name;
  if (trial.exit_code) return fmt::format("exit {}", *trial.exit_code);
  return "unknown";
}

void add_output(std::string& out, const std::string& title, const std::filesystem::path& file,
                const std::string& excerpt) {
  auto text = read_file(file, kShownBytes * 64);
  std::string shown = text ? std::move(*text) : excerpt;
  if (shown.empty()) return;
  if (shown.size() > kShownBytes) shown = shown.substr(shown.size() - kShownBytes);
  out += fmt::format("\n{}{}\n", title, text ? "" : " (excerpt; the file was pruned)");
  out += escape_text(shown);
  if (out.back() != '\n') out += '\n';
}

}  // namespace

std::string trial_page(const RunRecord& run, const Trial& trial, const std::filesystem::path& folder,
                       const std::optional<OutputSite>& output_site) {
  const auto& cell = cell_of(run, trial);
  std::string out = fmt::format("trial {} of run {}  (campaign {}, block {})\n", trial.index, run.uuid.text(),
                                escape_line(run.campaign_name), trial.block);
  out += fmt::format("cell      {}  {}\n", escape_line(cell.workload), escape_line(cell.text()));
  out += fmt::format("command   {}\n", escape_line(shell_command(trial.argv)));
  out += fmt::format("started   {}  took {:.3f} s\n", format_utc(trial.started),
                     std::chrono::duration<double>(trial.duration).count());
  out += fmt::format("ended     {}{}\n", end_text(trial), trial.timed_out ? ", at its time limit" : "");
  out += fmt::format("outcome   {}  ({})\n", outcome_text(trial.verdict.outcome),
                     escape_line(trial.verdict.rule));
  for (const auto& line : trial.verdict.notes) out += fmt::format("          {}\n", escape_line(line));
  if (trial.uncaptured) {
    out += fmt::format("uncaptured{}\n",
                       trial.uncaptured_reason.empty() ? "" : "  " + escape_line(trial.uncaptured_reason));
  }
  if (output_site) {
    out += fmt::format("site      {}  {}\n", output_site->site.key, escape_line(output_site->site.text));
    for (const auto& line : output_site->site.notes) out += fmt::format("          {}\n", escape_line(line));
  }
  if (!trial.phase.empty()) out += fmt::format("phase     {}\n", escape_line(trial.phase));
  for (const auto& metric : trial.metrics) {
    out += fmt::format("metric    {} {}\n", escape_line(metric.name), metric.value);
  }
  for (const auto& incident : trial.incidents) out += fmt::format("report    {}\n", escape_line(incident));
  add_output(out, "stdout", folder / "stdout", trial.output_head);
  add_output(out, "stderr", folder / "stderr", trial.stderr_tail);
  return out;
}

std::string trial_json(const RunRecord& run, const Trial& trial,
                       const std::optional<OutputSite>& output_site) {
  using Json = nlohmann::ordered_json;
  const auto& cell = cell_of(run, trial);
  Json parameters = Json::object();
  for (const auto& [name, value] : cell.parameters) parameters[name] = value.label;
  Json metrics = Json::array();
  for (const auto& metric : trial.metrics)
    metrics.push_back({{"name", metric.name}, {"value", metric.value}});
  Json json = {{"run", run.uuid.text()},
               {"campaign", run.campaign_name},
               {"index", trial.index},
               {"block", trial.block},
               {"workload", cell.workload},
               {"parameters", parameters},
               {"argv", trial.argv},
               {"started", format_utc(trial.started)},
               {"duration_ms", std::chrono::duration<double, std::milli>(trial.duration).count()},
               {"outcome", std::string(outcome_text(trial.verdict.outcome))},
               {"rule", trial.verdict.rule},
               {"notes", trial.verdict.notes},
               {"exit_code", nullptr},
               {"term_signal", nullptr},
               {"timed_out", trial.timed_out},
               {"uncaptured", trial.uncaptured},
               {"phase", trial.phase},
               {"metrics", metrics},
               {"reports", trial.incidents},
               {"output_head", trial.output_head},
               {"stderr_tail", trial.stderr_tail},
               {"output_site", nullptr}};
  if (output_site) {
    const CrashSite& site = output_site->site;
    json["output_site"] = {{"key", site.key},       {"text", site.text},
                           {"family", site.family}, {"family_text", site.family_text},
                           {"rule", site.rule},     {"notes", site.notes}};
  }
  if (trial.exit_code) json["exit_code"] = *trial.exit_code;
  if (!trial.term_signal_name.empty()) json["term_signal"] = trial.term_signal_name;
  return terminal_safe_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace faultline
