// Numbers of single trials: the metrics that they printed, and how far they came.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "db/filter/filter_sql.h"
#include "db/queries.h"
#include "db/queries/grouping.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {
namespace {

Result<void> check_metric(Store& store, const std::string& metric) {
  TRY_ASSIGN(const auto names, metric_names(store));
  if (std::find(names.begin(), names.end(), metric) != names.end()) return {};
  return fail(ErrorKind::invalid_argument, fmt::format("no trial printed a metric `{}`{}", metric,
                                                       names.empty() ? "" : near_names(metric, names)));
}

}  // namespace

Result<std::vector<std::string>> metric_names(Store& store) {
  TRY_ASSIGN(auto statement,
             store.connection().prepare("SELECT value FROM attribute WHERE name = 'metric' ORDER BY value"));
  std::vector<std::string> names;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return names;
    names.push_back(statement.text(0));
  }
}

Result<std::vector<MetricRow>> query_metrics(Store& store, const MetricsQuery& query) {
  Connection& connection = store.connection();
  TRY(check_metric(store, query.metric));
  TRY_ASSIGN(const Grouping grouping, Grouping::read(connection, query.by));
  TRY_ASSIGN(const CompiledFilter where,
             compile_filter(connection, query.where.value_or(Filter{}), single_trial_scope()));
  const std::string sql = fmt::format(
      "SELECT t.cell_id, ifnull(t.phase_id, 0), t.outcome, r.uuid, t.trial_index, m.value "
      "FROM trial_metric m JOIN trial t ON t.id = m.trial_id JOIN run r ON r.id = t.run_id WHERE m.value IS "
      "NOT NULL AND "
      "m.name_id = (SELECT id FROM attribute WHERE name = 'metric' AND value = ?) AND {} AND {} "
      "ORDER BY r.started_at, r.uuid, t.trial_index, m.position",
      counts_in_rates_sql("t."), where.sql);
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  statement.bind(query.metric);
  where.bind_to(statement);
  std::map<Grouping::Key, std::vector<MetricRow>> groups;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) break;
    MetricRow row;
    const Grouping::Key key = grouping.key_of(statement.integer(0), statement.integer(1));
    row.values = grouping.values_of(key);
    row.outcome = parse_outcome(statement.text_view(2)).value_or(Outcome::exit_error);
    row.run = statement.text(3);
    row.trial_index = statement.integer(4);
    row.value = statement.real(5);
    groups[key].push_back(std::move(row));
  }
  std::vector<MetricRow> rows;
  for (auto& [key, group] : groups)
    rows.insert(rows.end(), std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()));
  return rows;
}

Result<std::vector<LifetimesRow>> query_lifetimes(Store& store, const LifetimesQuery& query) {
  Connection& connection = store.connection();
  if (query.metric) TRY(check_metric(store, *query.metric));
  TRY_ASSIGN(const Grouping grouping, Grouping::read(connection, query.by));
  TRY_ASSIGN(const CompiledFilter where,
             compile_filter(connection, query.where.value_or(Filter{}), single_trial_scope()));
  // Without a metric the work of every trial is NULL, and no row of trial_metric is looked at.
  const std::string sql = fmt::format(
      "SELECT t.cell_id, ifnull(t.phase_id, 0), t.outcome, p.value, t.duration_ns, {} FROM trial t LEFT JOIN "
      "attribute p ON p.id = t.phase_id WHERE {} AND {}",
      query.metric
          ? "(SELECT max(m.value) FROM trial_metric m WHERE m.trial_id = t.id AND m.name_id = (SELECT id "
            "FROM attribute WHERE name = 'metric' AND value = ?))"
          : "NULL",
      counts_in_rates_sql("t."), where.sql);
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  if (query.metric) statement.bind(*query.metric);
  where.bind_to(statement);
  // Values are looked up once a cell and phase, not once a trial.
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<TrialEnd>> sorts;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) break;
    TrialEnd end;
    end.outcome = parse_outcome(statement.text_view(2)).value_or(Outcome::exit_error);
    end.phase = statement.text(3);
    end.duration_ns = statement.integer(4);
    end.work = statement.maybe_real(5);
    sorts[{statement.integer(0), statement.integer(1)}].push_back(std::move(end));
  }
  std::map<Grouping::Key, std::vector<TrialEnd>> groups;
  for (auto& [sort, ends] : sorts) {
    auto& group = groups[grouping.key_of(sort.first, sort.second)];
    group.insert(group.end(), std::make_move_iterator(ends.begin()), std::make_move_iterator(ends.end()));
  }
  std::vector<LifetimesRow> rows;
  for (auto& [key, ends] : groups) rows.push_back({grouping.values_of(key), std::move(ends)});
  return rows;
}

}  // namespace faultline
