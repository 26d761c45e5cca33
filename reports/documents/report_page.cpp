#include "reports/documents/report_page.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/check.h"
#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPlace = "@@REPORT@@";

std::optional<double> sort_value(const CellValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* unsigned_integer = std::get_if<std::uint64_t>(&value))
    return static_cast<double>(*unsigned_integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* rate = std::get_if<Rate>(&value)) return rate->of.ratio();
  if (const auto* count = std::get_if<CountOf>(&value)) return count->of.ratio();
  if (const auto* estimate = std::get_if<Estimate>(&value)) return estimate->value;
  return std::nullopt;
}

/// Text alone, or text and the number that it is sorted by.
Json cell_json(const TableCell& cell, const Column& column) {
  auto text = escape_line(cell_text(cell, column));
  const auto number = sort_value(cell.value);
  if (!number) return text;
  return Json::array({std::move(text), *number});
}

Json page_table(const ReportTable& given) {
  const auto& table = given.people;
  Json out = {
      {"id", given.id}, {"caption", escape_line(table.caption)}, {"command", escape_line(table.command)}};
  out["columns"] = Json::array();
  for (const auto& column : table.columns) {
    out["columns"].push_back({{"title", escape_line(column.title)},
                              {"right", column.alignment == Alignment::right},
                              {"head", column.names_row}});
  }
  out["rows"] = Json::array();
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(cell_json(row[i], table.columns[i]));
    out["rows"].push_back(std::move(cells));
  }
  out["footnotes"] = Json::array();
  for (const auto& note : table.footnotes) out["footnotes"].push_back(escape_line(note));
  return out;
}

std::string_view kind_text(Plot::Kind kind) {
  switch (kind) {
    case Plot::Kind::points:
      return "points";
    case Plot::Kind::steps:
      return "steps";
    case Plot::Kind::bars:
      return "bars";
  }
  return "points";
}

Json plot_json(const Plot& plot) {
  Json out = {{"id", plot.id},
              {"kind", kind_text(plot.kind)},
              {"title", escape_line(plot.title)},
              {"x", escape_line(plot.x_title)},
              {"y", escape_line(plot.y_title)},
              {"share", plot.y_is_share}};
  out["series"] = Json::array();
  for (const auto& series : plot.series) {
    Json points = Json::array();
    for (const auto& point : series.points) {
      points.push_back({{"x", point.x},
                        {"label", escape_line(point.label)},
                        {"y", point.y},
                        {"low", point.interval.low},
                        {"high", point.interval.high},
                        {"k", point.of.counted},
                        {"n", point.of.trials}});
    }
    out["series"].push_back({{"name", escape_line(series.name)}, {"points", std::move(points)}});
  }
  return out;
}

Json page_detail(const ReportDetail& detail) {
  Json out = {{"title", escape_line(detail.title)},
              {"words", escape_line(detail.words)},
              {"text", escape_text(detail.text)},
              {"command", escape_line(detail.command)},
              {"tables", Json::array()}};
  for (const auto& table : detail.tables) out["tables"].push_back(page_table(table));
  return out;
}

/// No sign of HTML is left in it; inside of JSON these stand in strings alone.
std::string inside_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string report_page(const CampaignReport& report) {
  Json out = {{"title", escape_line(report.title)}};
  out["findings"] = Json::array();
  for (const auto& finding : report.findings) out["findings"].push_back(escape_line(finding));
  out["sections"] = Json::array();
  for (const auto& section : report.sections) {
    Json one = {{"id", section.id}, {"title", escape_line(section.title)}};
    for (const char* list : {"words", "tables", "plots", "details"}) one[list] = Json::array();
    for (const auto& words : section.words) one["words"].push_back(escape_line(words));
    for (const auto& table : section.tables) one["tables"].push_back(page_table(table));
    for (const auto& plot : section.plots) one["plots"].push_back(plot_json(plot));
    for (const auto& detail : section.details) one["details"].push_back(page_detail(detail));
    out["sections"].push_back(std::move(one));
  }
  std::string page(report_page_template());
  const auto at = page.find(kPlace);
  CHECK(at != std::string::npos);
  return page.replace(at, kPlace.size(),
                      inside_script(out.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

}  // namespace faultline
