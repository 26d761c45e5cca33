// Store: trials and what became known of them later.

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/base/hash.h"
#include "db/sqlite/json_text.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

Result<std::int64_t> cell_id_of(Connection& connection, std::int64_t run_id, std::size_t cell_index) {
  TRY_ASSIGN(auto statement, connection.prepare("SELECT id FROM cell WHERE run_id = ? AND cell_index = ?"));
  statement.with(run_id, static_cast<std::int64_t>(cell_index));
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return fail(ErrorKind::invalid_argument, fmt::format("the run has no cell {}", cell_index));
  return statement.integer(0);
}

Result<std::int64_t> insert_trial(StoreImpl& parts, std::int64_t run_id, const Trial& trial) {
  TRY_ASSIGN(const std::int64_t cell_id, cell_id_of(parts.connection, run_id, trial.cell_index));
  TRY_ASSIGN(const auto phase, parts.interner.attribute("phase", trial.phase));
  TRY_ASSIGN(const auto rule, parts.interner.text_or_null(trial.verdict.rule));
  TRY_ASSIGN(const auto boot, parts.interner.optional_text(trial.boot_session));
  TRY_ASSIGN(const std::int64_t argv, parts.interner.text(json_array(trial.argv)));
  const std::string started = format_utc_precise(trial.started);
  const std::string notes = trial.verdict.notes.empty() ? std::string() : json_array(trial.verdict.notes);
  std::optional<std::string> ticks;
  if (trial.start_ticks) ticks = hex16(*trial.start_ticks);
  TRY_ASSIGN(
      auto statement,
      parts.connection.prepare(
          "INSERT INTO trial (run_id, trial_index, block_index, cell_id, outcome, contaminated, uncaptured, "
          "warm_up, phase_id, started_at, duration_ns, rule_id, notes_json, uncaptured_reason, pid, "
          "start_ticks_hex, boot_session_id, exit_code, term_signal, term_signal_name, timed_out, "
          "user_cpu_ms, "
          "system_cpu_ms, peak_memory_bytes, load_1min, reports_pending, unkillable_count, argv_id, "
          "output_head, "
          "stderr_tail) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  statement.with(run_id, trial.index, trial.block, cell_id, outcome_text(trial.verdict.outcome),
                 trial.contaminated, trial.uncaptured, trial.warm_up, phase, started,
                 std::int64_t{trial.duration.count()}, rule);
  statement.bind_or_null(notes)
      .bind_or_null(trial.uncaptured_reason)
      .with(trial.pid, ticks, boot, trial.exit_code);
  statement.bind(trial.term_signal).bind_or_null(trial.term_signal_name).bind(trial.timed_out);
  statement.with(trial.resources.user_cpu_ms, trial.resources.system_cpu_ms,
                 trial.resources.peak_memory_bytes, trial.load_1min, trial.reports_pending,
                 trial.unkillable_count, argv);
  statement.bind_or_null(trial.output_head).bind_or_null(trial.stderr_tail);
  TRY(statement.run());
  return parts.connection.last_insert_id();
}

Result<void> insert_metrics(StoreImpl& parts, std::int64_t trial_id, const std::vector<Metric>& metrics) {
  if (metrics.empty()) return {};
  TRY_ASSIGN(auto statement,
             parts.connection.prepare("INSERT INTO trial_metric (trial_id, position, name_id, value) "
                                      "VALUES (?, ?, ?, ?)"));
  std::int64_t position = 0;
  for (const Metric& metric : metrics) {
    TRY_ASSIGN(const auto name, parts.interner.attribute("metric", metric.name.empty() ? "?" : metric.name));
    TRY(statement.with(trial_id, position++, name, metric.value).run_and_reset());
  }
  return {};
}

constexpr std::string_view kTrialColumns =
    "SELECT t.id, t.trial_index, t.block_index, c.cell_index, t.outcome, t.contaminated, t.uncaptured, "
    "t.warm_up, "
    "p.value, t.started_at, t.duration_ns, ru.value, t.notes_json, t.uncaptured_reason, t.pid, "
    "t.start_ticks_hex, "
    "b.value, t.exit_code, t.term_signal, t.term_signal_name, t.timed_out, t.user_cpu_ms, t.system_cpu_ms, "
    "t.peak_memory_bytes, a.value, t.output_head, t.stderr_tail, t.load_1min, t.reports_pending, "
    "t.unkillable_count FROM trial t JOIN cell c ON c.id = t.cell_id "
    "LEFT JOIN attribute p ON p.id = t.phase_id LEFT JOIN text ru ON ru.id = t.rule_id "
    "LEFT JOIN text b ON b.id = t.boot_session_id JOIN text a ON a.id = t.argv_id ";

std::optional<int> maybe_int(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<int>(row.integer(column));
}

Result<Trial> read_trial_row(Connection& connection, const Statement& row, const Uuid& run) {
  Trial trial;
  trial.run = run;
  trial.index = row.integer(1);
  trial.block = row.integer(2);
  trial.cell_index = static_cast<std::size_t>(row.integer(3));
  trial.verdict.outcome = parse_outcome(row.text_view(4)).value_or(Outcome::exit_error);
  trial.contaminated = row.boolean(5);
  trial.uncaptured = row.boolean(6);
  trial.warm_up = row.boolean(7);
  trial.phase = row.text(8);
  trial.started = parse_utc(row.text_view(9)).value_or(WallTime{});
  trial.duration = std::chrono::nanoseconds(row.integer(10));
  trial.verdict.rule = row.text(11);
  TRY_ASSIGN(trial.verdict.notes, read_json_array(connection, row.text_view(12)));
  trial.uncaptured_reason = row.text(13);
  trial.pid = row.maybe_integer(14);
  if (!row.is_null(15)) trial.start_ticks = std::strtoull(row.text(15).c_str(), nullptr, 16);
  trial.boot_session = row.maybe_text(16);
  trial.exit_code = maybe_int(row, 17);
  trial.term_signal = maybe_int(row, 18);
  trial.term_signal_name = row.text(19);
  trial.timed_out = row.boolean(20);
  trial.resources.user_cpu_ms = row.maybe_integer(21);
  trial.resources.system_cpu_ms = row.maybe_integer(22);
  trial.resources.peak_memory_bytes = row.maybe_integer(23);
  TRY_ASSIGN(trial.argv, read_json_array(connection, row.text_view(24)));
  trial.output_head = row.text(25);
  trial.stderr_tail = row.text(26);
  trial.load_1min = row.maybe_real(27);
  trial.reports_pending = row.maybe_integer(28);
  trial.unkillable_count = row.integer(29);
  return trial;
}

Result<void> read_trial_lists(Connection& connection, std::int64_t trial_id, Trial& trial) {
  {
    TRY_ASSIGN(
        auto statement,
        connection.prepare("SELECT n.value, m.value FROM trial_metric m JOIN attribute n ON n.id = m.name_id "
                           "WHERE m.trial_id = ? ORDER BY m.position"));
    statement.bind(trial_id);
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      const double value =
          statement.is_null(1) ? std::numeric_limits<double>::quiet_NaN() : statement.real(1);
      trial.metrics.push_back({statement.text(0), value});
    }
  }
  TRY_ASSIGN(auto statement,
             connection.prepare("SELECT incident FROM report WHERE trial_id = ? ORDER BY incident"));
  statement.bind(trial_id);
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    trial.incidents.push_back(statement.text(0));
  }
}

Result<std::vector<Trial>> read_trials(Connection& connection, Statement& statement, const Uuid& run) {
  std::vector<Trial> trials;
  std::vector<std::int64_t> ids;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    ids.push_back(statement.integer(0));
    TRY_ASSIGN(auto trial, read_trial_row(connection, statement, run));
    trials.push_back(std::move(trial));
  }
  for (std::size_t i = 0; i < trials.size(); ++i) TRY(read_trial_lists(connection, ids[i], trials[i]));
  return trials;
}

}  // namespace

Result<std::optional<TrialIds>> find_trial_ids(Connection& connection, std::int64_t run_id,
                                               std::int64_t index) {
  TRY_ASSIGN(
      auto statement,
      connection.prepare("SELECT id, cell_id, uncaptured FROM trial WHERE run_id = ? AND trial_index = ?"));
  statement.with(run_id, index);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  return TrialIds{statement.integer(0), statement.integer(1), statement.boolean(2)};
}

Result<void> refresh_trial(Connection& connection, std::int64_t trial_id) {
  TRY_ASSIGN(
      auto newest,
      connection.prepare("SELECT outcome, rule, notes_json, uncaptured, uncaptured_reason, contaminated "
                         "FROM trial_verdict WHERE trial_id = ? ORDER BY is_recorded, at DESC, outcome DESC, "
                         "rule DESC, notes_json DESC, uncaptured, uncaptured_reason DESC, contaminated DESC "
                         "LIMIT 1"));
  newest.bind(trial_id);
  TRY_ASSIGN(const bool found, newest.step());
  if (!found) return {};
  TRY(intern_text(connection, newest.text_view(1)));
  TRY_ASSIGN(auto update,
             connection.prepare(
                 "UPDATE trial SET outcome = ?, rule_id = (SELECT id FROM text WHERE value = nullif(?, '')), "
                 "notes_json = nullif(?, '[]'), uncaptured = ?, uncaptured_reason = nullif(?, ''), "
                 "contaminated = ? WHERE id = ?"));
  update.with(newest.text_view(0), newest.text_view(1), newest.text_view(2), newest.integer(3),
              newest.text_view(4), newest.integer(5), trial_id);
  return update.run();
}

/// Later than those before it, whatever the clock says: it may have been set back since.
Result<std::string> time_of_amendment(Connection& connection, std::int64_t trial_id, WallTime at) {
  TRY_ASSIGN(auto newest,
             connection.prepare("SELECT max(at) FROM trial_verdict WHERE trial_id = ? AND is_recorded = 0"));
  newest.bind(trial_id);
  TRY(newest.step());
  const auto before = parse_utc(newest.text_view(0));
  if (before && *before >= at) at = *before + std::chrono::microseconds(1);
  return format_utc_precise(at);
}

Result<void> append_amendment(StoreImpl& parts, std::int64_t trial_id, const TrialAmendment& amendment) {
  Connection& connection = parts.connection;
  {
    // Before the first amendment, what was recorded becomes a row of its own.
    TRY_ASSIGN(auto recorded,
               connection.prepare(
                   "INSERT INTO trial_verdict (trial_id, is_recorded, at, outcome, rule, notes_json, "
                   "uncaptured, uncaptured_reason, contaminated) SELECT t.id, 1, t.started_at, t.outcome, "
                   "ifnull(x.value, ''), ifnull(t.notes_json, '[]'), t.uncaptured, "
                   "ifnull(t.uncaptured_reason, ''), t.contaminated FROM trial t LEFT JOIN text x "
                   "ON x.id = t.rule_id WHERE t.id = ?1 AND NOT EXISTS "
                   "(SELECT 1 FROM trial_verdict WHERE trial_id = ?1)"));
    TRY(recorded.with(trial_id).run());
  }
  TRY_ASSIGN(const std::string at, time_of_amendment(connection, trial_id, amendment.at));
  const std::string notes = json_array(amendment.verdict.notes);
  TRY_ASSIGN(
      auto insert,
      connection.prepare("INSERT OR IGNORE INTO trial_verdict (trial_id, is_recorded, at, outcome, rule, "
                         "notes_json, uncaptured, uncaptured_reason, contaminated) "
                         "VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)"));
  insert.with(trial_id, at, outcome_text(amendment.verdict.outcome), amendment.verdict.rule, notes,
              amendment.uncaptured, amendment.uncaptured_reason, amendment.contaminated);
  TRY(insert.run());
  return refresh_trial(connection, trial_id);
}

Result<std::vector<AddedReport>> Store::record_trial(const Trial& trial, std::span<const NewReport> reports,
                                                     const OutputSite* output_site) {
  TRY_ASSIGN(const auto prepared, prepare_reports(*parts_, reports));
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, trial.run));
  TRY_ASSIGN(const auto known, find_trial_ids(parts_->connection, run_id, trial.index));
  if (known) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("trial {} of run {} is recorded already", trial.index, trial.run.text()));
  }
  TRY_ASSIGN(const std::int64_t trial_id, insert_trial(*parts_, run_id, trial));
  TRY(insert_metrics(*parts_, trial_id, trial.metrics));
  if (output_site != nullptr) TRY(write_output_site(*parts_, trial_id, output_site, SiteWriting::met));
  TRY_ASSIGN(auto added, insert_reports(*parts_, prepared, false));
  TRY(scope.commit());
  return added;
}

Result<void> Store::amend_trial(const Uuid& run, std::int64_t index, const TrialAmendment& amendment) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY_ASSIGN(const auto ids, find_trial_ids(parts_->connection, run_id, index));
  if (!ids)
    return fail(ErrorKind::invalid_argument, fmt::format("run {} has no trial {}", run.text(), index));
  TRY(append_amendment(*parts_, ids->trial_id, amendment));
  return scope.commit();
}

Result<std::vector<std::int64_t>> Store::ended_trials(const Uuid& run) {
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY_ASSIGN(auto statement, parts_->connection.prepare(
                                 "SELECT trial_index FROM trial WHERE run_id = ? ORDER BY trial_index"));
  statement.bind(run_id);
  std::vector<std::int64_t> indexes;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return indexes;
    indexes.push_back(statement.integer(0));
  }
}

Result<std::optional<Trial>> Store::find_trial(const Uuid& run, std::int64_t index) {
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY_ASSIGN(auto statement, parts_->connection.prepare(std::string(kTrialColumns) +
                                                        "WHERE t.run_id = ? AND t.trial_index = ?"));
  statement.with(run_id, index);
  TRY_ASSIGN(auto trials, read_trials(parts_->connection, statement, run));
  if (trials.empty()) return std::nullopt;
  return std::move(trials.front());
}

Result<std::vector<UncapturedTrial>> Store::uncaptured_trials(const Uuid& after_run, std::int64_t after_index,
                                                              std::size_t limit) {
  TRY_ASSIGN(
      auto statement,
      parts_->connection.prepare(
          "SELECT r.uuid, t.trial_index, a.value, t.stderr_tail, s.key, s.text, o.rules_version FROM run r "
          "JOIN trial t "
          "ON t.run_id = r.id JOIN text a ON a.id = t.argv_id LEFT JOIN output_site o ON o.trial_id = "
          "t.id LEFT JOIN site s ON s.id = o.site_id WHERE t.uncaptured = 1 AND (r.uuid, t.trial_index) "
          "> (?, ?) ORDER BY r.uuid, t.trial_index LIMIT ?"));
  const std::string after = after_run.text();
  statement.with(after, after_index, static_cast<std::int64_t>(limit));
  std::vector<UncapturedTrial> trials;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return trials;
    UncapturedTrial trial;
    trial.run = Uuid::parse(statement.text_view(0)).value_or(Uuid{});
    trial.index = statement.integer(1);
    TRY_ASSIGN(const auto argv, read_json_array(parts_->connection, statement.text_view(2)));
    if (!argv.empty()) trial.program = argv.front();
    trial.stderr_tail = statement.text(3);
    trial.site_key = statement.text(4);
    trial.site_text = statement.text(5);
    trial.rules_version = statement.text(6);
    trials.push_back(std::move(trial));
  }
}

Result<void> Store::replace_output_sites(std::span<const NewOutputSite> sites) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  for (const NewOutputSite& site : sites) {
    TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, site.run));
    TRY_ASSIGN(const auto ids, find_trial_ids(parts_->connection, run_id, site.index));
    if (!ids) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("run {} has no trial {}", site.run.text(), site.index));
    }
    TRY(write_output_site(*parts_, ids->trial_id, site.found ? &*site.found : nullptr, SiteWriting::anew));
  }
  return scope.commit();
}

Result<std::vector<Trial>> Store::trials_of(const Uuid& run) {
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY_ASSIGN(auto statement, parts_->connection.prepare(std::string(kTrialColumns) +
                                                        "WHERE t.run_id = ? ORDER BY t.trial_index"));
  statement.bind(run_id);
  return read_trials(parts_->connection, statement, run);
}

}  // namespace faultline
