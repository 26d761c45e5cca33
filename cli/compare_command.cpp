// `faultline compare`: two arms, two runs, or two counts, tested.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analyzer/statistics/comparison.h"
#include "cli/arms.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/since.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "core/outcome.h"
#include "reports/comparison_table.h"

namespace faultline {
namespace {

struct CompareFlags {
  std::string a;
  std::string b;
  std::string where;
  std::string count;
  double level = kDefaultLevel;
};

bool overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

/// Whether the control of the arms' runs crashed; nullopt where no run names one.
Result<std::optional<bool>> control_crashed(Store& store, const std::set<std::string>& runs) {
  std::optional<bool> all;
  for (const auto& name : runs) {
    TRY_ASSIGN(const auto run, store.run(name));
    if (run.control.empty()) continue;
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter("run=" + name + " and (" + run.control + ")"));
    TRY_ASSIGN(query.count, parse_count("crashed"));
    TRY_ASSIGN(const auto result, query_rates(store, query));
    all = all.value_or(true) && result.total.counted > 0;
  }
  return all;
}

Result<ComparisonInput> make_input(Store& store, const Arm& a, const Arm& b, const CompareFlags& flags,
                                   const std::string& count) {
  TRY_ASSIGN(const auto left, arm_evidence(store, a, flags.where, count));
  TRY_ASSIGN(const auto right, arm_evidence(store, b, flags.where, count));
  ComparisonInput input;
  input.counted = count;
  input.a_name = a.text;
  input.b_name = b.text;
  input.a = left.total;
  input.b = right.total;
  for (const auto& [name, of] : left.strata) {
    const auto other = right.strata.find(name);
    if (other != right.strata.end()) input.strata.push_back({of, other->second});
  }
  input.context.share_block = overlap(left.runs, right.runs);
  input.context.share_host = overlap(left.hosts, right.hosts);
  input.context.share_night = overlap(left.nights, right.nights);
  input.context.anytime = left.unfinished || right.unfinished;
  auto runs = left.runs;
  runs.insert(right.runs.begin(), right.runs.end());
  TRY_ASSIGN(input.context.control_crashed, control_crashed(store, runs));
  return input;
}

/// `bad` first, then each outcome that occurred on a side.
Result<std::vector<ComparisonInput>> make_inputs(Store& store, const Arm& a, const Arm& b,
                                                 const CompareFlags& flags) {
  std::vector<ComparisonInput> inputs;
  if (!flags.count.empty()) {
    TRY_ASSIGN(inputs.emplace_back(), make_input(store, a, b, flags, flags.count));
    return inputs;
  }
  TRY_ASSIGN(inputs.emplace_back(), make_input(store, a, b, flags, "bad"));
  for (const auto& row : kOutcomeTexts) {
    if (row.value == Outcome::passed || !counts_as_trial(row.value)) continue;
    TRY_ASSIGN(auto input, make_input(store, a, b, flags, std::string(row.text)));
    if (input.a.counted + input.b.counted > 0) inputs.push_back(std::move(input));
  }
  return inputs;
}

ComparisonInput literal_input(const Proportion& a, const Proportion& b, const CompareFlags& flags) {
  ComparisonInput input;
  input.counted = flags.count.empty() ? "counted" : flags.count;
  input.a_name = flags.a;
  input.b_name = flags.b;
  input.a = a;
  input.b = b;
  input.context.is_literal = true;
  return input;
}

Result<std::vector<Comparison>> compare_arms(const CompareFlags& flags, const CommandContext& context) {
  const auto a = parse_literal(flags.a);
  const auto b = parse_literal(flags.b);
  if (a || b) {
    TRY_ASSIGN(const auto left, parse_arm(flags.a, nullptr));
    TRY_ASSIGN(const auto right, parse_arm(flags.b, nullptr));
    return compare_all({literal_input(*left.literal, *right.literal, flags)}, flags.level);
  }
  TRY(parse_optional_filter("--where", flags.where));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto left, parse_arm(flags.a, &store));
  TRY_ASSIGN(const auto right, parse_arm(flags.b, &store));
  TRY_ASSIGN(const auto inputs, make_inputs(store, left, right, flags));
  return compare_outcomes(inputs, flags.level);
}

Result<ExitStatus> compare_command(const CompareFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(const auto comparisons, compare_arms(flags, context));
  ComparisonTableOptions options;
  options.level = flags.level;
  print(write_comparisons(comparisons, options, table_format(context), {output_width(), use_color(context)}));
  return ExitStatus::done;
}

}  // namespace

void add_compare_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("compare", "Two arms, two runs, or two counts: difference, ratio, tests, verdict");
  auto flags = std::make_shared<CompareFlags>();
  command->add_option("a", flags->a, "An arm: a filter, a run, or k/n")->required()->type_name("A");
  command->add_option("b", flags->b, "The arm that it is compared with")->required()->type_name("B");
  command->add_option("--where", flags->where, "Only these trials of both")->type_name("FILTER");
  command->add_option("--count", flags->count, "What is counted; else bad, then each outcome")
      ->type_name("WHAT");
  command->add_option("--level", flags->level, "Of intervals and claims; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "Examples: faultline compare 11/20 0/20\n          faultline compare lock=none lock=global --where "
      "threads=8");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return compare_command(*flags, context); }; });
}

}  // namespace faultline
