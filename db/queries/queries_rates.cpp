// Rates: counts of trials by sort, and what of them is counted.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "core/text/nearest_name.h"
#include "db/filter/filter_sql.h"
#include "db/queries.h"
#include "db/queries/grouping.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/json_text.h"
#include "db/store.h"

namespace faultline {
namespace {

void add_sort(TrialCounts& counts, Outcome outcome, bool uncaptured, std::int64_t trials) {
  counts.outcomes[outcome] += trials;
  if (counts_as_trial(outcome)) counts.trials += trials;
  if (uncaptured && outcome == Outcome::crashed) counts.uncaptured += trials;
}

FilterNode outcome_condition(FilterOp op, std::vector<std::string> outcomes) {
  FilterNode node;
  node.condition.field = "outcome";
  node.condition.op = op;
  node.condition.values = std::move(outcomes);
  return node;
}

/// `passed, crashed, …`: those that are in rates.
std::string countable_outcomes() {
  std::string names;
  for (const OutcomeRow& row : kOutcomes) {
    if (!row.counts_as_trial) continue;
    if (!names.empty()) names += ", ";
    names += row.text;
  }
  return names;
}

/// Where a filter asks for what no tally knows: every trial is a sort of its own.
constexpr std::string_view kTrialsOneByOne = "(SELECT *, 1 AS trials FROM trial)";

/// The counts of one group, and of each of its nights.
struct Group {
  TrialCounts counts;
  std::map<Grouping::Key, Proportion> nights;
  std::vector<std::vector<bool>> sequences;
};

/// Where trials of a cell and phase belong.
class Groups {
 public:
  Groups(const Grouping& grouping, const Grouping& nights) : grouping_(grouping), nights_(nights) {}

  Group& at(std::int64_t cell, std::int64_t phase) { return groups_[grouping_.key_of(cell, phase)]; }

  /// Adds to the trials and to what is counted of them, of the night, too.
  void add(Group& group, std::int64_t cell, std::int64_t phase, const Proportion& of) const {
    Proportion& night = group.nights[nights_.key_of(cell, phase)];
    night.counted += of.counted;
    night.trials += of.trials;
    group.counts.counted += of.counted;
  }

  [[nodiscard]] const std::map<Grouping::Key, Group>& all() const { return groups_; }

 private:
  const Grouping& grouping_;
  const Grouping& nights_;
  std::map<Grouping::Key, Group> groups_;
};

std::vector<Proportion> with_trials(const std::map<Grouping::Key, Proportion>& nights) {
  std::vector<Proportion> kept;
  for (const auto& [night, of] : nights) {
    if (of.trials > 0) kept.push_back(of);
  }
  return kept;
}

/// All sorts of trials from the tally; `counted` as well where `count` speaks of trials alone.
Result<void> add_tally(Connection& connection, const CompiledFilter& where, const CompiledFilter* count,
                       Groups& groups, std::map<std::int64_t, bool>& cells) {
  const bool one_by_one = where.uses_trial || (count != nullptr && count->uses_trial);
  const std::string sql = fmt::format(
      "SELECT t.cell_id, t.phase_id, t.outcome, t.warm_up, t.contaminated, t.uncaptured, t.trials, {} FROM "
      "{} t WHERE t.trials > 0 AND {}",
      count == nullptr ? "0" : count->sql, one_by_one ? kTrialsOneByOne : "trial_tally", where.sql);
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  if (count != nullptr) count->bind_to(statement);
  where.bind_to(statement);
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    cells[statement.integer(0)] = true;
    Group& group = groups.at(statement.integer(0), statement.integer(1));
    TrialCounts& counts = group.counts;
    const std::int64_t trials = statement.integer(6);
    if (statement.boolean(4)) {
      counts.contaminated += trials;
    } else if (statement.boolean(3)) {
      counts.warm_up += trials;
    } else {
      const Outcome outcome = parse_outcome(statement.text_view(2)).value_or(Outcome::exit_error);
      add_sort(counts, outcome, statement.boolean(5), trials);
      if (!counts_as_trial(outcome)) continue;
      groups.add(group, statement.integer(0), statement.integer(1),
                 {statement.boolean(7) ? trials : 0, trials});
    }
  }
}

/// The scope of a row of report_tally that is in rates; the same names stand in `report`.
FilterScope counted_report_scope() {
  FilterScope scope;
  scope.cell_id = "rp.cell_id";
  scope.phase_id = "rp.phase_id";
  scope.outcome = "rp.outcome";
  scope.warm_up = "0";
  scope.uncaptured = "0";
  scope.contaminated = "0";
  scope.report = "rp";
  return scope;
}

/// Of a row of output_death that is in rates.
FilterScope counted_death_scope() {
  FilterScope scope = counted_report_scope();
  scope.uncaptured = "1";
  return scope;
}

/// Adds up what is counted where it takes reports to know it.
class CountedByReports {
 public:
  CountedByReports(Connection& connection, const Filter& where, const Filter& count, Groups& groups)
      : connection_(connection), where_filter_(where), count_filter_(count), groups_(groups) {}

  Result<void> run() {
    const FilterScope of_reports = counted_report_scope();
    FilterScope without = of_reports;
    without.report_is_missing = true;
    TRY_ASSIGN(where_, compile_filter(connection_, where_filter_, of_reports));
    TRY_ASSIGN(const CompiledFilter count, compile_filter(connection_, count_filter_, of_reports));
    TRY(add_trials_with_reports(count, 1));
    TRY(add_deaths_without(counted_death_scope(), 1));
    if (count.needs_report) return {};
    // And the trials without any report or site for which it holds (`not site~x` of a trial that passed): all
    // for which it would, but for those that have one.
    TRY_ASSIGN(const CompiledFilter missing, compile_filter(connection_, count_filter_, without));
    TRY(add_all_trials());
    FilterScope death_without = counted_death_scope();
    death_without.report_is_missing = true;
    TRY(add_deaths_without(death_without, -1));
    return add_trials_with_reports(missing, -1);
  }

 private:
  /// Trials with a report for which `condition` holds, each once.
  Result<void> add_trials_with_reports(const CompiledFilter& condition, std::int64_t sign) {
    constexpr std::string_view kIsMeant = "rp.in_rates = 1 AND rp.origin != 'reconstructed'";
    TRY(add(fmt::format("SELECT rp.cell_id, rp.phase_id, sum(rp.reports) FROM report_tally rp WHERE "
                        "rp.reports > 0 AND {} "
                        "AND {} AND {} GROUP BY 1, 2",
                        kIsMeant, condition.sql, where_.sql),
            condition, where_, sign));
    return add(
        fmt::format(
            "SELECT rp.cell_id, ifnull(rp.phase_id, 0), count(*) - 1 FROM report rp WHERE rp.trial_id IN "
            "(SELECT trial_id FROM report WHERE is_repeat = 1) AND rp.kind = 'crash' AND rp.site_id IS NOT "
            "NULL AND {} AND {} AND {} GROUP BY rp.trial_id",
            kIsMeant, condition.sql, where_.sql),
        condition, where_, -sign);
  }

  /// Trials that died and left no report, but whose output names the site.
  Result<void> add_deaths_without(const FilterScope& scope, std::int64_t sign) {
    TRY_ASSIGN(const CompiledFilter where, compile_filter(connection_, where_filter_, scope));
    TRY_ASSIGN(const CompiledFilter condition, compile_filter(connection_, count_filter_, scope));
    return add(fmt::format("SELECT rp.cell_id, ifnull(rp.phase_id, 0), count(*) FROM output_death rp WHERE "
                           "rp.in_rates = 1 AND {} AND {} GROUP BY 1, 2",
                           condition.sql, where.sql),
               condition, where, sign);
  }

  Result<void> add_all_trials() {
    FilterScope scope = trial_scope();
    TRY_ASSIGN(const CompiledFilter where, compile_filter(connection_, where_filter_, scope));
    scope.report_is_missing = true;
    TRY_ASSIGN(const CompiledFilter missing, compile_filter(connection_, count_filter_, scope));
    return add(
        fmt::format(
            "SELECT t.cell_id, t.phase_id, sum(t.trials) FROM trial_tally t WHERE t.trials > 0 AND {} AND {} "
            "AND {} GROUP BY 1, 2",
            counts_in_rates_sql("t."), missing.sql, where.sql),
        missing, where, 1);
  }

  Result<void> add(const std::string& sql, const CompiledFilter& condition, const CompiledFilter& where,
                   std::int64_t sign) {
    TRY_ASSIGN(auto statement, connection_.prepare(sql));
    condition.bind_to(statement);
    where.bind_to(statement);
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) return {};
      const std::int64_t cell = statement.integer(0);
      const std::int64_t phase = statement.integer(1);
      groups_.add(groups_.at(cell, phase), cell, phase, {sign * statement.integer(2), 0});
    }
  }

  Connection& connection_;
  const Filter& where_filter_;
  const Filter& count_filter_;
  Groups& groups_;
  CompiledFilter where_;
};

/// Whether `count` asks for reports; then the tally alone cannot answer it.
Result<std::optional<CompiledFilter>> compile_count(Connection& connection, const Filter& count) {
  FilterScope scope = single_trial_scope();
  scope.report_is_missing = true;
  TRY_ASSIGN(auto compiled, compile_filter(connection, count, scope));
  if (compiled.uses_report) return std::nullopt;
  return compiled;
}

/// What one trial is counted by: the condition itself, or that a report of it fulfils it. nullopt where only
/// sums can tell (`not site~x`).
Result<std::optional<CompiledFilter>> count_of_one_trial(Connection& connection, const Filter& count,
                                                         const std::optional<CompiledFilter>& of_trials) {
  if (of_trials) return of_trials;
  TRY_ASSIGN(auto compiled, compile_filter(connection, count, counted_report_scope()));
  if (!compiled.needs_report) return std::nullopt;
  compiled.sql = fmt::format(
      "EXISTS (SELECT 1 FROM report rp WHERE rp.trial_id = t.id AND rp.kind = 'crash' AND rp.origin != "
      "'reconstructed' AND {})",
      compiled.sql);
  return compiled;
}

/// Adds the trials of each cell in their order. A cell is of one run.
Result<void> add_sequences(Connection& connection, const CompiledFilter& where, const CompiledFilter& count,
                           const std::map<std::int64_t, bool>& cells, Groups& groups) {
  std::vector<std::string> ids;
  for (const auto& [cell, seen] : cells) ids.push_back(fmt::format("{}", cell));
  const std::string cell_list = json_array(ids);
  TRY_ASSIGN(auto statement,
             connection.prepare(fmt::format(
                 "SELECT t.cell_id, ifnull(t.phase_id, 0), {} FROM trial t WHERE t.cell_id IN (SELECT "
                 "CAST(value AS INTEGER) FROM json_each(?)) AND {} AND {} ORDER BY t.cell_id, t.trial_index",
                 count.sql, counts_in_rates_sql("t."), where.sql)));
  count.bind_to(statement);
  statement.bind(cell_list);
  where.bind_to(statement);
  std::int64_t cell = -1;
  std::map<Group*, std::size_t> place;  // Of the cell's sequence in each group that it is in.
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    if (statement.integer(0) != cell) {
      cell = statement.integer(0);
      place.clear();
    }
    Group& group = groups.at(cell, statement.integer(1));
    const auto [found, is_new] = place.try_emplace(&group, group.sequences.size());
    if (is_new) group.sequences.emplace_back();
    group.sequences[found->second].push_back(statement.boolean(2));
  }
}

/// Whether one of `cells` is among those that `sql` selects.
Result<bool> any_cell_of(Connection& connection, std::string_view sql,
                         const std::map<std::int64_t, bool>& cells) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return false;
    if (cells.contains(statement.integer(0))) return true;
  }
}

/// Those of `cells` that had trials without their expected image, and none with it.
Result<std::vector<std::string>> cells_without_image(Connection& connection,
                                                     const std::map<std::int64_t, bool>& cells) {
  constexpr std::string_view kRules =
      "SELECT id FROM text WHERE value IN ('image_not_seen', "
      "'expect_image_missing')";
  std::vector<std::string> names;
  // Most stores have no such trial, and are asked no more.
  TRY_ASSIGN(const auto rules, connection.integer_of(fmt::format("SELECT count(*) FROM ({})", kRules)));
  if (rules == 0) return names;
  TRY_ASSIGN(
      auto statement,
      connection.prepare(fmt::format(
          "SELECT c.id, c.workload, c.label FROM cell c WHERE EXISTS (SELECT 1 FROM trial t WHERE t.cell_id "
          "= "
          "c.id AND t.rule_id IN ({0})) AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.cell_id = c.id AND "
          "t.outcome != 'setup_failed' AND ifnull(t.rule_id NOT IN ({0}), 1)) ORDER BY c.id",
          kRules)));
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return names;
    if (!cells.contains(statement.integer(0))) continue;
    const std::string label = statement.text(2);
    std::string name = statement.text(1);
    if (!label.empty() && label != name) name += " " + label;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
}

/// What could be counted instead of `text`: the nearest word; where none is near, all of them.
std::string countable_instead(std::string_view text) {
  std::vector<std::string_view> words{"bad", "uncaptured"};
  for (const OutcomeRow& row : kOutcomes) words.push_back(row.text);
  if (const auto near = nearest_name(text, words)) return fmt::format("did you mean {}?", *near);
  return fmt::format("an outcome ({}), bad, uncaptured, or a filter such as site~text can",
                     countable_outcomes());
}

}  // namespace

TrialCounts& TrialCounts::operator+=(const TrialCounts& other) {
  trials += other.trials;
  counted += other.counted;
  outcomes += other.outcomes;
  warm_up += other.warm_up;
  contaminated += other.contaminated;
  uncaptured += other.uncaptured;
  return *this;
}

std::string query_value_text(const QueryValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

Result<Filter> parse_count(std::string_view text) {
  Filter filter;
  filter.text = text;
  if (parse_outcome(text)) {
    filter.root = outcome_condition(FilterOp::equal, {std::string(text)});
    return filter;
  }
  if (text == "bad") {
    std::vector<std::string> bad;
    for (const OutcomeRow& row : kOutcomes) {
      if (row.is_bad) bad.emplace_back(row.text);
    }
    filter.root = outcome_condition(FilterOp::in, std::move(bad));
    return filter;
  }
  if (text == "uncaptured") {
    filter.root = outcome_condition(FilterOp::equal, {"true"});
    filter.root->condition.field = "uncaptured";
    return filter;
  }
  const bool is_word = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
  if (is_word) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("`{}` cannot be counted; {}", text, countable_instead(text)));
  }
  return parse_filter(text);
}

Result<RatesResult> query_rates(Store& store, const RatesQuery& query) {
  Connection& connection = store.connection();
  RatesResult result;
  result.columns = query.by;
  if (query.pivot) result.columns.push_back(*query.pivot);
  TRY_ASSIGN(const Grouping grouping, Grouping::read(connection, result.columns));
  const Filter where_filter = query.where.value_or(Filter{});
  TRY_ASSIGN(const CompiledFilter where, compile_filter(connection, where_filter, single_trial_scope()));
  Filter count = query.count;
  if (!count.root) {
    TRY_ASSIGN(count, parse_count("crashed"));
  }
  TRY_ASSIGN(const auto count_of_trials, compile_count(connection, count));
  TRY_ASSIGN(const Grouping nights, Grouping::read(connection, {"date", "host"}));
  Groups groups(grouping, nights);
  std::map<std::int64_t, bool> cells;
  TRY(add_tally(connection, where, count_of_trials ? &*count_of_trials : nullptr, groups, cells));
  result.counts_reports = !count_of_trials;
  if (result.counts_reports) TRY(CountedByReports(connection, where_filter, count, groups).run());
  std::int64_t trials = 0;
  for (const auto& [key, group] : groups.all()) trials += group.counts.trials;
  if (trials <= kMostOrderedTrials) {
    TRY_ASSIGN(const auto of_one, count_of_one_trial(connection, count, count_of_trials));
    if (of_one) TRY(add_sequences(connection, where, *of_one, cells, groups));
  }
  std::map<Grouping::Key, Proportion> all_nights;
  for (const auto& [key, group] : groups.all()) {
    result.total += group.counts;
    result.rows.push_back(
        {grouping.values_of(key), group.counts, with_trials(group.nights), group.sequences});
    for (const auto& [night, of] : group.nights) {
      all_nights[night].counted += of.counted;
      all_nights[night].trials += of.trials;
    }
  }
  result.nights = with_trials(all_nights);
  if (result.columns.empty() && result.rows.empty()) result.rows.emplace_back();
  TRY_ASSIGN(result.unfinished, any_cell_of(connection,
                                            "SELECT c.id FROM run_now n JOIN cell c ON c.run_id = n.run_id "
                                            "WHERE n.state != 'finished'",
                                            cells));
  TRY_ASSIGN(
      result.stop_rule,
      any_cell_of(connection, "SELECT c.id FROM run r JOIN cell c ON c.run_id = r.id WHERE r.stop_rule != ''",
                  cells));
  TRY_ASSIGN(result.image_never_seen, cells_without_image(connection, cells));
  return result;
}

// The commonest site of each group

namespace {

/// Every site by its id, without counts.
Result<std::map<std::int64_t, CommonestSiteRow>> read_site_names(Connection& connection) {
  TRY_ASSIGN(auto statement, connection.prepare("SELECT id, key, text, function, fault_kind FROM site"));
  std::map<std::int64_t, CommonestSiteRow> sites;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return sites;
    CommonestSiteRow& row = sites[statement.integer(0)];
    row.key = statement.text(1);
    row.text = statement.text(2);
    row.function = statement.text(3);
    row.fault_kind = statement.text(4);
  }
}

}  // namespace

Result<std::vector<CommonestSiteRow>> query_commonest_sites(Store& store, const std::optional<Filter>& where,
                                                            const std::vector<std::string>& by) {
  Connection& connection = store.connection();
  TRY_ASSIGN(const Grouping grouping, Grouping::read(connection, by));
  TRY_ASSIGN(const CompiledFilter chosen,
             compile_filter(connection, where.value_or(Filter{}), counted_report_scope()));
  // Not grouped by SQLite, which would have to sort for it; a group is looked up once a cell and phase.
  TRY_ASSIGN(auto statement,
             connection.prepare(fmt::format("SELECT rp.cell_id, rp.phase_id, rp.site_id, rp.reports FROM "
                                            "report_tally rp WHERE rp.reports > 0 AND rp.in_rates = 1 AND "
                                            "rp.origin != 'reconstructed' AND {}",
                                            chosen.sql)));
  chosen.bind_to(statement);
  using ReportsBySite = std::map<std::int64_t, std::int64_t>;
  std::map<Grouping::Key, ReportsBySite> counts;
  std::map<std::pair<std::int64_t, std::int64_t>, ReportsBySite*> of_sort;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) break;
    ReportsBySite*& reports = of_sort[{statement.integer(0), statement.integer(1)}];
    if (reports == nullptr) reports = &counts[grouping.key_of(statement.integer(0), statement.integer(1))];
    (*reports)[statement.integer(2)] += statement.integer(3);
  }
  TRY_ASSIGN(const auto sites, read_site_names(connection));
  std::map<Grouping::Key, std::map<std::string, CommonestSiteRow>> groups;
  for (const auto& [group, by_site] : counts) {
    for (const auto& [site_id, reports] : by_site) {
      CommonestSiteRow row = sites.at(site_id);
      row.reports = reports;
      groups[group].emplace(row.key, std::move(row));
    }
  }
  std::vector<CommonestSiteRow> rows;
  for (const auto& [group, candidates] : groups) {
    // Of equals the first by key, so that the answer does not depend on local ids.
    const auto most =
        std::max_element(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.second.reports < b.second.reports; });
    CommonestSiteRow row = most->second;
    row.values = grouping.values_of(group);
    for (const auto& [key, site] : candidates) row.of += site.reports;
    rows.push_back(std::move(row));
  }
  return rows;
}

// Counts from elsewhere

Result<std::vector<ImportedCountRow>> query_imported_counts(Store& store) {
  Connection& connection = store.connection();
  TRY_ASSIGN(auto statement,
             connection.prepare("SELECT source, workload, parameters_json, trials, crashed "
                                "FROM imported_count ORDER BY source, workload, parameters_json"));
  std::vector<ImportedCountRow> rows;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return rows;
    ImportedCountRow row;
    row.source = statement.text(0);
    row.workload = statement.text(1);
    TRY_ASSIGN(const auto parts, read_json_array(connection, statement.text_view(2)));
    for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
      row.parameters.emplace_back(parts[i], typed_label(parts[i + 1], parts[i + 2]));
    }
    row.trials = statement.integer(3);
    row.crashed = statement.integer(4);
    rows.push_back(std::move(row));
  }
}

}  // namespace faultline
