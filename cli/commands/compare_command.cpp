// `faultline compare`: two arms, two runs, or two counts, tested.

#include <CLI/CLI.hpp>

#include "app/questions/arm_comparison.h"
#include "app/questions/arms.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "core/model/filter.h"
#include "reports/tables/comparison_table.h"
#include "reports/tables/former_rate_table.h"

namespace faultline {
namespace {

struct CompareFlags {
  ComparisonRequest wanted;
  std::string other_db;
};

/// A misspelt side must not read as one that never crashed.
Result<void> check_values(const ComparisonRequest& wanted, Store& store_a, Store& store_b) {
  TRY_ASSIGN(const Arm a, parse_arm(wanted.a, &store_a));
  TRY_ASSIGN(const Arm b, parse_arm(wanted.b, &store_b));
  TRY(read_filter(store_a, wanted.allow_empty, "--where", wanted.where));
  TRY(read_filter(store_a, wanted.allow_empty, "A", a.where));
  TRY(read_filter(store_b, wanted.allow_empty, "B", b.where));
  if (!wanted.count.empty()) TRY(read_count(store_a, wanted.allow_empty, wanted.count));
  return {};
}

Result<ArmComparisons> compare_in_stores(const CompareFlags& flags, const CommandContext& context) {
  TRY(parse_optional_filter("--where", flags.wanted.where));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  if (flags.other_db.empty()) {
    TRY(check_values(flags.wanted, store, store));
    return compare_stored(flags.wanted, store, store);
  }
  CommandContext of_other = context;
  of_other.db_option = flags.other_db;
  TRY_ASSIGN(auto other, open_store_to_read(of_other));
  TRY(check_values(flags.wanted, store, other));
  return compare_stored(flags.wanted, store, other);
}

Result<ExitStatus> compare_sides(const CompareFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(auto compared,
             is_literal(flags.wanted) ? compare_counts(flags.wanted) : compare_in_stores(flags, context));
  ComparisonTableOptions options;
  options.level = flags.wanted.level;
  options.margins = std::move(compared.margins);
  print(write_comparisons(compared.comparisons, options, table_format(context),
                          {output_width(), use_color(context)}));
  return ExitStatus::done;
}

Result<FormerRateTest> former_rate_in_store(const ComparisonRequest& wanted, const CommandContext& context) {
  TRY(parse_optional_filter("--where", wanted.where));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const Arm arm, parse_arm(wanted.a, &store));
  TRY(read_filter(store, wanted.allow_empty, "--where", wanted.where));
  TRY(read_filter(store, wanted.allow_empty, "A", arm.where));
  if (!wanted.count.empty()) TRY(read_count(store, wanted.allow_empty, wanted.count));
  return former_rate_stored(wanted, store);
}

Result<ExitStatus> compare_command(const CompareFlags& flags, const CommandContext& context) {
  TRY(check_comparison_request(flags.wanted));
  if (!flags.other_db.empty() && (!flags.wanted.was.empty() || is_literal(flags.wanted))) {
    return fail(ErrorKind::invalid_argument,
                "--other-db: no side of this comparison is from a store of its own");
  }
  if (flags.wanted.was.empty()) return compare_sides(flags, context);
  TRY_ASSIGN(const auto test, is_literal(flags.wanted) ? former_rate_of_counts(flags.wanted)
                                                       : former_rate_in_store(flags.wanted, context));
  print(write_former_rate(test, table_format(context), {output_width(), use_color(context)}));
  return ExitStatus::done;
}

}  // namespace

void add_compare_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("compare", "Two arms, two runs, or two counts: difference, ratio, tests, verdict");
  auto flags = std::make_shared<CompareFlags>();
  command->add_option("a", flags->wanted.a, "An arm: a filter, a run, or k/n")->required()->type_name("A");
  command->add_option("b", flags->wanted.b, "The arm that it is compared with")->type_name("B");
  command->add_option("--where", flags->wanted.where, "Only these trials of both")->type_name("FILTER");
  command->add_option("--count", flags->wanted.count, "What is counted; else bad, then each outcome")
      ->type_name("WHAT");
  command
      ->add_option("--by", flags->wanted.by,
                   "One claim for each value of these columns, with Holm's correction over all")
      ->delimiter(',')
      ->type_name("NAME,…");
  command
      ->add_option("--stratify", flags->wanted.stratify,
                   "Compare within the values of these columns, and within nights; unlike mixes of cells are "
                   "compared cell by cell by themselves")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_flag("--each-night", flags->wanted.each_night,
                    "The comparison is made again after each night: use the test that holds at every look");
  command
      ->add_option("--was", flags->wanted.was,
                   "Instead of B: the rate that is to be gone, as counts (3/10) or exactly known (30%)")
      ->type_name("K/N|RATE");
  command
      ->add_option("--margin", flags->wanted.margin,
                   "Also judge whether A is not worse than B by so many points, or equivalent: 2%")
      ->type_name("SHARE");
  command->add_option("--other-db", flags->other_db, "B is of this store")->type_name("FILE");
  command->add_option("--level", flags->wanted.level, "Of intervals and claims; 0.95 by default")
      ->check(number_between(0.5, 0.9999));
  add_allow_empty(*command, flags->wanted.allow_empty);
  add_table_options(*command, context);
  command->footer(
      "Examples: faultline compare 11/20 0/20\n          faultline compare lock=none lock=global --where "
      "threads=8\n          faultline compare lock=none lock=global --by threads\n          faultline "
      "compare os_build=25A354 --was 3/10");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return compare_command(*flags, context); }; });
}

}  // namespace faultline
