#include "app/questions/arm_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/strata.h"
#include "app/questions/like_cells.h"
#include "core/model/filter.h"
#include "db/queries.h"

namespace faultline {
namespace {

/// Mixes of cells are unlike where a share differs by more: two trials in a hundred.
constexpr double kUnlike = 0.02;

/// `a=1 b=2` as pairs; the names of groups, whose values may have blanks only where a label has.
std::vector<std::pair<std::string, std::string>> words_of(const std::string& group) {
  std::vector<std::pair<std::string, std::string>> words;
  std::istringstream in(group);
  for (std::string word; in >> word;) {
    const auto equal = word.find('=');
    if (equal != std::string::npos) words.emplace_back(word.substr(0, equal), word.substr(equal + 1));
  }
  return words;
}

bool overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.contains(name); });
}

/// `threads=8 lock=none` as settings; the workload is one of them. A word without `=` belongs to the value
/// before it.
std::map<std::string, std::string> settings_of(const ArmPart& part) {
  std::map<std::string, std::string> settings{{"workload", part.workload}};
  if (part.cell == part.workload) return settings;
  std::string name;
  for (std::size_t first = 0; first < part.cell.size();) {
    const std::size_t end = std::min(part.cell.find(' ', first), part.cell.size());
    const std::string word = part.cell.substr(first, end - first);
    const std::size_t equal = word.find('=');
    if (equal != std::string::npos) {
      name = word.substr(0, equal);
      settings[name] = word.substr(equal + 1);
    } else if (!name.empty()) {
      settings[name] += " " + word;
    }
    first = end + 1;
  }
  return settings;
}

using ValuesOfSettings = std::map<std::string, std::set<std::string>>;

ValuesOfSettings values_of(const ArmEvidence& evidence) {
  ValuesOfSettings values;
  for (const ArmPart& part : evidence.parts) {
    for (const auto& [name, value] : settings_of(part)) values[name].insert(value);
  }
  return values;
}

/// The settings by which the sides differ: no value of one occurs on the other.
std::set<std::string> defining_settings(const ArmEvidence& a, const ArmEvidence& b) {
  const ValuesOfSettings of_a = values_of(a);
  const ValuesOfSettings of_b = values_of(b);
  std::set<std::string> defining;
  for (const auto& [name, values] : of_a) {
    const auto other = of_b.find(name);
    if (other == of_b.end() || !overlap(values, other->second)) defining.insert(name);
  }
  for (const auto& [name, values] : of_b) {
    if (!of_a.contains(name)) defining.insert(name);
  }
  return defining;
}

/// A cell without the settings by which the sides differ.
std::string like_cell(const ArmPart& part, const std::set<std::string>& defining) {
  std::string text;
  for (const auto& [name, value] : settings_of(part)) {
    if (!defining.contains(name)) text += name + "=" + value + "\n";
  }
  return text;
}

std::int64_t number_of(const Counted& counted, const TrialCounts& counts) {
  return counted.outcome ? counts.outcomes[*counted.outcome] : counts.counted;
}

using Parts = std::map<std::string, Proportion>;

template <typename KeyOf>
Parts parts_of(const ArmEvidence& evidence, const Counted& counted, const KeyOf& key_of) {
  Parts parts;
  for (const ArmPart& part : evidence.parts) {
    Proportion& of = parts[key_of(part)];
    of.counted += number_of(counted, part.counts);
    of.trials += part.counts.trials;
  }
  return parts;
}

bool are_unlike(const Parts& a, const Parts& b, const ArmEvidence& of_a, const ArmEvidence& of_b) {
  const auto share = [](const Parts& parts, const std::string& key, const ArmEvidence& of) {
    const auto found = parts.find(key);
    return found == parts.end() || of.total.trials == 0
               ? 0.0
               : static_cast<double>(found->second.trials) / static_cast<double>(of.total.trials);
  };
  const auto differs = [&](const Parts& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
      return std::fabs(share(a, part.first, of_a) - share(b, part.first, of_b)) > kUnlike;
    });
  };
  return differs(a) || differs(b);
}

std::vector<Stratum> shared_strata(const Parts& a, const Parts& b) {
  std::vector<Stratum> strata;
  for (const auto& [key, of] : a) {
    const auto other = b.find(key);
    if (other != b.end()) strata.push_back({of, other->second});
  }
  return strata;
}

/// What is in no stratum that both sides have is not compared, and that is said.
void note_trials_apart(ComparisonInput& input) {
  std::int64_t within = 0;
  for (const Stratum& stratum : input.strata) within += stratum.a.trials + stratum.b.trials;
  const std::int64_t apart = input.a.trials + input.b.trials - within;
  if (apart > 0) {
    input.notes.push_back(std::to_string(apart) +
                          " trials are in cells or nights that the other side lacks, and are in no stratum");
  }
}

/// Both sides' nights in the order of time.
std::vector<Night> nights_in_order(const Parts& a, const Parts& b) {
  std::vector<std::pair<std::string, Night>> nights;
  for (const auto& [key, of] : a) nights.push_back({key, {of, true}});
  for (const auto& [key, of] : b) nights.push_back({key, {of, false}});
  std::stable_sort(nights.begin(), nights.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<Night> in_order;
  for (const auto& [key, night] : nights) in_order.push_back(night);
  return in_order;
}

/// The two sides, and the stores that they are from; one and the same but for --other-db.
struct Sides {
  Store& store_a;
  Store& store_b;
  Arm a;
  Arm b;
  Controls controls_a;
  Controls controls_b;
};

ComparisonInput input_of(const Sides& sides, const ArmEvidence& left, const ArmEvidence& right,
                         const Counted& counted, const ComparisonRequest& wanted) {
  ComparisonInput input =
      make_comparison_input({left, sides.a.text, sides.controls_a}, {right, sides.b.text, sides.controls_b},
                            counted, wanted.stratify);
  input.context.each_night = wanted.each_night;
  return input;
}

/// `threads` of `workload=agx threads=8`, of all cells: the columns in which they differ.
std::vector<std::string> differing_columns(const std::vector<LikeCell>& cells) {
  std::vector<std::string> columns;
  std::map<std::string, std::set<std::string>> values;
  for (const LikeCell& cell : cells) {
    for (const auto& [column, value] : words_of(cell.name)) {
      if (!values.contains(column)) columns.push_back(column);
      values[column].insert(value);
    }
  }
  std::erase_if(columns, [&](const std::string& column) { return values[column].size() < 2; });
  return columns;
}

/// The first cell of each direction in which cells differ beyond chance, by name; empty if none. Holm's
/// correction over all: among many cells some always differ.
struct OppositeCells {
  std::string higher;
  std::string lower;
};

OppositeCells opposite_cells(const LikeArms& like, const ComparisonRequest& wanted) {
  std::vector<double> p_values;
  for (const LikeCell& cell : like.cells) {
    p_values.push_back(fisher_exact({cell.a.total.counted, cell.a.total.trials},
                                    {cell.b.total.counted, cell.b.total.trials}));
  }
  p_values = holm(p_values);
  OppositeCells found;
  for (std::size_t i = 0; i < like.cells.size(); ++i) {
    const LikeCell& cell = like.cells[i];
    if (p_values[i] > 1.0 - wanted.level) continue;
    const double difference = Proportion{cell.a.total.counted, cell.a.total.trials}.ratio() -
                              Proportion{cell.b.total.counted, cell.b.total.trials}.ratio();
    std::string& first = difference > 0.0 ? found.higher : found.lower;
    if (first.empty()) first = cell.name;
  }
  return found;
}

/// A pooled difference of cells that point in opposite directions is of no cell.
void add_opposite_cells(const Sides& sides, const LikeArms& like, const ComparisonRequest& wanted,
                        std::vector<std::string>& warnings) {
  const OppositeCells found = opposite_cells(like, wanted);
  if (found.higher.empty() || found.lower.empty()) return;
  std::vector<std::string> by = wanted.by;
  for (std::string& column : differing_columns(like.cells)) by.push_back(std::move(column));
  warnings.push_back(fmt::format(
      "{}{}{} is higher in {} and lower in {}: what is pooled here is true of neither; see them with --by {}",
      like.group, like.group.empty() ? "" : ": ", sides.a.text, found.higher, found.lower,
      fmt::join(by, ",")));
}

/// Each arm that was not what it says, once.
void add_unseen_images(const LikeArms& like, std::vector<std::string>& warnings) {
  std::vector<std::string> names = like.a.image_never_seen;
  names.insert(names.end(), like.b.image_never_seen.begin(), like.b.image_never_seen.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.empty()) return;
  warnings.push_back(
      fmt::format("no trial of {} was seen to load the image that it must have (expect_image): this proves "
                  "nothing",
                  fmt::join(names, ", ")));
}

Result<std::vector<LikeArms>> like_sides(const Sides& sides, const ComparisonRequest& wanted,
                                         const std::string& count) {
  return like_arms({sides.store_a, sides.a}, {sides.store_b, sides.b}, wanted.where, count, wanted.by,
                   wanted.stratify);
}

/// What was asked for; else `bad` first, then each outcome that occurred on a side.
Result<std::vector<ComparisonInput>> outcome_inputs(const Sides& sides, const ComparisonRequest& wanted,
                                                    std::vector<std::string>& warnings) {
  const std::string count = wanted.count.empty() ? "bad" : wanted.count;
  TRY_ASSIGN(const auto groups, like_sides(sides, wanted, count));
  const LikeArms& like = groups.front();
  warnings = like.warnings;
  add_unseen_images(like, warnings);
  add_opposite_cells(sides, like, wanted, warnings);
  std::vector<ComparisonInput> inputs{input_of(sides, like.a, like.b, {count}, wanted)};
  if (!wanted.count.empty()) return inputs;
  for (const OutcomeRow& row : kOutcomes) {
    // A pass is no event; what failed to be set up is no trial.
    if (row.value == Outcome::passed || !row.counts_as_trial) continue;
    if (like.a.total.outcomes[row.value] + like.b.total.outcomes[row.value] > 0)
      inputs.push_back(input_of(sides, like.a, like.b, {std::string(row.text), row.value}, wanted));
  }
  return inputs;
}

/// One claim for each group that both sides have.
Result<std::vector<ComparisonInput>> group_inputs(const Sides& sides, const ComparisonRequest& wanted,
                                                  std::vector<std::string>& warnings) {
  const std::string count = wanted.count.empty() ? "bad" : wanted.count;
  TRY_ASSIGN(const auto groups, like_sides(sides, wanted, count));
  warnings = groups.front().warnings;
  add_unseen_images(groups.front(), warnings);
  std::vector<ComparisonInput> inputs;
  for (const LikeArms& like : groups) {
    add_opposite_cells(sides, like, wanted, warnings);
    inputs.push_back(input_of(sides, like.a, like.b, {count}, wanted));
    inputs.back().group = like.group;
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

/// Empty where no margin is asked for.
Result<std::vector<MarginClaim>> margins_of(const std::vector<ComparisonInput>& inputs,
                                            const ComparisonRequest& wanted) {
  std::vector<MarginClaim> claims;
  if (wanted.margin.empty()) return claims;
  TRY_ASSIGN(const double margin, parse_share("--margin", wanted.margin));
  if (!(margin > 0.0 && margin < 1.0)) {
    return fail(ErrorKind::invalid_argument, "--margin: " + wanted.margin + " is not between 0 % and 100 %");
  }
  for (const ComparisonInput& input : inputs) claims.push_back(judge_margin(input, margin, wanted.level));
  return claims;
}

Result<FormerRateTest> former_rate_test(const ComparisonRequest& wanted) {
  FormerRateTest test;
  test.name = wanted.a;
  test.level = wanted.level;
  TRY_ASSIGN(test.former, parse_former_rate(wanted.was));
  return test;
}

/// The first option given that asks for more than two pooled sides; empty if none. `--where` comes last: it
/// goes with a side of a store, however many sides there are.
std::string given_option(const ComparisonRequest& wanted) {
  if (!wanted.by.empty()) return "--by";
  if (!wanted.stratify.empty()) return "--stratify";
  if (wanted.each_night) return "--each-night";
  if (!wanted.margin.empty() && !wanted.was.empty()) return "--margin";
  return wanted.where.empty() ? "" : "--where";
}

/// Nothing is compared with nothing: a side without trials must not read as one that never crashed.
Result<void> check_trials(const Arm& arm, const ArmEvidence& of, const ComparisonRequest& wanted) {
  if (of.total.trials > 0) return {};
  return fail(ErrorKind::invalid_argument, fmt::format("no verdict: no trial that counts is {}{}", arm.text,
                                                       wanted.where.empty() ? "" : " with " + wanted.where));
}

/// A trial that is on both sides makes them alike; of independent sides every test here is made.
Result<void> check_apart(const Sides& sides, const ComparisonRequest& wanted) {
  if (&sides.store_a != &sides.store_b) return {};
  Arm both;
  both.where = "(" + sides.a.where + ") and (" + sides.b.where + ")";
  TRY_ASSIGN(const auto of, arm_evidence(sides.store_a, both, wanted.where, "bad"));
  if (of.total.trials == 0) return {};
  return fail(
      ErrorKind::invalid_argument,
      fmt::format("no verdict: {} on both sides, A ({}) and B ({}); compare sides that share no trial",
                  of.total.trials == 1 ? "1 trial is" : fmt::format("{} trials are", of.total.trials),
                  sides.a.text, sides.b.text));
}

Result<void> check_sides(const Sides& sides, const ComparisonRequest& wanted) {
  for (const bool is_a : {true, false}) {
    const Arm& arm = is_a ? sides.a : sides.b;
    TRY_ASSIGN(const auto of, arm_evidence(is_a ? sides.store_a : sides.store_b, arm, wanted.where, "bad"));
    TRY(check_trials(arm, of, wanted));
  }
  return check_apart(sides, wanted);
}

}  // namespace

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

std::optional<bool> control_crashed(const ComparedArm& arm) {
  std::optional<bool> all;
  for (const std::string& run : arm.evidence.runs) {
    const auto control = arm.controls.find(run);
    if (control != arm.controls.end()) all = all.value_or(true) && control->second;
  }
  return all;
}

ComparisonInput make_comparison_input(const ComparedArm& a, const ComparedArm& b, const Counted& counted,
                                      const std::vector<std::string>& stratify) {
  ComparisonInput input;
  input.counted = counted.name;
  input.a_name = a.name;
  input.b_name = b.name;
  input.a = {number_of(counted, a.evidence.total), a.evidence.total.trials};
  input.b = {number_of(counted, b.evidence.total), b.evidence.total.trials};

  const auto night_of = [](const ArmPart& part) { return part.night; };
  const Parts nights_a = parts_of(a.evidence, counted, night_of);
  const Parts nights_b = parts_of(b.evidence, counted, night_of);
  input.nights = nights_in_order(nights_a, nights_b);
  const bool shares_nights = !shared_strata(nights_a, nights_b).empty();

  const std::set<std::string> defining = defining_settings(a.evidence, b.evidence);
  const auto cell_of = [&](const ArmPart& part) {
    return stratify.empty() ? like_cell(part, defining) : part.stratum;
  };
  const bool by_cell =
      !stratify.empty() || are_unlike(parts_of(a.evidence, counted, cell_of),
                                      parts_of(b.evidence, counted, cell_of), a.evidence, b.evidence);
  const auto stratum_of = [&](const ArmPart& part) {
    return (shares_nights ? part.night : std::string()) + "\n" + (by_cell ? cell_of(part) : std::string());
  };
  input.strata =
      shared_strata(parts_of(a.evidence, counted, stratum_of), parts_of(b.evidence, counted, stratum_of));
  std::string cells = "cell";
  for (std::size_t i = 0; i < stratify.size(); ++i) cells = (i == 0 ? "" : cells + " and ") + stratify[i];
  input.strata_name = !by_cell ? "host and night" : shares_nights ? "host, night and " + cells : cells;
  if (by_cell) note_trials_apart(input);
  const bool has_own_nights =
      nights_a.size() + nights_b.size() > 2 * shared_strata(nights_a, nights_b).size();
  const auto informative = cochran_mantel_haenszel(shared_strata(nights_a, nights_b)).informative;
  input.nights_as_units = has_own_nights && informative < 2;

  input.context.share_block = overlap(a.evidence.runs, b.evidence.runs);
  input.context.share_host = overlap(a.evidence.hosts, b.evidence.hosts);
  input.context.share_night = overlap(a.evidence.nights, b.evidence.nights);
  input.context.anytime = a.evidence.anytime || b.evidence.anytime;
  const auto of_a = control_crashed(a);
  const auto of_b = control_crashed(b);
  if (of_a || of_b) input.context.control_crashed = of_a.value_or(true) && of_b.value_or(true);
  return input;
}

Result<void> check_comparison_request(const ComparisonRequest& wanted) {
  if (wanted.was.empty() == wanted.b.empty()) {
    return fail(ErrorKind::invalid_argument,
                "compare takes two sides (compare A B), or one with the rate that it had (compare A --was "
                "3/10, --was 30%)");
  }
  const std::string given = given_option(wanted);
  if (!wanted.was.empty() && !given.empty() && given != "--where") {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--was: {} needs two sides; with the rate that it had, A is one alone", given));
  }
  if (is_literal(wanted) && !given.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{}: literal counts have no trials to choose or to part", given));
  }
  return {};
}

bool is_literal(const ComparisonRequest& wanted) {
  return parse_literal(wanted.a).has_value() || parse_literal(wanted.b).has_value();
}

Result<ArmComparisons> compare_counts(const ComparisonRequest& wanted) {
  TRY_ASSIGN(const auto left, parse_arm(wanted.a, nullptr));
  TRY_ASSIGN(const auto right, parse_arm(wanted.b, nullptr));
  const std::vector<ComparisonInput> inputs{literal_input(*left.literal, *right.literal, wanted)};
  TRY_ASSIGN(auto margins, margins_of(inputs, wanted));
  return ArmComparisons{compare_all(inputs, wanted.level), std::move(margins)};
}

Result<ArmComparisons> compare_stored(const ComparisonRequest& wanted, Store& store_a, Store& store_b) {
  Sides sides{store_a, store_b, {}, {}, {}, {}};
  TRY_ASSIGN(sides.a, parse_arm(wanted.a, &store_a));
  TRY_ASSIGN(sides.b, parse_arm(wanted.b, &store_b));
  TRY(check_sides(sides, wanted));
  TRY_ASSIGN(sides.controls_a, read_controls(store_a));
  if (&store_a == &store_b) {
    sides.controls_b = sides.controls_a;
  } else {
    TRY_ASSIGN(sides.controls_b, read_controls(store_b));
  }
  std::vector<std::string> warnings;
  const bool in_groups = !wanted.by.empty();
  TRY_ASSIGN(const auto inputs, (in_groups ? group_inputs : outcome_inputs)(sides, wanted, warnings));
  TRY_ASSIGN(auto margins, margins_of(inputs, wanted));
  ArmComparisons compared{
      in_groups ? compare_all(inputs, wanted.level) : compare_outcomes(inputs, wanted.level),
      std::move(margins)};
  auto& shown = compared.comparisons.front().warnings;
  shown.insert(shown.begin(), warnings.begin(), warnings.end());
  return compared;
}

Result<FormerRateTest> former_rate_of_counts(const ComparisonRequest& wanted) {
  TRY_ASSIGN(auto test, former_rate_test(wanted));
  TRY_ASSIGN(const auto arm, parse_arm(wanted.a, nullptr));
  test.counted = wanted.count.empty() ? "counted" : wanted.count;
  test.now = *arm.literal;
  return test;
}

Result<FormerRateTest> former_rate_stored(const ComparisonRequest& wanted, Store& store) {
  TRY_ASSIGN(auto test, former_rate_test(wanted));
  test.counted = wanted.count.empty() ? "bad" : wanted.count;
  TRY_ASSIGN(const auto arm, parse_arm(wanted.a, &store));
  TRY_ASSIGN(const auto evidence, arm_evidence(store, arm, wanted.where, test.counted));
  TRY(check_trials(arm, evidence, wanted));
  TRY_ASSIGN(const auto controls, read_controls(store));
  test.now = {evidence.total.counted, evidence.total.trials};
  test.open = evidence.anytime;
  test.image_never_seen = evidence.image_never_seen;
  test.nights = static_cast<std::int64_t>(evidence.nights.size());
  test.control_crashed = control_crashed({evidence, wanted.a, controls});
  return test;
}

}  // namespace faultline
