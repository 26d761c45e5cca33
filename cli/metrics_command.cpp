// `faultline metrics`: numbers that workloads print, by cell, and efficiency by threads.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "app/report/command_builder.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/time_option.h"
#include "db/queries.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/metric_table.h"

namespace faultline {
namespace {

struct MetricFlags {
  std::string metric;
  std::string where;
  std::vector<std::string> by;
  std::string pivot;
  std::string efficiency;
  std::string baseline;
  double level = kDefaultLevel;
  bool all = false;
};

std::string both(const std::string& a, const std::string& b) {
  return a.empty() ? b : "(" + a + ") and (" + b + ")";
}

/// The one that was named, or the only one that there is.
Result<std::string> chosen_metric(Store& store, const std::string& named) {
  if (!named.empty()) return named;
  TRY_ASSIGN(const auto names, metric_names(store));
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        "no trial printed a metric; a workload prints {\"faultline\": {\"metric\": \"ops_per_second\", "
        "\"value\": 3781}}");
  }
  return fail(ErrorKind::invalid_argument, fmt::format("name a metric: {}", fmt::join(names, ", ")));
}

Result<MetricGroups> ask(Store& store, const MetricFlags& flags, const std::string& where,
                         const std::vector<std::string>& columns) {
  TRY_ASSIGN(const auto metric, chosen_metric(store, flags.metric));
  RatesQuery rates_query;
  TRY_ASSIGN(rates_query.where, parse_optional_filter("--where", where));
  rates_query.by = columns;
  TRY_ASSIGN(const auto rates, query_rates(store, rates_query));
  TRY_ASSIGN(const auto metrics, query_metrics(store, {metric, rates_query.where, columns}));
  return metric_groups(metric, rates, metrics, !flags.all);
}

/// The trials that --baseline names must be of one number of threads, or nobody can say what 1 is.
Result<MetricBaseline> named_baseline(Store& store, const MetricFlags& flags) {
  TRY(parse_optional_filter("--baseline", flags.baseline));
  TRY_ASSIGN(const auto groups, ask(store, flags, both(flags.where, flags.baseline), {flags.efficiency}));
  MetricBaseline baseline;
  baseline.name = flags.baseline;
  std::set<double> threads;
  for (const MetricGroup& group : groups.groups) {
    if (group.numbers.empty()) continue;
    if (const auto number = number_in(group.values[0])) threads.insert(*number);
    baseline.numbers.insert(baseline.numbers.end(), group.numbers.begin(), group.numbers.end());
  }
  if (baseline.numbers.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("--baseline {}: no trial of it that passed printed {}", flags.baseline, groups.metric));
  }
  if (threads.size() != 1 || *threads.begin() <= 0.0) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--baseline {}: wanted trials of one number of {}; add `and {}=1`",
                            flags.baseline, flags.efficiency, flags.efficiency));
  }
  baseline.threads = *threads.begin();
  return baseline;
}

Result<Table> make_table(Store& store, const MetricFlags& flags, const CommandContext& context) {
  std::vector<std::string> columns = flags.by;
  if (!flags.pivot.empty()) columns.push_back(flags.pivot);
  MetricTableOptions options;
  options.audience =
      is_machine_format(table_format(context)) ? TableAudience::programs : TableAudience::people;
  options.level = flags.level;
  options.efficiency_by = flags.efficiency;
  TRY_ASSIGN(const auto groups, ask(store, flags, flags.where, columns));
  if (!flags.baseline.empty()) {
    TRY_ASSIGN(options.baseline, named_baseline(store, flags));
  }
  options.command = CommandBuilder("metrics")
                        .word(groups.metric)
                        .list("--by", flags.by)
                        .option("--pivot", flags.pivot)
                        .option("--efficiency", flags.efficiency)
                        .option("--baseline", flags.baseline)
                        .option("--where", flags.where)
                        .flag("--all", flags.all)
                        .text();
  if (!flags.pivot.empty() && options.audience == TableAudience::people)
    return metric_pivot_table(groups, options);
  return metric_table(groups, options);
}

Result<ExitStatus> metrics(const MetricFlags& flags, const CommandContext& context) {
  if (!flags.baseline.empty() && flags.efficiency.empty())
    return fail(ErrorKind::invalid_argument, "--baseline goes with --efficiency, as --efficiency threads");
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto table, make_table(store, flags, context));
  return print_table(table, context);
}

}  // namespace

void add_metrics_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("metrics", "Numbers that workloads print, and efficiency by threads");
  auto flags = std::make_shared<MetricFlags>();
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
  command->add_option("--level", flags->level, "Of the intervals; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  command->add_flag("--all", flags->all, "Also numbers of trials that did not pass");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "Example: faultline metrics ops_per_second --by threads --pivot workload --efficiency threads\n"
      "gives the efficiency by threads of each workload; a cell that crashed says so.");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return metrics(*flags, context); }; });
}

}  // namespace faultline
