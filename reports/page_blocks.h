// A page as a list of titled sections, written as text for a terminal or as Markdown.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace faultline {

/// One piece of a section. Texts are raw: escaping is the writer's.
struct PageBlock {
  enum class Kind { paragraph, list, facts, code };
  Kind kind = Kind::paragraph;
  std::string text;                                       ///< Paragraph, code (may have several lines).
  std::vector<std::string> items;                         ///< List.
  std::vector<std::pair<std::string, std::string>> rows;  ///< Facts: name and value.

  static PageBlock paragraph(std::string text);
  static PageBlock list(std::vector<std::string> items);
  static PageBlock facts(std::vector<std::pair<std::string, std::string>> rows);
  static PageBlock code(std::string text);
};

struct PageSection {
  std::string title;
  std::vector<PageBlock> blocks;
};

/// Plain text, safe for a terminal: control characters and the like are shown, not sent.
std::string page_as_text(const std::string& title, const std::vector<PageSection>& sections);

/// GitHub's Markdown: tables for facts, fences that no content can close early.
std::string page_as_markdown(const std::string& title, const std::vector<PageSection>& sections);

}  // namespace faultline
