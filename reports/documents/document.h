// A document as a list of titled sections: the page of a crash, a campaign report, the parts of a bundle. It
// knows no format; the writers stand in document_writers.h, wrapped_text.h and document_json.h.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reports/documents/plot.h"
#include "reports/formats/table.h"

namespace faultline {

/// A table in its two layouts: with what people look at, and with every field.
struct DocumentTable {
  std::string id;  ///< Unique in the document, snake_case: a file's name. May be empty.
  Table people;
  Table programs;
};

/// One piece of a section. Texts are raw: escaping is the writer's.
struct Block {
  enum class Kind {
    paragraph,
    strong,  ///< A paragraph that stands out.
    list,
    facts,
    code,
    command,
    rerun,  ///< The command that gives again what stands beside it.
    table,
    plot,
    fold,  ///< Further blocks below a title, to be opened by who wants them.
  };
  Kind kind = Kind::paragraph;
  std::string text;                ///< Paragraph, code (several lines), command (one), title of a fold.
  std::vector<std::string> items;  ///< List.
  std::vector<std::pair<std::string, std::string>> rows;  ///< Facts: name and value.
  std::shared_ptr<const DocumentTable> table{};           ///< Kind::table; never changed.
  std::shared_ptr<const Plot> plot{};                     ///< Kind::plot; never changed.
  std::vector<Block> blocks{};                            ///< Kind::fold.

  static Block paragraph(std::string text);
  static Block strong(std::string text);
  static Block list(std::vector<std::string> items);
  static Block facts(std::vector<std::pair<std::string, std::string>> rows);
  static Block code(std::string text);
  static Block command(std::string line);
  static Block rerun(std::string line);
  static Block table_of(std::string id, Table people, Table programs);
  /// The same table for people and for programs.
  static Block table_of(Table table, std::string id = {});
  static Block plot_of(Plot plot);
  static Block fold(std::string title, std::vector<Block> blocks);
};

/// Those of one kind, in their order; what stands in a fold is the fold's. The blocks must outlive the
/// answer.
std::vector<const Block*> blocks_of(const std::vector<Block>& blocks, Block::Kind kind);

struct DocumentSection {
  std::string title;
  std::vector<Block> blocks;
  std::string id{};  ///< snake_case, for programs and links; may be empty.
};

struct Document {
  std::string title;
  std::vector<Block> lead;  ///< Below the title, before the first section.
  std::vector<DocumentSection> sections;
};

}  // namespace faultline
