// `faultline list reports|trials|runs|hosts`: what the store holds, the newest first.

#include <CLI/CLI.hpp>

#include "app/questions/list_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "cli/time_option.h"
#include "db/store.h"

namespace faultline {
namespace {

struct ListFlags {
  std::string what;
  std::string since;
  std::optional<std::size_t> last;
  std::string where;
  bool allow_empty = false;
};

Result<ExitStatus> list(const ListFlags& flags, const CommandContext& context) {
  ListQuery query;
  TRY_ASSIGN(query.since, parse_since(flags.since, SystemClock().wall()));
  query.last = flags.last;
  TRY(parse_optional_filter("--where", flags.where));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(query.where, read_report_filter(store, flags.allow_empty, "--where", flags.where));
  TRY_ASSIGN(auto table, answer_list(store, flags.what, query, table_audience(context)));
  return print_rows(std::move(table), context);
}

}  // namespace

void add_list_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("list", "Reports, trials, runs or hosts of the store, the newest first");
  auto flags = std::make_shared<ListFlags>();
  command->add_option("what", flags->what, "reports, trials, runs or hosts")
      ->required()
      ->check(one_of(listed_things()))
      ->type_name("WHAT");
  command->add_option("--since", flags->since, "Not older than this: 24h, yesterday, 10:27, 2025-12-01 (UTC)")
      ->type_name("WHEN");
  command->add_option("--last", flags->last, "At most this many")->check(positive_number())->type_name("N");
  command->add_option("--where", flags->where, "Only what this filter lets through")->type_name("FILTER");
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer("Example: faultline list trials --last 20 --where 'outcome=crashed and threads=8'");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return list(*flags, context); }; });
}

}  // namespace faultline
