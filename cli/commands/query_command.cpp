// `faultline query`: a saved query by name, or read-only SQL.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "db/queries.h"
#include "reports/tables/list_tables.h"

namespace faultline {
namespace {

Result<ExitStatus> query(const std::string& text, const CommandContext& context) {
  if (text.empty()) return print_table(saved_query_table(saved_queries()), context);
  const auto* saved = find_saved_query(text);
  if (saved == nullptr && text.find_first_of(" \t\n") == std::string::npos) {
    return fail(ErrorKind::invalid_argument,
                "there is no saved query named " + text + "; faultline query without a name lists them");
  }
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto answer, query_sql(store, saved != nullptr ? saved->sql : text));
  return print_rows(query_answer_table(answer), context);
}

}  // namespace

void add_query_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("query", "Ask a saved query by name, or read-only SQL; without either, list them");
  auto text = std::make_shared<std::string>();
  command->add_option("query", *text, "Name of a saved query, or one SQL statement that reads")
      ->type_name("NAME|SQL");
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer("Example: faultline query \"SELECT outcome, count(*) FROM trial GROUP BY outcome\"");
  command->callback(
      [&context, text] { context.action = [&context, text] { return query(*text, context); }; });
}

}  // namespace faultline
