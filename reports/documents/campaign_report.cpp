#include "reports/documents/campaign_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/text/text_escape.h"
#include "reports/documents/document.h"
#include "reports/formats/json_writer.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json report_table_json(const ReportTable& table) {
  Json out = Json::object();
  out["id"] = table.id;
  out["command"] = table.programs.command;
  out.update(table_json(table.programs));
  return out;
}

Block detail_block(const ReportDetail& detail) {
  std::vector<Block> blocks;
  if (!detail.words.empty()) blocks.push_back(Block::paragraph(detail.words));
  if (!detail.text.empty()) blocks.push_back(Block::code(detail.text));
  if (!detail.command.empty()) blocks.push_back(Block::paragraph("Made by " + detail.command));
  for (const auto& table : detail.tables) blocks.push_back(Block::table_of(table.people));
  return Block::fold(detail.title, std::move(blocks));
}

/// What people read of it, but for the plots.
Document report_document(const CampaignReport& report) {
  Document document;
  document.title = report.title;
  for (const auto& finding : report.findings) document.lead.push_back(Block::strong(finding));
  for (const auto& given : report.sections) {
    PageSection section{given.title, {}};
    for (const auto& words : given.words) section.blocks.push_back(Block::paragraph(words));
    for (const auto& table : given.tables) section.blocks.push_back(Block::table_of(table.people));
    for (const auto& detail : given.details) section.blocks.push_back(detail_block(detail));
    document.sections.push_back(std::move(section));
  }
  return document;
}

Json detail_json(const ReportDetail& detail) {
  Json out = {{"title", detail.title},
              {"words", detail.words},
              {"text", detail.text},
              {"command", detail.command},
              {"tables", Json::array()}};
  for (const auto& table : detail.tables) out["tables"].push_back(report_table_json(table));
  return out;
}

}  // namespace

std::string report_markdown(const CampaignReport& report) {
  return document_markdown(report_document(report));
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
    for (const auto& table : section.tables) one["tables"].push_back(report_table_json(table));
    one["details"] = Json::array();
    for (const auto& detail : section.details) one["details"].push_back(detail_json(detail));
    out["sections"].push_back(std::move(one));
  }
  return terminal_safe_json(out.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

namespace {

/// The end of a `<testcase` tag, and what stands in it: a crash that was wanted is output, no failure.
std::string case_body(const ReportCase& one) {
  const std::string details = html_text(escape_text(one.details));
  if (one.failure.empty() && details.empty()) return "/>\n";
  if (one.failure.empty())
    return fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", details);
  return fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                     html_text(escape_line(one.failure)), details);
}

}  // namespace

std::string report_junit(const CampaignReport& report) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const ReportCase*>> suites;
  for (const auto& one : report.cases) {
    if (!suites.contains(one.suite)) order.push_back(one.suite);
    suites[one.suite].push_back(&one);
  }
  std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">\n",
                                html_text(escape_line(report.title)));
  for (const auto& name : order) {
    const auto& cases = suites[name];
    const auto failures = std::count_if(cases.begin(), cases.end(),
                                        [](const ReportCase* one) { return !one->failure.empty(); });
    double seconds = 0.0;
    for (const auto* one : cases) seconds += one->seconds;
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                       html_text(escape_line(name)), cases.size(), failures, seconds);
    for (const auto* one : cases) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                         html_text(escape_line(one->suite)), html_text(escape_line(one->name)), one->seconds);
      out += case_body(*one);
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace faultline
