// `faultline compare`: two arms, two runs, or two counts, tested.

#include <CLI/CLI.hpp>

#include "app/report/arm_comparison.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "core/model/filter.h"
#include "reports/tables/comparison_table.h"

namespace faultline {
namespace {

struct CompareFlags {
  ComparisonRequest wanted;
  std::string other_db;
};

Result<std::vector<Comparison>> compare_in_stores(const CompareFlags& flags, const CommandContext& context) {
  TRY(parse_optional_filter("--where", flags.wanted.where));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  if (flags.other_db.empty()) return compare_stored(flags.wanted, store, store);
  CommandContext of_other = context;
  of_other.db_option = flags.other_db;
  TRY_ASSIGN(auto other, open_store_to_read(of_other));
  return compare_stored(flags.wanted, store, other);
}

Result<ExitStatus> compare_command(const CompareFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(const auto comparisons,
             is_literal(flags.wanted) ? compare_counts(flags.wanted) : compare_in_stores(flags, context));
  ComparisonTableOptions options;
  options.level = flags.wanted.level;
  print(write_comparisons(comparisons, options, table_format(context), {output_width(), use_color(context)}));
  return ExitStatus::done;
}

}  // namespace

void add_compare_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("compare", "Two arms, two runs, or two counts: difference, ratio, tests, verdict");
  auto flags = std::make_shared<CompareFlags>();
  command->add_option("a", flags->wanted.a, "An arm: a filter, a run, or k/n")->required()->type_name("A");
  command->add_option("b", flags->wanted.b, "The arm that it is compared with")->required()->type_name("B");
  command->add_option("--where", flags->wanted.where, "Only these trials of both")->type_name("FILTER");
  command->add_option("--count", flags->wanted.count, "What is counted; else bad, then each outcome")
      ->type_name("WHAT");
  command
      ->add_option("--by", flags->wanted.by,
                   "One claim for each value of these columns, with Holm's correction over all")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--other-db", flags->other_db, "B is of this store")->type_name("FILE");
  command->add_option("--level", flags->wanted.level, "Of intervals and claims; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  add_table_options(*command, context);
  command->footer(
      "Examples: faultline compare 11/20 0/20\n          faultline compare lock=none lock=global --where "
      "threads=8\n          faultline compare lock=none lock=global --by threads");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return compare_command(*flags, context); }; });
}

}  // namespace faultline
