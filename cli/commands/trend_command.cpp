// `faultline trend`: each cell from night to night, and what changed with it.

#include <CLI/CLI.hpp>

#include "app/questions/trend_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

Result<ExitStatus> trend(const TrendRequest& wanted, const CommandContext& context) {
  TRY(trend_query(wanted));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY(read_filter(store, wanted.allow_empty, "--where", wanted.where));
  TRY(read_count(store, wanted.allow_empty, wanted.count));
  TRY_ASSIGN(const Trends trends, answer_trend(store, wanted));
  const TableFormat format = table_format(context);
  print(write_trend(is_machine_format(format) ? trends.programs : trends.people, format,
                    {output_width(), use_color(context)}));
  return ExitStatus::done;
}

}  // namespace

void add_trend_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("trend", "Each cell from night to night, and what changed with it");
  auto flags = std::make_shared<TrendRequest>();
  flags->by = {"workload", "cell"};
  command->add_option("--where", flags->where, "Which trials")->type_name("FILTER");
  command->add_option("--count", flags->count, "What is counted among them; crashed by default")
      ->type_name("WHAT");
  command->add_option("--by", flags->by, "What makes a cell; workload,cell by default")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--last", flags->last, "How many of the newest runs; 14 by default")
      ->check(positive_number())
      ->type_name("N");
  command->add_option("--level", flags->level, "Of intervals and claims; 0.95 by default")
      ->check(number_between(0.5, 0.9999));
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  command->footer(
      "Says of each cell whether its runs differ more than chance lets them (then trials of one run are not\n"
      "independent, and the interval is wider), and of each run what changed with it: campaign, OS build, "
      "driver,\n"
      "facts.\n\n"
      "Example: faultline trend --where 'threads=8 and lock=none' --last 7");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return trend(*flags, context); }; });
}

}  // namespace faultline
