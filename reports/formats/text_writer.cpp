// Tables for a terminal.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/text/text_escape.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/text_layout.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

std::string without_trailing_whitespace(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

class Painter {
 public:
  Painter(const Table& table, const std::vector<LaidOutColumn>& columns, bool color)
      : table_(table), columns_(columns), color_(color) {}

  std::string block(const std::vector<std::size_t>& indexes) const {
    std::vector<std::vector<std::string>> cells;
    for (const std::size_t i : indexes) cells.push_back(cell_lines(columns_[i], columns_[i].title));
    std::string out = lines(indexes, cells, std::vector<Emphasis>(indexes.size(), Emphasis::strong));
    std::string rule;
    for (const std::size_t i : indexes) {
      rule += rule.empty() ? "" : std::string(kColumnGap, ' ');
      rule += std::string(columns_[i].width, '-');
    }
    out += rule + "\n";
    for (std::size_t row = 0; row < table_.rows.size(); ++row) {
      cells.clear();
      std::vector<Emphasis> emphasis;
      for (const std::size_t i : indexes) {
        cells.push_back(cell_lines(columns_[i], columns_[i].cells[row]));
        emphasis.push_back(table_.rows[row][columns_[i].index].emphasis);
      }
      out += lines(indexes, cells, emphasis);
    }
    return out;
  }

 private:
  std::string lines(const std::vector<std::size_t>& indexes,
                    const std::vector<std::vector<std::string>>& cells,
                    const std::vector<Emphasis>& emphasis) const {
    std::size_t height = 0;
    for (const auto& cell : cells) height = std::max(height, cell.size());
    std::string out;
    for (std::size_t line = 0; line < height; ++line) {
      std::string text;
      std::size_t owed = 0;  // Spaces that only count if something follows.
      for (std::size_t c = 0; c < cells.size(); ++c) {
        const LaidOutColumn& column = columns_[indexes[c]];
        const std::string_view part =
            line < cells[c].size() ? std::string_view(cells[c][line]) : std::string_view();
        const std::size_t missing = column.width - std::min(column.width, display_width(part));
        if (column.alignment == Alignment::right) owed += missing;
        if (!part.empty()) {
          text += std::string(owed, ' ') + painted(part, emphasis[c]);
          owed = 0;
        }
        if (column.alignment == Alignment::left) owed += missing;
        owed += kColumnGap;
      }
      out += without_trailing_whitespace(std::move(text)) + "\n";
    }
    return out;
  }

  std::string painted(std::string_view text, Emphasis emphasis) const {
    if (!color_ || emphasis == Emphasis::none) return std::string(text);
    const std::string_view code = emphasis == Emphasis::strong ? "\x1b[1m"
                                  : emphasis == Emphasis::dim  ? "\x1b[2m"
                                                               : "\x1b[1;31m";
    return std::string(code) + std::string(text) + "\x1b[0m";
  }

  const Table& table_;
  const std::vector<LaidOutColumn>& columns_;
  bool color_;
};

std::string paragraph(std::string_view text, std::size_t limit) {
  std::string out;
  for (const std::string& line : wrap_text(escape_line(text), limit)) out += line + "\n";
  return out;
}

/// Columns line up, numbers at their right, the parts of a rate under each other.
class TextWriter final : public ReportWriter {
 public:
  explicit TextWriter(const WriterOptions& options) : options_(options) {}
  [[nodiscard]] std::string write(const Table& table) const override;

 private:
  WriterOptions options_;
};

}  // namespace

std::string TextWriter::write(const Table& table) const {
  const std::size_t limit = options_.width > 0 ? static_cast<std::size_t>(options_.width) : SIZE_MAX;
  std::string out = table.caption.empty() ? "" : paragraph(table.caption, limit) + "\n";
  TableLayout layout;
  if (table.rows.empty()) {
    out += table.no_rows + "\n";
  } else {
    layout = lay_out_table(table, options_);
    const Painter painter(table, layout.columns, options_.color);
    bool is_first = true;
    for (const auto& block : layout.blocks) {
      if (!is_first) out += "\n";
      out += painter.block(block);
      is_first = false;
    }
  }
  const bool has_foot = !table.footnotes.empty() || !table.command.empty() || !layout.left_out.empty();
  if (has_foot) out += "\n";
  if (!layout.left_out.empty())
    out += paragraph(fmt::format("No room for: {} (--wide).", fmt::join(layout.left_out, ", ")), limit);
  for (const std::string& footnote : table.footnotes) out += paragraph(footnote, limit);
  // Not broken: it is to be copied.
  if (!table.command.empty()) out += "Rerun: " + escape_line(table.command) + "\n";
  return out;
}

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options) {
  return std::make_unique<TextWriter>(options);
}

}  // namespace faultline
