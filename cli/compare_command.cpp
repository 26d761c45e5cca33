// `faultline compare`: two arms, two runs, or two counts, tested.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "analyzer/statistics/comparison.h"
#include "app/report/arms.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "cli/time_option.h"
#include "core/model/outcome.h"
#include "reports/tables/comparison_table.h"

namespace faultline {
namespace {

struct CompareFlags {
  std::string a;
  std::string b;
  std::string where;
  std::string count;
  std::vector<std::string> by;
  std::string other_db;
  double level = kDefaultLevel;
};

bool overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

/// Whether the control of each run that names one crashed in it, by the run's UUID.
using Controls = std::map<std::string, bool>;

/// The two sides, and the stores that they are from; one and the same but for --other-db.
struct Sides {
  Store& store_a;
  Store& store_b;
  Arm a;
  Arm b;
  Controls controls_a;
  Controls controls_b;
};

/// One question for each filter that runs have as their control, however many runs there are.
Result<Controls> read_controls(Store& store) {
  Controls controls;
  std::set<std::string> filters;
  std::map<std::string, std::string> filter_of;
  TRY_ASSIGN(const auto runs, store.find_runs({}));
  for (const RunRecord& run : runs) {
    if (run.control.empty()) continue;
    filters.insert(run.control);
    filter_of[run.uuid.text()] = run.control;
    controls[run.uuid.text()] = false;
  }
  for (const std::string& filter : filters) {
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter(filter));
    query.by = {"run"};
    // Where --only left the control's cells out, its parameters may be unknown: then it did not run.
    const auto result = query_rates(store, query);
    if (!result) continue;
    for (const RatesRow& row : result->rows) {
      const std::string run = query_value_text(row.values[0]);
      if (filter_of[run] == filter && row.counts.outcomes[Outcome::crashed] > 0) controls[run] = true;
    }
  }
  return controls;
}

/// Whether the control crashed in each of an arm's runs; nullopt where no run names one.
std::optional<bool> control_crashed(const Controls& controls, const std::set<std::string>& runs) {
  std::optional<bool> all;
  for (const std::string& run : runs) {
    const auto control = controls.find(run);
    if (control != controls.end()) all = all.value_or(true) && control->second;
  }
  return all;
}

/// What of an arm's trials is compared: an outcome, or what the query counted.
struct Counted {
  std::string name;
  std::optional<Outcome> outcome;
};

ComparisonInput make_input(const Sides& sides, const ArmEvidence& left, const ArmEvidence& right,
                           const Counted& counted) {
  const auto proportion = [&](const TrialCounts& of) {
    return Proportion{counted.outcome ? of.outcomes[*counted.outcome] : of.counted, of.trials};
  };
  ComparisonInput input;
  input.counted = counted.name;
  input.a_name = sides.a.text;
  input.b_name = sides.b.text;
  input.a = proportion(left.total);
  input.b = proportion(right.total);
  for (const auto& [name, of] : left.strata) {
    const auto other = right.strata.find(name);
    if (other != right.strata.end()) input.strata.push_back({proportion(of), proportion(other->second)});
  }
  input.context.share_block = overlap(left.runs, right.runs);
  input.context.share_host = overlap(left.hosts, right.hosts);
  input.context.share_night = overlap(left.nights, right.nights);
  input.context.anytime = left.anytime || right.anytime;
  const auto of_a = control_crashed(sides.controls_a, left.runs);
  const auto of_b = control_crashed(sides.controls_b, right.runs);
  if (of_a || of_b) input.context.control_crashed = of_a.value_or(true) && of_b.value_or(true);
  return input;
}

/// What was asked for; else `bad` first, then each outcome that occurred on a side.
Result<std::vector<ComparisonInput>> make_inputs(const Sides& sides, const CompareFlags& flags) {
  const std::string count = flags.count.empty() ? "bad" : flags.count;
  TRY_ASSIGN(const auto left, arm_evidence(sides.store_a, sides.a, flags.where, count));
  TRY_ASSIGN(const auto right, arm_evidence(sides.store_b, sides.b, flags.where, count));
  std::vector<ComparisonInput> inputs{make_input(sides, left, right, {count, {}})};
  if (!flags.count.empty()) return inputs;
  for (const OutcomeRow& row : kOutcomes) {
    // A pass is no event; what failed to be set up is no trial.
    if (row.value == Outcome::passed || !row.counts_as_trial) continue;
    if (left.total.outcomes[row.value] + right.total.outcomes[row.value] > 0)
      inputs.push_back(make_input(sides, left, right, {std::string(row.text), row.value}));
  }
  return inputs;
}

/// One claim for each group that both sides have.
Result<std::vector<ComparisonInput>> make_group_inputs(const Sides& sides, const CompareFlags& flags) {
  const std::string count = flags.count.empty() ? "bad" : flags.count;
  TRY_ASSIGN(const auto left, arm_groups(sides.store_a, sides.a, flags.where, count, flags.by));
  TRY_ASSIGN(const auto right, arm_groups(sides.store_b, sides.b, flags.where, count, flags.by));
  std::vector<ComparisonInput> inputs;
  for (const auto& [group, evidence] : left) {
    for (const auto& [other_group, other] : right) {
      if (group != other_group) continue;
      inputs.push_back(make_input(sides, evidence, other, {count, {}}));
      inputs.back().group = group;
    }
  }
  if (inputs.empty()) {
    return fail(ErrorKind::invalid_argument,
                "--by: the two sides have no group in common; group by what they share");
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
  std::optional<Store> other;
  if (!flags.other_db.empty()) {
    CommandContext of_other = context;
    of_other.db_option = flags.other_db;
    TRY_ASSIGN(other, open_store_to_read(of_other));
  }
  Sides sides{store, other ? *other : store, {}, {}, {}, {}};
  TRY_ASSIGN(sides.a, parse_arm(flags.a, &sides.store_a));
  TRY_ASSIGN(sides.b, parse_arm(flags.b, &sides.store_b));
  TRY_ASSIGN(sides.controls_a, read_controls(sides.store_a));
  if (other) {
    TRY_ASSIGN(sides.controls_b, read_controls(sides.store_b));
  } else {
    sides.controls_b = sides.controls_a;
  }
  if (!flags.by.empty()) {
    TRY_ASSIGN(const auto inputs, make_group_inputs(sides, flags));
    return compare_all(inputs, flags.level);
  }
  TRY_ASSIGN(const auto inputs, make_inputs(sides, flags));
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
  command
      ->add_option("--by", flags->by,
                   "One claim for each value of these columns, with Holm's correction over all")
      ->delimiter(',')
      ->type_name("NAME,…");
  command->add_option("--other-db", flags->other_db, "B is of this store")->type_name("FILE");
  command->add_option("--level", flags->level, "Of intervals and claims; 0.95 by default")
      ->check(CLI::Range(0.5, 0.9999));
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer(
      "Examples: faultline compare 11/20 0/20\n          faultline compare lock=none lock=global --where "
      "threads=8\n          faultline compare lock=none lock=global --by threads");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return compare_command(*flags, context); }; });
}

}  // namespace faultline
