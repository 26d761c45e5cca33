#include "app/report/arm_comparison.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/report/arms.h"
#include "core/model/outcome.h"
#include "db/queries.h"

namespace faultline {
namespace {

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

ComparisonInput comparison_input(const Sides& sides, const ArmEvidence& left, const ArmEvidence& right,
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
Result<std::vector<ComparisonInput>> outcome_inputs(const Sides& sides, const ComparisonRequest& wanted) {
  const std::string count = wanted.count.empty() ? "bad" : wanted.count;
  TRY_ASSIGN(const auto left, arm_evidence(sides.store_a, sides.a, wanted.where, count));
  TRY_ASSIGN(const auto right, arm_evidence(sides.store_b, sides.b, wanted.where, count));
  std::vector<ComparisonInput> inputs{comparison_input(sides, left, right, {count, {}})};
  if (!wanted.count.empty()) return inputs;
  for (const OutcomeRow& row : kOutcomes) {
    // A pass is no event; what failed to be set up is no trial.
    if (row.value == Outcome::passed || !row.counts_as_trial) continue;
    if (left.total.outcomes[row.value] + right.total.outcomes[row.value] > 0)
      inputs.push_back(comparison_input(sides, left, right, {std::string(row.text), row.value}));
  }
  return inputs;
}

/// One claim for each group that both sides have.
Result<std::vector<ComparisonInput>> group_inputs(const Sides& sides, const ComparisonRequest& wanted) {
  const std::string count = wanted.count.empty() ? "bad" : wanted.count;
  TRY_ASSIGN(const auto left, arm_groups(sides.store_a, sides.a, wanted.where, count, wanted.by));
  TRY_ASSIGN(const auto right, arm_groups(sides.store_b, sides.b, wanted.where, count, wanted.by));
  std::vector<ComparisonInput> inputs;
  for (const auto& [group, evidence] : left) {
    for (const auto& [other_group, other] : right) {
      if (group != other_group) continue;
      inputs.push_back(comparison_input(sides, evidence, other, {count, {}}));
      inputs.back().group = group;
    }
  }
  if (inputs.empty()) {
    return fail(ErrorKind::invalid_argument,
                "--by: the two sides have no group in common; group by what they share");
  }
  return inputs;
}

ComparisonInput literal_input(const Proportion& a, const Proportion& b, const ComparisonRequest& wanted) {
  ComparisonInput input;
  input.counted = wanted.count.empty() ? "counted" : wanted.count;
  input.a_name = wanted.a;
  input.b_name = wanted.b;
  input.a = a;
  input.b = b;
  input.context.is_literal = true;
  return input;
}

}  // namespace

bool is_literal(const ComparisonRequest& wanted) {
  return parse_literal(wanted.a).has_value() || parse_literal(wanted.b).has_value();
}

Result<std::vector<Comparison>> compare_counts(const ComparisonRequest& wanted) {
  TRY_ASSIGN(const auto left, parse_arm(wanted.a, nullptr));
  TRY_ASSIGN(const auto right, parse_arm(wanted.b, nullptr));
  return compare_all({literal_input(*left.literal, *right.literal, wanted)}, wanted.level);
}

Result<std::vector<Comparison>> compare_stored(const ComparisonRequest& wanted, Store& store_a,
                                               Store& store_b) {
  Sides sides{store_a, store_b, {}, {}, {}, {}};
  TRY_ASSIGN(sides.a, parse_arm(wanted.a, &store_a));
  TRY_ASSIGN(sides.b, parse_arm(wanted.b, &store_b));
  TRY_ASSIGN(sides.controls_a, read_controls(store_a));
  if (&store_a == &store_b) {
    sides.controls_b = sides.controls_a;
  } else {
    TRY_ASSIGN(sides.controls_b, read_controls(store_b));
  }
  if (!wanted.by.empty()) {
    TRY_ASSIGN(const auto inputs, group_inputs(sides, wanted));
    return compare_all(inputs, wanted.level);
  }
  TRY_ASSIGN(const auto inputs, outcome_inputs(sides, wanted));
  return compare_outcomes(inputs, wanted.level);
}

}  // namespace faultline
