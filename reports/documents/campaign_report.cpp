#include "reports/documents/campaign_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/text_escape.h"
#include "reports/documents/document.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json table_json(const ReportTable& table) {
  Json out = Json::object();
  out["id"] = table.id;
  out["command"] = table.programs.command;
  auto body = Json::parse(write_table(table.programs, TableFormat::json), nullptr, false);
  if (body.is_array()) body = Json{{"rows", std::move(body)}};
  out.update(body);
  return out;
}

/// Characters that XML 1.0 cannot hold are shown, as everywhere.
std::string xml_text(std::string_view text) { return html_text(text); }

std::string details_markdown(const ReportDetail& detail) {
  std::string out = fmt::format("<details><summary>{}</summary>\n", html_text(escape_line(detail.title)));
  if (!detail.words.empty()) out += "\n" + markdown_line(detail.words) + "\n";
  if (!detail.text.empty()) out += "\n" + blocks_as_markdown({Block::code(detail.text)});
  if (!detail.command.empty()) out += "\nMade by " + markdown_line(detail.command) + "\n";
  for (const auto& table : detail.tables) out += "\n" + write_table(table.people, TableFormat::markdown);
  return out + "\n</details>\n";
}

Json detail_json(const ReportDetail& detail) {
  Json out = {{"title", detail.title},
              {"words", detail.words},
              {"text", detail.text},
              {"command", detail.command},
              {"tables", Json::array()}};
  for (const auto& table : detail.tables) out["tables"].push_back(table_json(table));
  return out;
}

}  // namespace

std::string report_markdown(const CampaignReport& report) {
  std::string out = "# " + markdown_line(report.title) + "\n";
  for (const auto& finding : report.findings) out += "\n**" + markdown_line(finding) + "**\n";
  for (const auto& section : report.sections) {
    out += "\n## " + markdown_line(section.title) + "\n";
    for (const auto& words : section.words) out += "\n" + markdown_line(words) + "\n";
    for (const auto& table : section.tables) out += "\n" + write_table(table.people, TableFormat::markdown);
    for (const auto& detail : section.details) out += "\n" + details_markdown(detail);
  }
  return out;
}

std::string report_json(const CampaignReport& report) {
  Json out = Json::object();
  out["title"] = report.title;
  out["findings"] = report.findings;
  out["sections"] = Json::array();
  for (const auto& section : report.sections) {
    Json one = Json::object();
    one["id"] = section.id;
    one["title"] = section.title;
    one["words"] = section.words;
    one["tables"] = Json::array();
    for (const auto& table : section.tables) one["tables"].push_back(table_json(table));
    one["details"] = Json::array();
    for (const auto& detail : section.details) one["details"].push_back(detail_json(detail));
    out["sections"].push_back(std::move(one));
  }
  return terminal_safe_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string report_junit(const CampaignReport& report) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const ReportCase*>> suites;
  for (const auto& one : report.cases) {
    if (!suites.contains(one.suite)) order.push_back(one.suite);
    suites[one.suite].push_back(&one);
  }
  std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">\n",
                                xml_text(escape_line(report.title)));
  for (const auto& name : order) {
    const auto& cases = suites[name];
    const auto failures = std::count_if(cases.begin(), cases.end(),
                                        [](const ReportCase* one) { return !one->failure.empty(); });
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                       xml_text(escape_line(name)), cases.size(), failures);
    for (const auto* one : cases) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                         xml_text(escape_line(one->suite)), xml_text(escape_line(one->name)), one->seconds);
      if (one->failure.empty()) {
        out += "/>\n";
      } else {
        out += fmt::format(">\n      <failure message=\"{}\"/>\n    </testcase>\n",
                           xml_text(escape_line(one->failure)));
      }
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace faultline
