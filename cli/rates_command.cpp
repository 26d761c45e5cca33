// `faultline rates`: k of n with interval, over any grouping.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/since.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "db/queries.h"
#include "reports/rate_table.h"

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
  bool needed = false;
};

/// A count that names a site cannot know of which site an uncaptured death was.
bool counts_sites(const std::string& count) {
  for (const auto* field :
       {"site", "family", "function", "image", "kind", "access", "fault_offset", "label"}) {
    if (count.find(field) != std::string::npos) return true;
  }
  return false;
}

/// The command that gives the table again.
std::string command_text(const RateFlags& flags) {
  std::string out = "faultline rates";
  if (!flags.by.empty()) {
    out += " --by ";
    for (std::size_t i = 0; i < flags.by.size(); ++i) out += (i == 0 ? "" : ",") + flags.by[i];
  }
  if (!flags.pivot.empty()) out += " --pivot " + flags.pivot;
  if (!flags.where.empty()) out += " --where '" + flags.where + "'";
  if (flags.count != "crashed") out += " --count '" + flags.count + "'";
  return out;
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
  if (!flags.first_crash.empty()) query.pivot = flags.first_crash;
  if (!flags.pivot.empty()) query.pivot = flags.pivot;
  TRY_ASSIGN(const auto result, query_rates(store, query));
  const auto options = table_options(flags, context);
  if (!flags.first_crash.empty()) return first_crash_table(result, flags.first_crash, options);
  if (!flags.pivot.empty() && options.audience == TableAudience::people)
    return rate_pivot_table(result, options);
  return rate_table(result, options);
}

Result<ExitStatus> rates(const RateFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(auto store, open_store_to_read(context));
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
  auto* pivot = command->add_option("--pivot", flags->pivot, "Spread this column's values over the table")
                    ->type_name("NAME");
  command->add_option("--first-crash", flags->first_crash, "The least value of this column that ever crashed")
      ->excludes(pivot)
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
  command->add_flag("--needed", flags->needed, "Add how many trials show one event with 95 %");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer("Example: faultline rates --by threads --pivot lock --where 'workload=agx-sim-per-thread'");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return rates(*flags, context); }; });
}

}  // namespace faultline
