#include "reports/documents/document_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/json_writer.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

/// Text alone, or text and the number that it is sorted by.
Json cell_json(const TableCell& cell, const Column& column) {
  auto text = escape_line(cell_text(cell, column));
  const auto number = cell_number(cell.value);
  if (!cell.brief.empty()) {
    auto whole = escape_line(cell_text({cell.value}, column));
    return Json::array({std::move(text), number ? Json(*number) : Json(), std::move(whole)});
  }
  if (!number) return text;
  return Json::array({std::move(text), *number});
}

Json cells_json(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(cell_json(row[i], table.columns[i]));
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::string_view kind_text(Plot::Kind kind) {
  switch (kind) {
    case Plot::Kind::points:
      return "points";
    case Plot::Kind::steps:
      return "steps";
    case Plot::Kind::bars:
      return "bars";
    case Plot::Kind::grid:
      return "grid";
  }
  return "points";
}

/// The values of one document, for one audience.
class DocumentJson {
 public:
  explicit DocumentJson(TableAudience audience) : for_people_(audience == TableAudience::people) {}

  [[nodiscard]] Json document(const Document& document) const {
    Json out = {{"title", line(document.title)},
                {"verdict", fmt::format("{}", fmt::join(texts(document.lead, Block::Kind::paragraph), " "))}};
    out["findings"] = texts(document.lead, Block::Kind::strong);
    out["sections"] = Json::array();
    for (const auto& section : document.sections) out["sections"].push_back(one_section(section));
    return out;
  }

 private:
  [[nodiscard]] std::string line(const std::string& text) const {
    return for_people_ ? escape_line(text) : text;
  }
  [[nodiscard]] std::string lines(const std::string& text) const {
    return for_people_ ? escape_text(text) : text;
  }

  [[nodiscard]] std::vector<std::string> texts(const std::vector<Block>& blocks, Block::Kind kind) const {
    std::vector<std::string> out;
    for (const Block* block : blocks_of(blocks, kind)) out.push_back(line(block->text));
    return out;
  }

  [[nodiscard]] Json table(const DocumentTable& given) const {
    if (!for_people_) {
      Json out = {{"id", given.id}, {"command", given.programs.command}};
      out.update(table_json(given.programs));
      return out;
    }
    const auto& table = given.people;
    Json out = {{"id", given.id}, {"caption", line(table.caption)}, {"command", line(table.command)}};
    out["columns"] = Json::array();
    for (const auto& column : table.columns) {
      out["columns"].push_back({{"title", line(column.title)},
                                {"right", column.alignment == Alignment::right},
                                {"head", column.names_row}});
    }
    out["rows"] = cells_json(table);
    if (table.rows.empty()) out["no_rows"] = line(table.no_rows);
    out["footnotes"] = Json::array();
    for (const auto& note : table.footnotes) out["footnotes"].push_back(line(note));
    return out;
  }

  [[nodiscard]] Json plot(const Plot& plot) const {
    Json out = {{"id", plot.id},           {"kind", kind_text(plot.kind)}, {"title", line(plot.title)},
                {"x", line(plot.x_title)}, {"y", line(plot.y_title)},      {"share", plot.y_is_share}};
    out["series"] = Json::array();
    for (const auto& series : plot.series) {
      Json points = Json::array();
      for (const auto& point : series.points) {
        points.push_back({{"x", point.x},
                          {"label", line(point.label)},
                          {"y", point.y},
                          {"low", point.interval.low},
                          {"high", point.interval.high},
                          {"k", point.of.counted},
                          {"n", point.of.trials}});
      }
      out["series"].push_back({{"name", line(series.name)}, {"points", std::move(points)}});
    }
    return out;
  }

  [[nodiscard]] Json tables(const std::vector<Block>& blocks) const {
    Json out = Json::array();
    for (const Block* block : blocks_of(blocks, Block::Kind::table)) out.push_back(table(*block->table));
    return out;
  }
  [[nodiscard]] Json plots(const std::vector<Block>& blocks) const {
    Json out = Json::array();
    for (const Block* block : blocks_of(blocks, Block::Kind::plot)) out.push_back(plot(*block->plot));
    return out;
  }
  [[nodiscard]] Json details(const std::vector<Block>& blocks) const {
    Json out = Json::array();
    for (const Block* block : blocks_of(blocks, Block::Kind::fold)) out.push_back(detail(*block));
    return out;
  }

  /// What few sections have stands there only where it is.
  void add_lists(const std::vector<Block>& blocks, Json& out) const {
    for (const Block* block : blocks_of(blocks, Block::Kind::list)) {
      Json items = Json::array();
      for (const auto& item : block->items) items.push_back(line(item));
      out["lists"].push_back(std::move(items));
    }
    for (const Block* block : blocks_of(blocks, Block::Kind::facts)) {
      Json rows = Json::array();
      for (const auto& [name, value] : block->rows) rows.push_back({line(name), line(value)});
      out["facts"].push_back(std::move(rows));
    }
  }

  [[nodiscard]] std::string code(const std::vector<Block>& blocks) const {
    std::string out;
    for (const Block* block : blocks_of(blocks, Block::Kind::code)) out += lines(block->text);
    return out;
  }
  [[nodiscard]] std::string command(const std::vector<Block>& blocks) const {
    auto all = texts(blocks, Block::Kind::rerun);
    if (all.empty()) all = texts(blocks, Block::Kind::command);
    return all.empty() ? std::string() : all.front();
  }

  [[nodiscard]] Json detail(const Block& fold) const {
    Json out = {{"title", line(fold.text)},
                {"words", fmt::format("{}", fmt::join(texts(fold.blocks, Block::Kind::paragraph), " "))},
                {"text", code(fold.blocks)},
                {"command", command(fold.blocks)},
                {"tables", tables(fold.blocks)}};
    add_lists(fold.blocks, out);
    return out;
  }

  [[nodiscard]] Json one_section(const DocumentSection& section) const {
    Json out = {{"id", section.id}, {"title", line(section.title)}};
    out["words"] = texts(section.blocks, Block::Kind::paragraph);
    out["tables"] = tables(section.blocks);
    out["plots"] = plots(section.blocks);
    out["details"] = details(section.blocks);
    if (auto text = code(section.blocks); !text.empty()) out["text"] = std::move(text);
    if (auto line = command(section.blocks); !line.empty()) out["command"] = std::move(line);
    add_lists(section.blocks, out);
    return out;
  }

  bool for_people_;
};

}  // namespace

nlohmann::ordered_json document_json(const Document& document, TableAudience audience) {
  return DocumentJson(audience).document(document);
}

}  // namespace faultline
