// Lists of reports, trials, runs and hosts, the newest first; and the reconciliation of a run.

#include <fmt/format.h>

#include <map>

#include "db/filter/filter_sql.h"
#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/json_text.h"
#include "db/store.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

/// A list's own conditions, compiled.
struct ListConditions {
  CompiledFilter where;
  std::string since;
  std::int64_t limit = -1;
};

Result<ListConditions> conditions_of(Connection& connection, const ListQuery& query,
                                     const FilterScope& scope) {
  ListConditions conditions;
  TRY_ASSIGN(conditions.where, compile_filter(connection, query.where.value_or(Filter{}), scope));
  if (query.since) conditions.since = format_utc_precise(*query.since);
  if (query.last) conditions.limit = static_cast<std::int64_t>(*query.last);
  return conditions;
}

/// Text for SQL with `{where}` filled in; binds filter, since, since, limit.
Result<Statement> prepare_list(Connection& connection, const std::string& sql,
                               const ListConditions& conditions) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  conditions.where.bind_to(statement);
  statement.with(conditions.since, conditions.since, conditions.limit);
  return statement;
}

FilterScope listed_trial_scope() {
  FilterScope scope = single_trial_scope();
  scope.report = "rp";
  return scope;
}

constexpr std::string_view kReportColumns =
    "SELECT rp.incident, rp.kind, rp.origin, rp.happened_at, pr.value, rp.pid, ov.value, ob.value, mo.value, "
    "ex.value, "
    "a.fault_kind, a.sentence, s.key, s.text, s.family, r.uuid, t.trial_index, c.label, "
    "(SELECT grounds FROM attribution g WHERE g.report_id = rp.id AND g.run_id = rp.run_id AND g.trial_index "
    "= "
    "t.trial_index ORDER BY g.at DESC LIMIT 1), rp.rules_version, "
    "(SELECT count(*) FROM raw_form f WHERE f.report_id = rp.id), w.size_bytes, a.issue_count "
    "FROM report rp LEFT JOIN report_analysis a ON a.report_id = rp.id LEFT JOIN site s ON s.id = rp.site_id "
    "LEFT JOIN run r ON r.id = rp.run_id LEFT JOIN trial t ON t.id = rp.trial_id LEFT JOIN cell c ON c.id = "
    "rp.cell_id "
    "LEFT JOIN raw w ON w.id = rp.raw_id LEFT JOIN attribute pr ON pr.id = rp.process_id "
    "LEFT JOIN attribute ov ON ov.id = rp.os_version_id LEFT JOIN attribute ob ON ob.id = rp.os_build_id "
    "LEFT JOIN attribute mo ON mo.id = rp.model_id LEFT JOIN attribute ex ON ex.id = rp.exception_id ";
constexpr std::string_view kNewestReports = "ORDER BY rp.happened_at DESC NULLS LAST, rp.incident ";

Result<std::vector<ReportRow>> read_reports(Statement& statement) {
  std::vector<ReportRow> rows;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return rows;
    ReportRow row;
    row.incident = statement.text(0);
    row.kind = statement.text(1);
    row.origin = statement.text(2);
    row.time = statement.text(3);
    row.process = statement.text(4);
    row.pid = statement.maybe_integer(5);
    row.os_version = statement.text(6);
    row.os_build = statement.text(7);
    row.model = statement.text(8);
    row.exception = statement.text(9);
    row.fault_kind = statement.text(10);
    row.sentence = statement.text(11);
    row.site_key = statement.text(12);
    row.site_text = statement.text(13);
    row.family = statement.text(14);
    row.run = statement.text(15);
    row.trial_index = statement.maybe_integer(16);
    row.cell = statement.text(17);
    row.basis = statement.text(18);
    row.rules_version = statement.text(19);
    row.raw_forms = statement.integer(20);
    row.raw_bytes = statement.integer(21);
    row.issues = statement.integer(22);
    rows.push_back(std::move(row));
  }
}

TrialRow read_trial(const Statement& statement) {
  TrialRow row;
  row.run = statement.text(1);
  row.index = statement.integer(2);
  row.block = statement.integer(3);
  row.workload = statement.text(4);
  row.cell = statement.text(5);
  row.started = statement.text(6);
  row.duration_ms = statement.integer(7);
  row.outcome = statement.text(8);
  row.rule = statement.text(9);
  if (!statement.is_null(10)) row.exit_code = static_cast<int>(statement.integer(10));
  row.term_signal = statement.text(11);
  row.timed_out = statement.boolean(12);
  row.warm_up = statement.boolean(13);
  row.contaminated = statement.boolean(14);
  row.uncaptured = statement.boolean(15);
  row.phase = statement.text(16);
  return row;
}

/// Counts by outcome of every run, from the tally.
Result<std::map<std::string, TrialCounts>> counts_by_run(Store& store) {
  RatesQuery by_run;
  by_run.by = {"run"};
  TRY_ASSIGN(const auto rates, query_rates(store, by_run));
  std::map<std::string, TrialCounts> counts;
  for (const RatesRow& row : rates.rows) counts[query_value_text(row.values.front())] = row.counts;
  return counts;
}

}  // namespace

Result<std::vector<ReportRow>> list_reports(Store& store, const ListQuery& query) {
  FilterScope scope = listed_trial_scope();
  // A report that belongs to no trial has none of these; what it says of its machine is its own.
  scope.cell_id = "rp.cell_id";
  scope.phase_id = "rp.phase_id";
  scope.outcome = "rp.outcome";
  scope.machine_from_report = true;
  TRY_ASSIGN(const auto conditions, conditions_of(store.connection(), query, scope));
  const std::string sql = fmt::format("{}WHERE {} AND (? = '' OR rp.happened_at >= ?) {}LIMIT ?",
                                      kReportColumns, conditions.where.sql, kNewestReports);
  TRY_ASSIGN(auto statement, prepare_list(store.connection(), sql, conditions));
  return read_reports(statement);
}

Result<std::vector<ReportRow>> reports_of_sites(Store& store, const std::vector<std::string>& site_keys) {
  const std::string keys = json_array(site_keys);
  TRY_ASSIGN(auto statement, store.connection().prepare(fmt::format(
                                 "{}WHERE rp.kind = 'crash' AND rp.site_id IN (SELECT id FROM site WHERE "
                                 "key IN (SELECT value FROM json_each(?))) {}",
                                 kReportColumns, kNewestReports)));
  statement.bind(keys);
  return read_reports(statement);
}

Result<std::vector<ReportRow>> newest_reports_of_site(Store& store, const std::string& site_key,
                                                      const Uuid& run, std::size_t limit) {
  const std::string uuid = run.text();
  // The few are chosen from one index before anything is looked up for them.
  TRY_ASSIGN(
      auto statement,
      store.connection().prepare(fmt::format(
          "{}WHERE rp.id IN (SELECT n.id FROM report n INDEXED BY report_by_site WHERE n.kind = 'crash' AND "
          "n.site_id = (SELECT id FROM site WHERE key = ?) AND n.cell_id IN (SELECT c.id FROM cell c JOIN "
          "run o ON o.id = c.run_id WHERE o.uuid = ?) ORDER BY n.happened_at DESC NULLS LAST, n.id LIMIT ?) "
          "{}",
          kReportColumns, kNewestReports)));
  statement.with(site_key, uuid, static_cast<std::int64_t>(limit));
  return read_reports(statement);
}

Result<ReportRow> report_row(Store& store, const std::string& incident) {
  TRY_ASSIGN(auto statement,
             store.connection().prepare(fmt::format("{}WHERE rp.incident = ?", kReportColumns)));
  statement.bind(incident);
  TRY_ASSIGN(auto rows, read_reports(statement));
  if (rows.empty())
    return fail(ErrorKind::invalid_argument, fmt::format("no report {} in the store", incident));
  return std::move(rows.front());
}

Result<std::vector<TrialRow>> list_trials(Store& store, const ListQuery& query) {
  Connection& connection = store.connection();
  TRY_ASSIGN(auto conditions, conditions_of(connection, query, listed_trial_scope()));
  if (conditions.where.uses_report) {
    conditions.where.sql = fmt::format(
        "EXISTS (SELECT 1 FROM (SELECT t.id AS trial_id) one LEFT JOIN report rp ON rp.trial_id = "
        "one.trial_id AND rp.kind = "
        "'crash' WHERE {})",
        conditions.where.sql);
  }
  const std::string sql = fmt::format(
      "SELECT t.id, r.uuid, t.trial_index, t.block_index, c.workload, c.label, t.started_at, t.duration_ns / "
      "1000000, "
      "t.outcome, ru.value, t.exit_code, t.term_signal_name, t.timed_out, t.warm_up, t.contaminated, "
      "t.uncaptured, p.value "
      "FROM trial t JOIN run r ON r.id = t.run_id JOIN cell c ON c.id = t.cell_id LEFT JOIN text ru ON ru.id "
      "= t.rule_id "
      "LEFT JOIN attribute p ON p.id = t.phase_id WHERE {} AND (? = '' OR t.started_at >= ?) "
      "ORDER BY t.started_at DESC, r.uuid, t.trial_index DESC LIMIT ?",
      conditions.where.sql);
  std::vector<TrialRow> rows;
  std::vector<std::int64_t> ids;
  {
    TRY_ASSIGN(auto statement, prepare_list(connection, sql, conditions));
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) break;
      ids.push_back(statement.integer(0));
      rows.push_back(read_trial(statement));
    }
  }
  TRY_ASSIGN(auto incidents,
             connection.prepare("SELECT incident FROM report WHERE trial_id = ? ORDER BY incident"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    incidents.bind(ids[i]);
    while (true) {
      TRY_ASSIGN(const bool found, incidents.step());
      if (!found) break;
      rows[i].incidents.push_back(incidents.text(0));
    }
    incidents.reset();
  }
  return rows;
}

Result<std::vector<RunRow>> list_runs(Store& store, const ListQuery& query) {
  FilterScope scope;
  scope.run_id = "r.id";
  TRY_ASSIGN(const auto conditions, conditions_of(store.connection(), query, scope));
  TRY_ASSIGN(const auto counts, counts_by_run(store));
  const std::string sql = fmt::format(
      "SELECT r.uuid, r.campaign_name, r.campaign_hash, coalesce(nullif(r.host_name, ''), h.host_key), "
      "r.os_version, "
      "r.os_build, r.agx_version, r.started_at, CASE n.state WHEN 'running' THEN '' ELSE n.at END, "
      "r.started_date, n.state, "
      "n.reason, r.control, (SELECT count(*) FROM cell c WHERE c.run_id = r.id), n.planned_blocks FROM run r "
      "JOIN host h ON h.id = r.host_id JOIN run_now n ON n.run_id = r.id WHERE {} AND (? = '' OR "
      "r.started_at >= ?) "
      "ORDER BY r.started_at DESC, r.uuid DESC LIMIT ?",
      conditions.where.sql);
  TRY_ASSIGN(auto statement, prepare_list(store.connection(), sql, conditions));
  std::vector<RunRow> rows;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return rows;
    RunRow row;
    row.run = statement.text(0);
    row.campaign = statement.text(1);
    row.campaign_hash = statement.text(2);
    row.host = statement.text(3);
    row.os_version = statement.text(4);
    row.os_build = statement.text(5);
    row.agx_version = statement.text(6);
    row.started = statement.text(7);
    row.ended = statement.text(8);
    row.date = statement.text(9);
    row.state = statement.text(10);
    row.state_reason = statement.text(11);
    row.control = statement.text(12);
    row.cells = statement.integer(13);
    row.planned_trials = row.cells * statement.integer(14);
    if (const auto known = counts.find(row.run); known != counts.end()) row.counts = known->second;
    row.ended_trials = row.counts.ended();
    rows.push_back(std::move(row));
  }
}

Result<std::vector<HostRow>> list_hosts(Store& store, const ListQuery& query) {
  FilterScope scope;
  scope.run_id = "r.id";
  TRY_ASSIGN(const auto conditions, conditions_of(store.connection(), query, scope));
  const std::string sql = fmt::format(
      "SELECT h.host_key, r.host_name, r.os_name, r.os_version, r.os_build, r.model, r.chip, r.agx_version, "
      "(SELECT count(*) FROM run o WHERE o.host_id = h.id), "
      "(SELECT ifnull(sum(y.trials), 0) FROM run o JOIN cell c ON c.run_id = o.id JOIN trial_tally y ON "
      "y.cell_id = c.id "
      "WHERE o.host_id = h.id), (SELECT min(o.started_at) FROM run o WHERE o.host_id = h.id), r.started_at "
      "FROM host h JOIN run r ON r.id = (SELECT o.id FROM run o WHERE o.host_id = h.id ORDER BY o.started_at "
      "DESC, o.uuid "
      "DESC LIMIT 1) WHERE {} AND (? = '' OR r.started_at >= ?) ORDER BY r.started_at DESC, h.host_key LIMIT "
      "?",
      conditions.where.sql);
  TRY_ASSIGN(auto statement, prepare_list(store.connection(), sql, conditions));
  std::vector<HostRow> rows;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return rows;
    HostRow row;
    row.host_key = statement.text(0);
    row.host_name = statement.text(1);
    row.os_name = statement.text(2);
    row.os_version = statement.text(3);
    row.os_build = statement.text(4);
    row.model = statement.text(5);
    row.chip = statement.text(6);
    row.agx_version = statement.text(7);
    row.runs = statement.integer(8);
    row.trials = statement.integer(9);
    row.first_seen = statement.text(10);
    row.last_seen = statement.text(11);
    rows.push_back(std::move(row));
  }
}

Result<ReconciliationRow> query_reconciliation(Store& store, const Uuid& run) {
  Connection& connection = store.connection();
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(connection, run));
  ReconciliationRow reconciliation;
  reconciliation.run = run.text();
  {
    TRY_ASSIGN(auto statement,
               connection.prepare(
                   "SELECT count(*), ifnull(sum(EXISTS (SELECT 1 FROM report rp WHERE rp.trial_id = t.id AND "
                   "rp.kind = 'crash')), 0) FROM trial t WHERE t.run_id = ? AND t.outcome = 'crashed'"));
    statement.bind(run_id);
    TRY(statement.step());
    reconciliation.deaths = statement.integer(0);
    reconciliation.matched = statement.integer(1);
    reconciliation.uncaptured = reconciliation.deaths - reconciliation.matched;
  }
  {
    TRY_ASSIGN(auto statement,
               connection.prepare(
                   "SELECT ifnull(t.uncaptured_reason, ''), count(*) FROM trial t WHERE t.run_id = ? AND "
                   "t.outcome = 'crashed' AND NOT EXISTS (SELECT 1 FROM report rp WHERE rp.trial_id = t.id "
                   "AND rp.kind = 'crash') GROUP BY 1"));
    statement.bind(run_id);
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      reconciliation.uncaptured_reasons[statement.text(0)] = statement.integer(1);
    }
  }
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT ifnull(sum(rp.run_id = ?1), 0), ifnull(sum(rp.run_id IS NULL), 0), "
                 "ifnull(sum(rp.run_id = ?1 AND "
                 "EXISTS (SELECT 1 FROM attribution l JOIN trial t ON t.run_id = l.run_id AND t.trial_index "
                 "= l.trial_index "
                 "WHERE l.report_id = rp.id AND t.id = rp.trial_id) AND NOT EXISTS (SELECT 1 FROM "
                 "attribution l JOIN trial t "
                 "ON t.run_id = l.run_id AND t.trial_index = l.trial_index WHERE l.report_id = rp.id AND "
                 "t.id = rp.trial_id "
                 "AND l.late = 0)), 0), ifnull(sum(rp.run_id = ?1 AND rp.kind != 'crash'), 0) FROM report rp "
                 "WHERE rp.id IN (SELECT report_id FROM attribution WHERE run_id = ?1)"));
  statement.bind(run_id);
  TRY(statement.step());
  reconciliation.reports = statement.integer(0);
  reconciliation.foreign = statement.integer(1);
  reconciliation.late = statement.integer(2);
  reconciliation.not_crashes = statement.integer(3);
  return reconciliation;
}

Result<std::vector<Uuid>> query_image_uuids(Store& store) {
  TRY_ASSIGN(auto row, store.connection().prepare(
                           "SELECT DISTINCT uuid FROM image WHERE uuid IS NOT NULL ORDER BY uuid"));
  std::vector<Uuid> uuids;
  while (true) {
    TRY_ASSIGN(const bool found, row.step());
    if (!found) return uuids;
    if (const auto uuid = Uuid::parse(row.text(0))) uuids.push_back(*uuid);
  }
}

}  // namespace faultline
