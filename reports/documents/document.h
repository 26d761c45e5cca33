// A document as a list of titled sections, written as text for a terminal, as Markdown, or as HTML: the page
// of a crash, a campaign report, the parts of a bundle.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/formats/table.h"

namespace faultline {

/// One piece of a section. Texts are raw: escaping is the writer's.
struct Block {
  enum class Kind {
    paragraph,
    strong,  ///< A paragraph that stands out.
    list,
    facts,
    code,
    command,
    table,
    fold,  ///< Further blocks below a title, to be opened by who wants them.
  };
  Kind kind = Kind::paragraph;
  std::string text;                ///< Paragraph, code (several lines), command (one), title of a fold.
  std::vector<std::string> items;  ///< List.
  std::vector<std::pair<std::string, std::string>> rows;  ///< Facts: name and value.
  std::shared_ptr<const Table> table{};                   ///< Kind::table; never changed.
  std::vector<Block> blocks{};                            ///< Kind::fold.

  static Block paragraph(std::string text);
  static Block strong(std::string text);
  static Block list(std::vector<std::string> items);
  static Block facts(std::vector<std::pair<std::string, std::string>> rows);
  static Block code(std::string text);
  static Block command(std::string line);
  static Block table_of(Table table);
  static Block fold(std::string title, std::vector<Block> blocks);
};

struct PageSection {
  std::string title;
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::vector<Block> lead;  ///< Below the title, before the first section.
  std::vector<PageSection> sections;
};

/// Plain text, safe for a terminal: control characters and the like are shown, not sent.
std::string document_text(const Document& document);

/// GitHub's Markdown: tables for facts, fences that no content can close early, folds that open.
std::string document_markdown(const Document& document);

/// A whole HTML document that needs nothing else: no script, no network; light and dark; prints. Everything
/// given is data.
std::string document_html(const Document& document);

/// The blocks alone, as they stand in these documents below their section's title.
std::string blocks_as_text(const std::vector<Block>& blocks);
std::string blocks_as_markdown(const std::vector<Block>& blocks);

/// A line of data in Markdown: every sign that could be markup behind a backslash, controls shown.
std::string markdown_line(std::string_view data);
/// Data inside of HTML, also between quotes; controls shown, line ends kept.
std::string html_text(std::string_view data);

}  // namespace faultline
