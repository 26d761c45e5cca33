// `faultline metrics`: numbers that workloads print, by cell, and efficiency by threads.

#include <CLI/CLI.hpp>

#include "app/questions/metric_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"

namespace faultline {
namespace {

Result<ExitStatus> metrics(const MetricRequest& wanted, const CommandContext& context) {
  TRY(check_metric_request(wanted));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY(read_filter(store, wanted.allow_empty, "--where", wanted.where));
  TRY(read_filter(store, wanted.allow_empty, "--baseline", wanted.baseline));
  TRY(read_filter(store, wanted.allow_empty, "--against", wanted.against));
  TRY_ASSIGN(auto table, answer_metrics(store, wanted, table_audience(context)));
  return print_rows(std::move(table), context);
}

}  // namespace

void add_metrics_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("metrics", "Numbers that workloads print, and efficiency by threads");
  auto flags = std::make_shared<MetricRequest>();
  flags->by = {"workload", "cell"};
  command->add_option("metric", flags->metric, "Its name; may be left out where there is only one")
      ->type_name("METRIC");
  command->add_option("--where", flags->where, "Which trials")->type_name("FILTER");
  command->add_option("--by", flags->by, "Grouping columns; workload,cell by default")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--pivot", flags->pivot, "Spread this column's values over the table")
      ->type_name("NAME");
  command
      ->add_option("--efficiency", flags->efficiency,
                   "The column with the number of threads: adds median(n) / (n x median(1))")
      ->type_name("NAME");
  command
      ->add_option("--baseline", flags->baseline,
                   "Trials that are 100 %; else, in each group, those with the least number of threads")
      ->type_name("FILTER");
  command
      ->add_option("--against", flags->against,
                   "Adds each row's ratio to the row that is alike but for this, with interval and test: "
                   "lock=none")
      ->type_name("FILTER");
  command->add_option("--level", flags->level, "Of the intervals; 0.95 by default")
      ->check(number_between(0.5, 0.9999));
  command->add_flag("--all", flags->all, "Also numbers of trials that did not pass");
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer(
      "Example: faultline metrics ops_per_second --by threads --pivot workload --efficiency threads\n"
      "gives the efficiency by threads of each workload; a cell that crashed says so.");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return metrics(*flags, context); }; });
}

}  // namespace faultline
