// How a table is laid out on a terminal of a given width: which columns there are, and how wide.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/formats/report_writer.h"
#include "reports/formats/table.h"

namespace faultline {

/// Spaces between columns.
inline constexpr std::size_t kColumnGap = 2;

/// A column laid out: its cells as aligned texts of at most one width.
struct LaidOutColumn {
  std::size_t index = 0;  ///< In the table.
  Alignment alignment = Alignment::left;
  bool names_row = false;
  int rank = 0;
  std::size_t least = 0;  ///< Narrower than this it is not made.
  std::size_t width = 0;
  bool shortens = false;
  std::string title;
  std::vector<std::string> cells;
};

struct TableLayout {
  std::vector<LaidOutColumn> columns;
  std::vector<std::string> left_out;  ///< Titles of the columns that have no room.
  std::vector<std::vector<std::size_t>>
      blocks;  ///< Places in `columns`; more than one where nothing else helps.
};

/// Columns are left out by rank until those left fit at their least widths; then the widest give way. What
/// still does not fit is cut into blocks, each of which begins with the columns that name the row.
TableLayout lay_out_table(const Table& table, const WriterOptions& options);

/// A cell of the column as its lines.
std::vector<std::string> cell_lines(const LaidOutColumn& column, const std::string& cell);

}  // namespace faultline
