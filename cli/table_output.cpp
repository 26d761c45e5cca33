#include "cli/table_output.h"

#include "cli/terminal.h"
#include "reports/formats/table_view.h"

namespace faultline {

TableFormat table_format(const CommandContext& context) {
  return parse_table_format(context.format).value_or(TableFormat::text);
}

TableAudience table_audience(const CommandContext& context) { return audience_of(table_format(context)); }

std::string table_text(const Table& table, const CommandContext& context) {
  return write_table(table, table_format(context), {output_width(), use_color(context), context.wide});
}

Result<ExitStatus> print_table(const Table& table, const CommandContext& context) {
  print(table_text(table, context));
  return ExitStatus::done;
}

Result<ExitStatus> print_rows(Table table, const CommandContext& context) {
  if (!context.sort.empty()) TRY(sort_rows(table, context.sort));
  const bool is_text = table_format(context) == TableFormat::text;
  limit_rows(table, context.limit.value_or(is_text ? kTextRows : 0));
  return print_table(table, context);
}

}  // namespace faultline
