// `faultline rates`: k of n with interval, over any grouping.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/report/command_builder.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/time_option.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"
#include "reports/tables/rate_table.h"

namespace faultline {
namespace {

struct RateFlags {
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  std::string pivot;
  std::string method;
  double level = kDefaultLevel;
  std::string side = "two-sided";
  std::string cell = "rate";
  std::string first_crash;
  std::string trend;
  std::string per;
  bool needed = false;
  bool imported = false;
};

/// A count that names a site cannot know of which site an uncaptured crash was.
bool counts_sites(const std::string& count) {
  for (const auto* field :
       {"site", "family", "function", "image", "kind", "access", "fault_offset", "label"}) {
    if (count.find(field) != std::string::npos) return true;
  }
  return false;
}

/// The command that gives the table again.
std::string command_text(const RateFlags& flags) {
  const RateFlags defaults;
  const auto unless_default = [](const std::string& value, const std::string& usual) {
    return value == usual ? std::string() : value;
  };
  return CommandBuilder("rates")
      .list("--by", flags.by)
      .option("--pivot", flags.pivot)
      .option("--first-crash", flags.first_crash)
      .option("--trend", flags.trend)
      .option("--where", flags.where)
      .option("--count", unless_default(flags.count, defaults.count))
      .option("--per", flags.per)
      .option("--method", flags.method)
      .option("--level", flags.level == defaults.level ? "" : format_exact(flags.level))
      .option("--side", unless_default(flags.side, defaults.side))
      .option("--cell", unless_default(flags.cell, defaults.cell))
      .flag("--needed", flags.needed)
      .flag("--imported", flags.imported)
      .text();
}

/// How much work the trials of each group did, as --per names it.
Result<RateExposure> exposure_of(Store& store, const RateFlags& flags, const RatesQuery& query) {
  RateExposure exposure;
  exposure.metric = flags.per;
  LifetimesQuery lifetimes;
  lifetimes.metric = flags.per;
  lifetimes.where = query.where;
  lifetimes.by = query.by;
  TRY_ASSIGN(const auto rows, query_lifetimes(store, lifetimes));
  for (const LifetimesRow& row : rows) {
    for (const TrialEnd& end : row.ends) {
      if (end.work) exposure.work[row.values] += *end.work;
      if (!end.work) ++exposure.silent;
    }
  }
  return exposure;
}

RateTableOptions table_options(const RateFlags& flags, const CommandContext& context) {
  RateTableOptions options;
  options.audience =
      is_machine_format(table_format(context)) ? TableAudience::programs : TableAudience::people;
  options.count = flags.count;
  if (!flags.method.empty()) options.method = parse_interval_method(flags.method);
  options.level = flags.level;
  options.side = flags.side == "upper"   ? IntervalSide::upper
                 : flags.side == "lower" ? IntervalSide::lower
                                         : IntervalSide::two_sided;
  options.counts_sites = counts_sites(flags.count);
  options.trials_to_see_one = flags.needed;
  options.pivot_cell = flags.cell == "count" ? PivotCell::count : PivotCell::rate;
  options.command = command_text(flags);
  return options;
}

Result<Table> make_table(Store& store, const RateFlags& flags, const CommandContext& context) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", flags.where));
  auto count = parse_count(flags.count);
  if (!count) return fail(count.error().add_context("--count"));
  query.count = std::move(*count);
  query.by = flags.by;
  if (!flags.pivot.empty()) query.pivot = flags.pivot;
  if (!flags.first_crash.empty()) {
    if (query.pivot) query.by.push_back(*query.pivot);
    query.pivot = flags.first_crash;
  }
  // A column may be named once more in --by.
  const std::string& ordered = flags.trend;
  if (!ordered.empty() && std::find(query.by.begin(), query.by.end(), ordered) == query.by.end())
    query.by.push_back(ordered);
  TRY_ASSIGN(const auto result, query_rates(store, query));
  auto options = table_options(flags, context);
  if (!flags.per.empty()) {
    TRY_ASSIGN(options.exposure, exposure_of(store, flags, query));
  }
  if (!flags.first_crash.empty()) {
    TRY_ASSIGN(const auto sites, query_commonest_sites(store, query.where, query.by));
    return flags.pivot.empty() || options.audience == TableAudience::programs
               ? first_crash_table(result, flags.first_crash, sites, options)
               : first_crash_pivot_table(result, flags.first_crash, sites, options);
  }
  if (!flags.trend.empty()) return rate_trend_table(result, flags.trend, options);
  if (!flags.pivot.empty() && options.audience == TableAudience::people)
    return rate_pivot_table(result, options);
  return rate_table(result, options);
}

Result<ExitStatus> rates(const RateFlags& flags, const CommandContext& context) {
  if (!flags.per.empty() && (!flags.pivot.empty() || !flags.first_crash.empty()))
    return fail(ErrorKind::invalid_argument,
                "--per adds columns to rows; leave out --pivot and --first-crash");
  TRY_ASSIGN(auto store, open_store_to_read(context));
  if (flags.imported) {
    TRY_ASSIGN(const auto counts, query_imported_counts(store));
    return print_table(imported_counts_table(counts, table_options(flags, context)), context);
  }
  TRY_ASSIGN(const auto table, make_table(store, flags, context));
  TRY_ASSIGN(const auto status, print_table(table, context));
  TRY_ASSIGN(const auto imported, query_imported_counts(store));
  if (!imported.empty() && !is_machine_format(table_format(context))) {
    print("\n" + table_text(imported_counts_table(imported, table_options(flags, context)), context));
  }
  return status;
}

}  // namespace

void add_rates_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("rates", "Crash rates with n and interval");
  auto flags = std::make_shared<RateFlags>();
  command->add_option("--where", flags->where, "Which trials (n)")->type_name("FILTER");
  command
      ->add_option("--count", flags->count,
                   "What is counted among them (k): crashed, bad, an outcome, site~text, …")
      ->type_name("WHAT");
  command
      ->add_option("--by", flags->by, "Grouping columns: parameters, workload, run, date, os_build, facts, …")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--pivot", flags->pivot, "Spread this column's values over the table")
      ->type_name("NAME");
  auto* first_crash = command
                          ->add_option("--first-crash", flags->first_crash,
                                       "The least value of this column that ever crashed, and where")
                          ->type_name("NAME");
  command->add_option("--method", flags->method, "clopper-pearson (default), wilson, jeffreys, anytime")
      ->check(CLI::IsMember({"clopper-pearson", "wilson", "jeffreys", "anytime"}))
      ->type_name("METHOD");
  command->add_option("--level", flags->level, "Of the intervals; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  command->add_option("--side", flags->side, "two-sided, or the one-sided upper or lower bound")
      ->check(CLI::IsMember({"two-sided", "upper", "lower"}));
  command->add_option("--cell", flags->cell, "What a cell of a pivot shows: rate, or count as in crashed 5/5")
      ->check(CLI::IsMember({"rate", "count"}));
  command
      ->add_option("--trend", flags->trend,
                   "Does the rate rise or fall with this column's numbers (Cochran-Armitage)?")
      ->excludes(first_crash)
      ->type_name("NAME");
  command->add_option("--per", flags->per, "Also crashes per unit of this metric, as operations")
      ->type_name("METRIC");
  command->add_flag("--imported", flags->imported,
                    "Only counts from elsewhere (import --trials), which are never mixed with ours");
  command->add_flag("--needed", flags->needed, "Add how many trials show one event with 95 %");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer("Example: faultline rates --by threads --pivot lock --where 'workload=agx-sim-per-thread'");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return rates(*flags, context); }; });
}

}  // namespace faultline
