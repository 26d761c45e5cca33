// A document as text for a terminal, as Markdown, and as HTML. Each writer escapes what its format would take
// for markup and what a terminal would obey: everything in a document is data.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/documents/document.h"
#include "reports/formats/report_writer.h"

namespace faultline {

/// Plain text, safe for a terminal: control characters and the like are shown, not sent. Lines are as long as
/// what they hold; wrapped_text.h has short ones. Plots are left out: their numbers stand in a table beside
/// them. Tables are laid out as the options say.
std::string document_text(const Document& document, const WriterOptions& options = {});

/// GitHub's Markdown: tables for facts, fences that no content can close early, folds that open. No plots.
std::string document_markdown(const Document& document);
/// The blocks alone, as they stand in it below their section's title.
std::string blocks_as_markdown(const std::vector<Block>& blocks);

/// A whole HTML document that needs nothing else: no script, no network; light and dark; prints. No plots:
/// the page that draws them is report_page().
std::string document_html(const Document& document);

/// A line of data in Markdown: every sign that could be markup behind a backslash, controls shown.
std::string markdown_line(std::string_view data);
/// Data inside of HTML, also between quotes; controls shown, line ends kept.
std::string html_text(std::string_view data);

}  // namespace faultline
