// A page as a list of titled sections, written as text for a terminal, as Markdown, or as HTML.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline {

/// One piece of a section. Texts are raw: escaping is the writer's.
struct Block {
  enum class Kind { paragraph, list, facts, code, command };
  Kind kind = Kind::paragraph;
  std::string text;                                       ///< Paragraph, code (several lines), command (one).
  std::vector<std::string> items;                         ///< List.
  std::vector<std::pair<std::string, std::string>> rows;  ///< Facts: name and value.

  static Block paragraph(std::string text);
  static Block list(std::vector<std::string> items);
  static Block facts(std::vector<std::pair<std::string, std::string>> rows);
  static Block code(std::string text);
  static Block command(std::string line);
};

struct PageSection {
  std::string title;
  std::vector<Block> blocks;
};

/// Plain text, safe for a terminal: control characters and the like are shown, not sent.
std::string page_as_text(const std::string& title, const std::vector<PageSection>& sections);

/// GitHub's Markdown: tables for facts, fences that no content can close early.
std::string page_as_markdown(const std::string& title, const std::vector<PageSection>& sections);

/// A whole HTML document that needs nothing else: no script, no network; light and dark; prints. Everything
/// given is data.
std::string page_as_html(const std::string& title, const std::vector<PageSection>& sections);

/// The blocks alone, as they stand in these pages below their section's title.
std::string blocks_as_text(const std::vector<Block>& blocks);
std::string blocks_as_markdown(const std::vector<Block>& blocks);

/// A line of data in Markdown: every sign that could be markup behind a backslash, controls shown.
std::string markdown_line(std::string_view data);
/// Data inside of HTML, also between quotes; controls shown, line ends kept.
std::string html_text(std::string_view data);

}  // namespace faultline
