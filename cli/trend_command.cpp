// `faultline trend`: each cell from night to night, and what changed with it.

#include <CLI/CLI.hpp>

#include "app/report/command_builder.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/time_option.h"
#include "db/queries.h"
#include "reports/tables/trend_table.h"

namespace faultline {
namespace {

struct TrendFlags {
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  std::size_t last = 14;
  double level = kDefaultLevel;
};

Result<ExitStatus> trend(const TrendFlags& flags, const CommandContext& context) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", flags.where));
  auto count = parse_count(flags.count);
  if (!count) return fail(count.error().add_context("--count"));
  query.count = std::move(*count);
  query.by = flags.by;
  query.pivot = "run";
  TrendOptions options;
  options.count = flags.count;
  options.level = flags.level;
  options.last_runs = flags.last;
  options.command = CommandBuilder("trend")
                        .list("--by", flags.by)
                        .option("--where", flags.where)
                        .option("--count", flags.count == "crashed" ? "" : flags.count)
                        .option("--last", std::to_string(flags.last))
                        .text();
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto rates, query_rates(store, query));
  TRY_ASSIGN(const auto runs, store.find_runs({}));
  const TableFormat format = table_format(context);
  const Trends trends = trend_tables(rates, runs, options);
  print(write_trend(is_machine_format(format) ? trends.programs : trends.people, format,
                    {output_width(), use_color(context)}));
  return ExitStatus::done;
}

}  // namespace

void add_trend_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("trend", "Each cell from night to night, and what changed with it");
  auto flags = std::make_shared<TrendFlags>();
  flags->by = {"workload", "cell"};
  command->add_option("--where", flags->where, "Which trials")->type_name("FILTER");
  command->add_option("--count", flags->count, "What is counted among them; crashed by default")
      ->type_name("WHAT");
  command->add_option("--by", flags->by, "What makes a cell; workload,cell by default")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--last", flags->last, "How many of the newest runs; 14 by default")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_option("--level", flags->level, "Of intervals and claims; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  add_shared_options(*command, context, "text,markdown,csv,json");
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
