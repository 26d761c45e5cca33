// `faultline survival`: how far trials come before they crash.

#include <CLI/CLI.hpp>

#include "app/questions/survival_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"

namespace faultline {
namespace {

Result<ExitStatus> survival(const SurvivalRequest& wanted, const CommandContext& context) {
  TRY(check_survival_request(wanted));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY(read_filter(store, wanted.allow_empty, "--where", wanted.where));
  TRY_ASSIGN(auto table, answer_survival(store, wanted, table_audience(context)));
  return print_rows(std::move(table), context);
}

}  // namespace

void add_survival_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("survival", "How far trials come before they crash");
  auto flags = std::make_shared<SurvivalRequest>();
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
      ->check(number_between(0.5, 0.9999));
  command->add_flag("--curve", flags->curve, "Every step of the curves instead of their medians");
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer(
      "A trial that passed has ended: it will not crash later. Only one that was killed at its time limit is "
      "censored.\n\n"
      "Example: faultline survival --over operations --by threads --where lock=none");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return survival(*flags, context); }; });
}

}  // namespace faultline
