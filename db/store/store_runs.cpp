// Store: hosts, runs and their cells.

#include <fmt/format.h>

#include <cstdlib>

#include "core/base/hash.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

Result<std::int64_t> host_id_of(Connection& connection, std::string_view host_key) {
  TRY_ASSIGN(auto insert, connection.prepare("INSERT OR IGNORE INTO host (host_key) VALUES (?)"));
  TRY(insert.with(host_key).run());
  TRY_ASSIGN(auto select, connection.prepare("SELECT id FROM host WHERE host_key = ?"));
  select.bind(host_key);
  TRY(select.step());
  return select.integer(0);
}

Result<std::int64_t> insert_run(Connection& connection, const RunRecord& run) {
  const HostFacts& host = run.host;
  TRY_ASSIGN(const std::int64_t host_id, host_id_of(connection, host.host_key));
  const std::string uuid = run.uuid.text();
  const std::string seed = hex16(run.seed);
  const std::string started = format_utc_precise(run.started);
  const std::string date = local_date(run.started, host.zone_minutes);
  TRY_ASSIGN(
      auto statement,
      connection.prepare(
          "INSERT INTO run (uuid, host_id, campaign_name, campaign_hash, campaign_text, control, stop_rule, "
          "seed_hex, started_at, started_date, zone_minutes, host_name, os_name, os_version, "
          "os_build, kernel, model, chip, cpu_count, memory_bytes, agx_version, boot_session, "
          "uptime_seconds, load_1min) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  statement.with(uuid, host_id, run.campaign_name, run.campaign_hash, run.campaign_text, run.control,
                 run.stop_rule);
  statement.with(seed, started, date, host.zone_minutes, host.host_name);
  statement.with(host.os_name, host.os_version, host.os_build, host.kernel, host.model, host.chip);
  statement.with(host.cpu_count, host.memory_bytes, host.agx_version, host.boot_session, host.uptime_seconds);
  statement.bind(host.load_1min);
  TRY(statement.run());
  return connection.last_insert_id();
}

Result<void> insert_facts(Connection& connection, std::int64_t run_id, std::string_view source,
                          const std::vector<std::pair<std::string, std::string>>& facts) {
  TRY_ASSIGN(auto statement,
             connection.prepare("INSERT INTO run_fact (run_id, source, position, name, value) "
                                "VALUES (?, ?, ?, ?, ?)"));
  std::int64_t position = 0;
  for (const auto& [name, value] : facts) {
    TRY(statement.with(run_id, source, position++, name, value).run_and_reset());
  }
  return {};
}

Result<void> insert_cells(Connection& connection, std::int64_t run_id, const std::vector<Cell>& cells) {
  TRY_ASSIGN(auto cell_row,
             connection.prepare("INSERT INTO cell (run_id, cell_index, workload_index, workload, label) "
                                "VALUES (?, ?, ?, ?, ?)"));
  TRY_ASSIGN(
      auto parameter_row,
      connection.prepare("INSERT INTO cell_parameter (cell_id, position, name, label, value, type, is_unset) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    const std::string label = cell.text();
    cell_row.with(run_id, static_cast<std::int64_t>(i), static_cast<std::int64_t>(cell.workload_index),
                  cell.workload, label);
    TRY(cell_row.run_and_reset());
    const std::int64_t cell_id = connection.last_insert_id();
    std::int64_t position = 0;
    for (const auto& [name, value] : cell.parameters) {
      parameter_row.with(cell_id, position++, name, value.label, value.value, parameter_type_text(value.type),
                         value.unset);
      TRY(parameter_row.run_and_reset());
    }
  }
  return {};
}

Result<void> append_state(Connection& connection, std::int64_t run_id, RunState state,
                          std::string_view reason, WallTime at, std::optional<std::int64_t> planned_blocks) {
  // What is planned stays as it was unless said anew.
  const std::string at_text = format_utc_precise(at);
  TRY_ASSIGN(
      auto statement,
      connection.prepare("INSERT INTO run_state (run_id, step, at, state, reason, planned_blocks) SELECT ?1, "
                         "(SELECT ifnull(max(step) + 1, 0) FROM run_state WHERE run_id = ?1), ?2, ?3, ?4, "
                         "coalesce(?5, (SELECT planned_blocks FROM run_now WHERE run_id = ?1), 0)"));
  return statement.with(run_id, at_text, run_state_text(state), reason, planned_blocks).run();
}

Result<std::vector<std::pair<std::string, std::string>>> read_facts(Connection& connection,
                                                                    std::int64_t run_id,
                                                                    std::string_view source) {
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT name, value FROM run_fact WHERE run_id = ? AND source = ? ORDER BY position"));
  statement.with(run_id, source);
  std::vector<std::pair<std::string, std::string>> facts;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return facts;
    facts.emplace_back(statement.text(0), statement.text(1));
  }
}

Result<std::vector<Cell>> read_cells(Connection& connection, std::int64_t run_id) {
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT c.cell_index, c.workload_index, c.workload, p.name, p.label, p.value, p.type, "
                 "p.is_unset FROM cell c LEFT JOIN cell_parameter p ON p.cell_id = c.id "
                 "WHERE c.run_id = ? ORDER BY c.cell_index, p.position"));
  statement.bind(run_id);
  std::vector<Cell> cells;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return cells;
    const auto index = static_cast<std::size_t>(statement.integer(0));
    if (cells.size() <= index) cells.resize(index + 1);
    Cell& cell = cells[index];
    cell.workload_index = static_cast<std::size_t>(statement.integer(1));
    cell.workload = statement.text(2);
    if (statement.is_null(3)) continue;
    ParameterValue value;
    value.label = statement.text(4);
    value.value = statement.text(5);
    value.type = parse_parameter_type(statement.text_view(6)).value_or(ParameterType::text);
    value.unset = statement.boolean(7);
    cell.parameters.emplace_back(statement.text(3), std::move(value));
  }
}

constexpr std::string_view kSelectRun =
    "SELECT r.id, r.uuid, h.host_key, r.campaign_name, r.campaign_hash, r.campaign_text, r.control, "
    "r.seed_hex, "
    "r.started_at, r.zone_minutes, r.host_name, r.os_name, r.os_version, r.os_build, r.kernel, r.model, "
    "r.chip, "
    "r.cpu_count, r.memory_bytes, r.agx_version, r.boot_session, r.uptime_seconds, r.load_1min, n.state, "
    "n.reason, "
    "n.at, n.planned_blocks, r.stop_rule FROM run r JOIN host h ON h.id = r.host_id JOIN run_now n ON "
    "n.run_id = r.id ";

/// Everything of the row but facts and cells.
RunRecord read_run_row(const Statement& row) {
  RunRecord run;
  run.uuid = Uuid::parse(row.text_view(1)).value_or(Uuid{});
  run.host.host_key = row.text(2);
  run.campaign_name = row.text(3);
  run.campaign_hash = row.text(4);
  run.campaign_text = row.text(5);
  run.control = row.text(6);
  run.seed = std::strtoull(row.text(7).c_str(), nullptr, 16);
  run.started = parse_utc(row.text_view(8)).value_or(WallTime{});
  run.host.zone_minutes = static_cast<int>(row.integer(9));
  run.host.host_name = row.text(10);
  run.host.os_name = row.maybe_text(11);
  run.host.os_version = row.maybe_text(12);
  run.host.os_build = row.maybe_text(13);
  run.host.kernel = row.maybe_text(14);
  run.host.model = row.maybe_text(15);
  run.host.chip = row.maybe_text(16);
  run.host.cpu_count = row.maybe_integer(17);
  run.host.memory_bytes = row.maybe_integer(18);
  run.host.agx_version = row.maybe_text(19);
  run.host.boot_session = row.maybe_text(20);
  run.host.uptime_seconds = row.maybe_integer(21);
  run.host.load_1min = row.maybe_real(22);
  run.state = parse_run_state(row.text_view(23)).value_or(RunState::interrupted);
  run.state_reason = row.text(24);
  if (run.state != RunState::running) run.ended = parse_utc(row.text_view(25));
  run.planned_blocks = row.integer(26);
  run.stop_rule = row.text(27);
  return run;
}

Result<std::vector<RunRecord>> read_runs(Connection& connection, Statement& statement) {
  std::vector<RunRecord> runs;
  std::vector<std::int64_t> ids;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    ids.push_back(statement.integer(0));
    runs.push_back(read_run_row(statement));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    TRY_ASSIGN(runs[i].facts, read_facts(connection, ids[i], "campaign"));
    TRY_ASSIGN(runs[i].host.more, read_facts(connection, ids[i], "host"));
    TRY_ASSIGN(runs[i].cells, read_cells(connection, ids[i]));
  }
  return runs;
}

}  // namespace

Result<std::int64_t> run_id_of(Connection& connection, const Uuid& run) {
  TRY_ASSIGN(auto statement, connection.prepare("SELECT id FROM run WHERE uuid = ?"));
  const std::string uuid = run.text();
  statement.bind(uuid);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return fail(ErrorKind::invalid_argument, fmt::format("no run {} in the store", uuid));
  return statement.integer(0);
}

Result<void> Store::begin_run(const RunRecord& run) {
  Connection& connection = parts_->connection;
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  if (run_id_of(connection, run.uuid)) {
    return fail(ErrorKind::invalid_argument, fmt::format("run {} is in the store already", run.uuid.text()));
  }
  TRY_ASSIGN(const std::int64_t run_id, insert_run(connection, run));
  TRY(insert_facts(connection, run_id, "campaign", run.facts));
  TRY(insert_facts(connection, run_id, "host", run.host.more));
  TRY(insert_cells(connection, run_id, run.cells));
  TRY(append_state(connection, run_id, RunState::running, {}, run.started, run.planned_blocks));
  if (run.state != RunState::running) {
    TRY(append_state(connection, run_id, run.state, run.state_reason, run.ended.value_or(run.started),
                     std::nullopt));
  }
  return scope.commit();
}

Result<void> Store::resume_run(const Uuid& run, WallTime at, std::int64_t planned_blocks) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY(append_state(parts_->connection, run_id, RunState::running, {}, at, planned_blocks));
  return scope.commit();
}

Result<void> Store::end_run(const Uuid& run, RunState state, std::string_view reason, WallTime at) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY(append_state(parts_->connection, run_id, state, reason, at, std::nullopt));
  return scope.commit();
}

Result<std::vector<RunRecord>> Store::find_runs(const RunSelection& selection) {
  const std::string sql =
      std::string(kSelectRun) +
      "WHERE (?1 IS NULL OR r.campaign_hash = ?1) AND (?2 IS NULL OR r.campaign_name = ?2) AND "
      "(?3 IS NULL OR h.host_key = ?3) AND (?4 = 0 OR n.state IN ('running', 'interrupted')) "
      "ORDER BY r.started_at DESC, r.uuid DESC LIMIT ?5";
  TRY_ASSIGN(auto statement, parts_->connection.prepare(sql));
  const std::int64_t limit =
      selection.limit > 1'000'000'000 ? -1 : static_cast<std::int64_t>(selection.limit);
  statement.with(selection.campaign_hash, selection.campaign_name, selection.host_key,
                 selection.only_unfinished, limit);
  return read_runs(parts_->connection, statement);
}

Result<RunRecord> Store::run(std::string_view text) {
  if (text == "last") {
    RunSelection newest;
    newest.limit = 1;
    TRY_ASSIGN(auto runs, find_runs(newest));
    if (runs.empty())
      return fail(ErrorKind::invalid_argument, fmt::format("{} holds no run yet", path().string()));
    return std::move(runs.front());
  }
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare(std::string(kSelectRun) +
                                        "WHERE ?1 != '' AND substr(r.uuid, 1, length(?1)) = lower(?1) "
                                        "ORDER BY r.uuid LIMIT 2"));
  statement.bind(text);
  TRY_ASSIGN(auto runs, read_runs(parts_->connection, statement));
  if (runs.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("no run {} in {}; `faultline list runs` shows what is there", text, path().string()));
  }
  if (runs.size() > 1) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} is the beginning of several runs; give more digits", text));
  }
  return std::move(runs.front());
}

}  // namespace faultline
