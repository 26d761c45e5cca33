// Prints a table in the form that the command line asked for.

#pragma once

#include "cli/commands.h"
#include "core/base/result.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/table.h"

namespace faultline {

/// --format, else text.
TableFormat table_format(const CommandContext& context);
/// Who reads that format: people, or programs.
TableAudience table_audience(const CommandContext& context);
/// The table as text in that format, as wide as the terminal.
std::string table_text(const Table& table, const CommandContext& context);
/// Writes it to stdout; status `done`.
Result<ExitStatus> print_table(const Table& table, const CommandContext& context);

/// The rows that text shows by default: one screen.
inline constexpr std::size_t kTextRows = 30;
/// The same for a table of many rows: sorted and cut as --sort and --limit say. What programs read is cut
/// only where that was asked for.
Result<ExitStatus> print_rows(Table table, const CommandContext& context);

}  // namespace faultline
