// Tables for a terminal.

#include <algorithm>
#include <numeric>
#include <string_view>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

constexpr std::size_t kGap = 2;
// Text is not broken into narrower columns than this; the table is cut into blocks instead.
constexpr std::size_t kNarrowest = 20;

std::string padded(std::string_view text, std::size_t width, Alignment alignment) {
  const std::size_t missing = width - std::min(width, display_width(text));
  const std::string padding(missing, ' ');
  return alignment == Alignment::right ? padding + std::string(text) : std::string(text) + padding;
}

std::string without_trailing_whitespace(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// A column laid out: its cells as aligned texts of one width.
struct LaidOut {
  Alignment alignment = Alignment::left;
  bool names_row = false;
  bool can_wrap = false;
  std::size_t width = 0;
  std::string title;
  std::vector<std::string> cells;
};

/// Lines the pieces up: each at the right of its own sub-column.
std::vector<std::string> joined_pieces(const std::vector<std::vector<std::string>>& cells) {
  std::vector<std::size_t> widths;
  for (const auto& pieces : cells) {
    if (pieces.size() < 2) continue;
    widths.resize(std::max(widths.size(), pieces.size()), 0);
    for (std::size_t i = 0; i < pieces.size(); ++i) widths[i] = std::max(widths[i], display_width(pieces[i]));
  }
  std::vector<std::string> joined;
  for (const auto& pieces : cells) {
    std::string text;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) text += std::string(kGap, ' ');
      text += pieces.size() < 2 ? pieces[i] : padded(pieces[i], widths[i], Alignment::right);
    }
    joined.push_back(std::move(text));
  }
  return joined;
}

LaidOut lay_out(const Table& table, std::size_t index) {
  const Column& column = table.columns[index];
  LaidOut out;
  out.alignment = column.alignment;
  out.names_row = column.names_row;
  out.can_wrap = column.alignment == Alignment::left;
  out.title = escape_line(column.title);
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : table.rows) {
    auto pieces = cell_pieces(row[index], column);
    for (std::string& piece : pieces) piece = escape_line(piece);
    cells.push_back(std::move(pieces));
  }
  out.cells = joined_pieces(cells);
  out.width = display_width(out.title);
  for (const std::string& cell : out.cells) out.width = std::max(out.width, display_width(cell));
  return out;
}

std::size_t total_width(const std::vector<LaidOut>& columns) {
  std::size_t width = columns.empty() ? 0 : kGap * (columns.size() - 1);
  for (const LaidOut& column : columns) width += column.width;
  return width;
}

/// Narrows the widest text column, again and again, until the table fits or none can give more.
void narrow(std::vector<LaidOut>& columns, std::size_t limit) {
  while (total_width(columns) > limit) {
    LaidOut* widest = nullptr;
    std::size_t next = kNarrowest;
    for (LaidOut& column : columns) {
      if (column.can_wrap && column.width > kNarrowest &&
          (widest == nullptr || column.width > widest->width)) {
        widest = &column;
      }
    }
    if (widest == nullptr) return;
    for (const LaidOut& column : columns) {
      if (&column != widest && column.can_wrap && column.width < widest->width)
        next = std::max(next, column.width);
    }
    const std::size_t excess = total_width(columns) - limit;
    const std::size_t room = widest->width - next;
    widest->width -= std::max<std::size_t>(1, std::min(excess, room));
  }
}

/// The columns of each block. The first holds what fits; the others begin with the naming columns.
std::vector<std::vector<std::size_t>> cut_into_blocks(const std::vector<LaidOut>& columns,
                                                      std::size_t limit) {
  std::vector<std::size_t> names;
  std::size_t names_width = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].names_row) continue;
    names.push_back(i);
    names_width += columns[i].width + kGap;
  }
  std::vector<std::vector<std::size_t>> blocks;
  std::vector<std::size_t> block = names;
  std::size_t width = names_width;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].names_row) continue;
    if (width + columns[i].width > limit && block.size() > names.size()) {
      blocks.push_back(std::move(block));
      block = names;
      width = names_width;
    }
    block.push_back(i);
    width += columns[i].width + kGap;
  }
  blocks.push_back(std::move(block));
  return blocks;
}

class Painter {
 public:
  Painter(const Table& table, const std::vector<LaidOut>& columns, bool color)
      : table_(table), columns_(columns), color_(color) {}

  std::string block(const std::vector<std::size_t>& indexes) const {
    std::vector<std::vector<std::string>> cells;
    for (const std::size_t i : indexes) cells.push_back(wrap_text(columns_[i].title, columns_[i].width));
    std::string out = lines(indexes, cells, std::vector<Emphasis>(indexes.size(), Emphasis::strong));
    std::string rule;
    for (const std::size_t i : indexes) {
      rule += rule.empty() ? "" : std::string(kGap, ' ');
      rule += std::string(columns_[i].width, '-');
    }
    out += rule + "\n";
    for (std::size_t row = 0; row < table_.rows.size(); ++row) {
      cells.clear();
      std::vector<Emphasis> emphasis;
      for (const std::size_t i : indexes) {
        cells.push_back(wrap_text(columns_[i].cells[row], columns_[i].width));
        emphasis.push_back(table_.rows[row][i].emphasis);
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
        const LaidOut& column = columns_[indexes[c]];
        const std::string_view part =
            line < cells[c].size() ? std::string_view(cells[c][line]) : std::string_view();
        const std::size_t missing = column.width - std::min(column.width, display_width(part));
        if (column.alignment == Alignment::right) owed += missing;
        if (!part.empty()) {
          text += std::string(owed, ' ') + painted(part, emphasis[c]);
          owed = 0;
        }
        if (column.alignment == Alignment::left) owed += missing;
        owed += kGap;
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
  const std::vector<LaidOut>& columns_;
  bool color_;
};

std::string paragraph(std::string_view text, std::size_t limit) {
  std::string out;
  for (const std::string& line : wrap_text(escape_line(text), limit)) out += line + "\n";
  return out;
}

/// Columns line up, numbers at their right, the parts of a rate under each other. Where the table is
/// wider than the terminal, long text cells are broken over several lines; where that is not enough, the
/// columns are cut into blocks, each of which begins with those that name the row.
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
  std::vector<LaidOut> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) columns.push_back(lay_out(table, i));
  narrow(columns, limit);
  std::string out = table.caption.empty() ? "" : paragraph(table.caption, limit) + "\n";
  const Painter painter(table, columns, options_.color);
  bool is_first = true;
  for (const auto& block : cut_into_blocks(columns, limit)) {
    if (!is_first) out += "\n";
    out += painter.block(block);
    is_first = false;
  }
  if (table.rows.empty()) out += "(no rows)\n";
  if (!table.footnotes.empty() || !table.command.empty()) out += "\n";
  for (const std::string& footnote : table.footnotes) out += paragraph(footnote, limit);
  // Not broken: it is to be copied.
  if (!table.command.empty()) out += "Again: " + escape_line(table.command) + "\n";
  return out;
}

std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options) {
  return std::make_unique<TextWriter>(options);
}

}  // namespace faultline
