// `faultline rates`: k of n with interval, over any grouping.

#include <CLI/CLI.hpp>

#include "app/questions/rate_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "db/queries.h"

namespace faultline {
namespace {

Result<ExitStatus> rates(const RateRequest& wanted, const CommandContext& context) {
  TRY(check_rate_request(wanted));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  const TableAudience audience = table_audience(context);
  if (!wanted.imported) {
    TRY(read_filter(store, wanted.allow_empty, "--where", wanted.where));
    TRY(read_count(store, wanted.allow_empty, wanted.count));
    TRY_ASSIGN(auto table, answer_rates(store, wanted, audience));
    TRY(print_rows(std::move(table), context));
  }
  TRY_ASSIGN(const auto imported, query_imported_counts(store));
  if (!wanted.imported && (imported.empty() || audience == TableAudience::programs)) return ExitStatus::done;
  if (!wanted.imported) print("\n");
  return print_rows(imported_counts_table(imported, rate_table_options(wanted, audience)), context);
}

}  // namespace

void add_rates_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("rates", "Crash rates with n and interval");
  auto flags = std::make_shared<RateRequest>();
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
      ->check(one_of({"clopper-pearson", "wilson", "jeffreys", "anytime"}))
      ->type_name("METHOD");
  command->add_option("--level", flags->level, "Of the intervals; 0.95 by default")
      ->check(number_between(0.5, 0.9999));
  command->add_option("--side", flags->side, "two-sided, or the one-sided upper or lower bound")
      ->check(one_of({"two-sided", "upper", "lower"}));
  command->add_option("--cell", flags->cell, "What a cell of a pivot shows: rate, or count as in crashed 5/5")
      ->check(one_of({"rate", "count"}));
  auto* trend =
      command
          ->add_option("--trend", flags->trend,
                       "Does the rate rise or fall with this column's numbers, and is that word enough?")
          ->excludes(first_crash)
          ->type_name("NAME");
  command
      ->add_option("--scores", flags->scores,
                   "What the trend is along: the numbers (linear), their logarithms, or their order alone")
      ->needs(trend)
      ->check(one_of({"linear", "log2", "isotonic"}))
      ->type_name("linear|log2|isotonic");
  command->add_option("--per", flags->per, "Also crashes per unit of this metric, as operations")
      ->type_name("METRIC");
  command
      ->add_option("--model", flags->model,
                   "Odds ratios of a logistic model: columns, and interactions as threads:lock")
      ->delimiter(',')
      ->type_name("TERM,…");
  command->add_flag("--imported", flags->imported,
                    "Only counts from elsewhere (import --trials), which are never mixed with ours");
  command->add_flag("--needed", flags->needed, "Add how many trials show one event with 95 %");
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer("Example: faultline rates --by threads --pivot lock --where 'workload=agx-sim-per-thread'");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return rates(*flags, context); }; });
}

}  // namespace faultline
