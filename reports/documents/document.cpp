#include "reports/documents/document.h"

namespace faultline {

Block Block::paragraph(std::string text) {
  Block block;
  block.text = std::move(text);
  return block;
}

Block Block::strong(std::string text) {
  Block block;
  block.kind = Kind::strong;
  block.text = std::move(text);
  return block;
}

Block Block::list(std::vector<std::string> items) {
  Block block;
  block.kind = Kind::list;
  block.items = std::move(items);
  return block;
}

Block Block::facts(std::vector<std::pair<std::string, std::string>> rows) {
  Block block;
  block.kind = Kind::facts;
  block.rows = std::move(rows);
  return block;
}

Block Block::code(std::string text) {
  Block block;
  block.kind = Kind::code;
  block.text = std::move(text);
  return block;
}

Block Block::command(std::string line) {
  Block block;
  block.kind = Kind::command;
  block.text = std::move(line);
  return block;
}

Block Block::rerun(std::string line) {
  Block block;
  block.kind = Kind::rerun;
  block.text = std::move(line);
  return block;
}

Block Block::table_of(std::string id, Table people, Table programs) {
  Block block;
  block.kind = Kind::table;
  block.table = std::make_shared<const DocumentTable>(
      DocumentTable{std::move(id), std::move(people), std::move(programs)});
  return block;
}

Block Block::table_of(Table table, std::string id) {
  Table same = table;
  return table_of(std::move(id), std::move(table), std::move(same));
}

Block Block::plot_of(Plot plot) {
  Block block;
  block.kind = Kind::plot;
  block.plot = std::make_shared<const Plot>(std::move(plot));
  return block;
}

Block Block::fold(std::string title, std::vector<Block> blocks) {
  Block block;
  block.kind = Kind::fold;
  block.text = std::move(title);
  block.blocks = std::move(blocks);
  return block;
}

std::vector<const Block*> blocks_of(const std::vector<Block>& blocks, Block::Kind kind) {
  std::vector<const Block*> found;
  for (const Block& block : blocks) {
    if (block.kind == kind) found.push_back(&block);
  }
  return found;
}

}  // namespace faultline
