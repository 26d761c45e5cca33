#include "reports/formats/text_layout.h"

#include <algorithm>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

/// No text says anything in less.
constexpr std::size_t kNarrowest = 8;

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

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
      if (i > 0) text += std::string(kColumnGap, ' ');
      text += pieces.size() < 2 ? pieces[i] : right_aligned(pieces[i], widths[i]);
    }
    joined.push_back(std::move(text));
  }
  return joined;
}

std::size_t longest_word(const std::string& text) {
  std::size_t longest = 0;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    longest = std::max(longest, display_width(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return longest;
}

LaidOutColumn lay_out_column(const Table& table, std::size_t index, const WriterOptions& options) {
  const Column& column = table.columns[index];
  LaidOutColumn out;
  out.index = index;
  out.alignment = column.alignment;
  out.names_row = column.names_row;
  out.rank = column.rank;
  out.shortens = column.fit == Fit::shorten;
  out.title = escape_line(column.title);
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : table.rows) {
    auto pieces = cell_pieces(row[index], column, options.wide);
    for (std::string& piece : pieces) piece = escape_line(piece);
    cells.push_back(std::move(pieces));
  }
  out.cells = joined_pieces(cells);
  out.width = display_width(out.title);
  out.least = longest_word(out.title);
  for (const std::string& cell : out.cells) {
    out.width = std::max(out.width, display_width(cell));
    if (!out.shortens) out.least = std::max(out.least, longest_word(cell));
  }
  if (out.shortens) out.least = std::max(out.least, column.least_width);
  // Numbers are never broken.
  if (column.alignment == Alignment::right) out.least = out.width;
  out.least = std::min(out.least, out.width);
  return out;
}

template <typename Width>
std::size_t total_of(const std::vector<LaidOutColumn>& columns, Width width) {
  std::size_t total = columns.empty() ? 0 : kColumnGap * (columns.size() - 1);
  for (const LaidOutColumn& column : columns) total += width(column);
  return total;
}

std::size_t least_total(const std::vector<LaidOutColumn>& columns) {
  return total_of(columns, [](const LaidOutColumn& column) { return column.least; });
}

std::size_t total_width(const std::vector<LaidOutColumn>& columns) {
  return total_of(columns, [](const LaidOutColumn& column) { return column.width; });
}

/// Those of the highest rank first; of one rank the last.
void leave_out(TableLayout& layout, std::size_t limit) {
  auto& columns = layout.columns;
  while (least_total(columns) > limit) {
    auto last = columns.end();
    for (auto it = columns.begin(); it != columns.end(); ++it) {
      if (it->rank > 0 && (last == columns.end() || it->rank >= last->rank)) last = it;
    }
    if (last == columns.end()) return;
    layout.left_out.push_back(last->title);
    columns.erase(last);
  }
  std::reverse(layout.left_out.begin(), layout.left_out.end());
}

/// Narrows the widest column that can give way, again and again, until the table fits or none can give more.
void narrow_to_least(std::vector<LaidOutColumn>& columns, std::size_t limit) {
  while (total_width(columns) > limit) {
    LaidOutColumn* widest = nullptr;
    for (LaidOutColumn& column : columns) {
      if (column.width > column.least && (widest == nullptr || column.width > widest->width))
        widest = &column;
    }
    if (widest == nullptr) return;
    std::size_t next = widest->least;
    for (const LaidOutColumn& column : columns) {
      const bool gives_way = column.width > column.least;
      if (&column != widest && gives_way && column.width < widest->width) next = std::max(next, column.width);
    }
    const std::size_t excess = total_width(columns) - limit;
    widest->width -= std::max<std::size_t>(1, std::min(excess, widest->width - next));
  }
}

void narrow(std::vector<LaidOutColumn>& columns, std::size_t limit) {
  narrow_to_least(columns, limit);
  if (total_width(columns) <= limit) return;
  for (LaidOutColumn& column : columns) {
    if (column.shortens)
      column.least = std::min(column.least, std::max(kNarrowest, display_width(column.title)));
  }
  narrow_to_least(columns, limit);
}

/// The columns of each block. The first holds what fits; the others begin with the naming columns.
std::vector<std::vector<std::size_t>> cut_into_blocks(const std::vector<LaidOutColumn>& columns,
                                                      std::size_t limit) {
  std::vector<std::size_t> all(columns.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  if (total_width(columns) <= limit) return {all};
  std::vector<std::size_t> names;
  std::size_t names_width = 0;
  for (const std::size_t i : all) {
    if (!columns[i].names_row) continue;
    names.push_back(i);
    names_width += columns[i].width + kColumnGap;
  }
  std::vector<std::vector<std::size_t>> blocks;
  std::vector<std::size_t> block = names;
  std::size_t width = names_width;
  for (const std::size_t i : all) {
    if (columns[i].names_row) continue;
    if (width + columns[i].width > limit && block.size() > names.size()) {
      blocks.push_back(std::move(block));
      block = names;
      width = names_width;
    }
    block.push_back(i);
    width += columns[i].width + kColumnGap;
  }
  blocks.push_back(std::move(block));
  return blocks;
}

}  // namespace

TableLayout lay_out_table(const Table& table, const WriterOptions& options) {
  const bool is_limited = options.width > 0 && !options.wide;
  const std::size_t limit = is_limited ? static_cast<std::size_t>(options.width) : SIZE_MAX;
  TableLayout layout;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    layout.columns.push_back(lay_out_column(table, i, options));
  leave_out(layout, limit);
  narrow(layout.columns, limit);
  layout.blocks = cut_into_blocks(layout.columns, limit);
  return layout;
}

std::vector<std::string> cell_lines(const LaidOutColumn& column, const std::string& cell) {
  if (display_width(cell) <= column.width) return {cell};
  if (column.shortens) return {elide_middle(cell, column.width)};
  return wrap_text(cell, column.width);
}

}  // namespace faultline
