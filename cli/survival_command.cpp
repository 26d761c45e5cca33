// `faultline survival`: how far trials come before they crash.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/report/command_builder.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/time_option.h"
#include "core/model/outcome.h"
#include "db/queries.h"
#include "reports/tables/survival_table.h"

namespace faultline {
namespace {

struct SurvivalFlags {
  std::string over = "seconds";
  std::string where;
  std::string count = "crashed";
  std::vector<std::string> by;
  double level = kDefaultLevel;
  bool curve = false;
};

constexpr std::string_view kPhaseColumn = "phase";

Result<ExitStatus> survival(const SurvivalFlags& flags, const CommandContext& context) {
  SurvivalTableOptions options;
  options.audience =
      is_machine_format(table_format(context)) ? TableAudience::programs : TableAudience::people;
  options.level = flags.level;
  options.over = flags.over == "seconds" ? "" : flags.over;
  options.count = flags.count;
  if (flags.count == "bad") {
    options.counts = is_bad;
  } else if (const auto outcome = parse_outcome(flags.count); outcome && counts_as_trial(*outcome)) {
    options.counts = [outcome](Outcome one) { return one == *outcome; };
  } else {
    return fail(
        ErrorKind::invalid_argument,
        "--count " + flags.count + ": wanted crashed, bad, or another outcome (wrong, hung, panicked)");
  }
  options.command = CommandBuilder("survival")
                        .option("--over", flags.over)
                        .list("--by", flags.by)
                        .option("--where", flags.where)
                        .option("--count", flags.count == "crashed" ? "" : flags.count)
                        .flag("--curve", flags.curve)
                        .text();
  LifetimesQuery query;
  if (!options.over.empty()) query.metric = options.over;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", flags.where));
  query.by = flags.by;
  // A phase is where a trial ended, not what it was: all other trials stay at risk in it.
  options.by_phase = std::erase(query.by, std::string(kPhaseColumn)) > 0;
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto rows, query_lifetimes(store, query));
  RatesQuery rates;
  rates.where = query.where;
  TRY_ASSIGN(const auto counts, query_rates(store, rates));
  options.method = interval_method_for(counts, {});
  return print_table(
      flags.curve ? survival_curve_table(query.by, rows, options) : survival_table(query.by, rows, options),
      context);
}

}  // namespace

void add_survival_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("survival", "How far trials come before they crash");
  auto flags = std::make_shared<SurvivalFlags>();
  command
      ->add_option("--over", flags->over,
                   "seconds (wall clock), or the metric that says how far a trial came, as operations")
      ->type_name("seconds|METRIC");
  command->add_option("--where", flags->where, "Which trials")->type_name("FILTER");
  command
      ->add_option("--by", flags->by,
                   "Grouping columns; phase: one row for each phase in which trials crashed")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--count", flags->count, "What ends a life: crashed (default), bad, or another outcome")
      ->type_name("WHAT");
  command->add_option("--level", flags->level, "Of the intervals; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  command->add_flag("--curve", flags->curve, "Every step of the curves instead of their medians");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "Trials that ended otherwise are censored: they would have crashed later, or never.\n\n"
      "Example: faultline survival --over operations --by threads --where lock=none");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return survival(*flags, context); }; });
}

}  // namespace faultline
