// Store::merge_from: a union of two stores.
//
// The other file is attached read-only as `other`. Every step only adds rows that are keyed by
// content, incident or UUID, and is a transaction of its own; so the order of merges does not matter,
// and one that was cut short is simply repeated. Local integer ids are mapped by those keys.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "db/store/store_impl.h"

namespace faultline {
namespace {

constexpr std::int64_t kRowsPerTransaction = 2'000;
constexpr std::int64_t kReportsPerTransaction = 50;

/// Local id of a row of the other store, by content.
std::string text_id(std::string_view column) {
  return fmt::format(
      "(SELECT m.id FROM other.text q JOIN main.text m ON m.value = q.value WHERE q.id = o.{})", column);
}
std::string attribute_id(std::string_view column) {
  return fmt::format(
      "(SELECT m.id FROM other.attribute q JOIN main.attribute m ON m.name = q.name AND m.value = q.value "
      "WHERE q.id = o.{})",
      column);
}
std::string keyed_id(std::string_view table, std::string_view column) {
  return fmt::format("(SELECT m.id FROM other.{0} q JOIN main.{0} m ON m.key = q.key WHERE q.id = o.{1})",
                     table, column);
}

/// Which rows of the other store one run needs: the ids of each table, and what they come from. Each query
/// may name the tables before it.
struct ChosenRows {
  std::string_view table;
  std::string_view sql;
};
constexpr std::array<ChosenRows, 9> kRowsOfRun{{
    {"run", "SELECT id FROM other.run WHERE uuid = ?"},
    {"report", "SELECT report_id FROM other.attribution WHERE run_id IN (SELECT id FROM temp.chosen_run)"},
    {"raw", "SELECT raw_id FROM other.raw_form WHERE report_id IN (SELECT id FROM temp.chosen_report)"},
    {"site",
     "SELECT site_id FROM other.report WHERE id IN (SELECT id FROM temp.chosen_report) UNION "
     "SELECT o.site_id FROM other.trial t JOIN other.output_site o ON o.trial_id = t.id "
     "WHERE t.run_id IN (SELECT id FROM temp.chosen_run)"},
    {"image_set",
     "SELECT image_set_id FROM other.report_analysis WHERE report_id IN (SELECT id FROM temp.chosen_report)"},
    {"stack",
     "SELECT crashed_stack_id FROM other.report_analysis WHERE report_id IN (SELECT id FROM "
     "temp.chosen_report) UNION SELECT stack_id FROM other.report_thread WHERE report_id IN (SELECT id FROM "
     "temp.chosen_report)"},
    {"image",
     "SELECT image_id FROM other.image_set_member WHERE image_set_id IN (SELECT id FROM "
     "temp.chosen_image_set) UNION SELECT image_id FROM other.stack_frame WHERE stack_id IN (SELECT id FROM "
     "temp.chosen_stack)"},
    {"text",
     "SELECT symbol_id FROM other.stack_frame WHERE stack_id IN (SELECT id FROM temp.chosen_stack) "
     "UNION SELECT v.value FROM other.report_analysis a, json_each(json_array(a.cpu_type_id, a.signal_id, "
     "a.instruction_id, a.fault_rule_id, a.site_rule_id, a.site_notes_id)) v WHERE a.report_id IN (SELECT id "
     "FROM temp.chosen_report) "
     "UNION SELECT v.value FROM other.report_thread a, json_each(json_array(a.name_id, a.queue_id)) v "
     "WHERE a.report_id IN (SELECT id FROM temp.chosen_report) "
     "UNION SELECT function_id FROM other.report_partner WHERE report_id IN (SELECT id FROM "
     "temp.chosen_report) "
     "UNION SELECT v.value FROM other.trial a, json_each(json_array(a.rule_id, a.boot_session_id, "
     "a.argv_id)) v WHERE a.run_id IN (SELECT id FROM temp.chosen_run)"},
    {"attribute",
     "SELECT v.value FROM other.report a, json_each(json_array(a.process_id, a.os_version_id, a.os_build_id, "
     "a.model_id, a.exception_id)) v WHERE a.id IN (SELECT id FROM temp.chosen_report) "
     "UNION SELECT phase_id FROM other.trial WHERE run_id IN (SELECT id FROM temp.chosen_run) "
     "UNION SELECT m.name_id FROM other.trial t JOIN other.trial_metric m ON m.trial_id = t.id "
     "WHERE t.run_id IN (SELECT id FROM temp.chosen_run)"},
}};

class Merge {
 public:
  /// `only`: of the other store nothing but this run; null: all of it.
  Merge(StoreImpl& parts, const Uuid* only) : parts_(parts), connection_(parts.connection), only_(only) {}

  Result<MergeSummary> run() {
    if (only_ != nullptr) TRY(choose_rows());
    TRY(connection_.execute(
        "CREATE TEMP TABLE IF NOT EXISTS merged_report (id INTEGER PRIMARY KEY, other_id INTEGER)"));
    TRY(merge_vocabularies());
    TRY(merge_stacks());
    TRY(merge_sites());
    TRY(merge_runs());
    TRY(merge_raws(true));
    TRY(merge_raws(false));
    TRY(merge_reports());
    TRY(merge_words());
    return summary_;
  }

 private:
  Result<void> choose_rows() {
    const std::string uuid = only_->text();
    for (const auto& [table, sql] : kRowsOfRun) {
      TRY(connection_.execute(
          fmt::format("CREATE TEMP TABLE IF NOT EXISTS chosen_{} (id INTEGER PRIMARY KEY)", table)));
      TRY(connection_.execute(fmt::format("DELETE FROM temp.chosen_{}", table)));
      TRY_ASSIGN(auto statement,
                 connection_.prepare(fmt::format("INSERT INTO temp.chosen_{} SELECT * FROM ({}) WHERE 1 "
                                                 "EXCEPT SELECT NULL",
                                                 table, sql)));
      if (table == "run") statement.with(uuid);
      TRY(statement.run());
    }
    return {};
  }

  /// What narrows a query to the rows that are wanted: `column` has ids of the other store's `table`.
  [[nodiscard]] std::string chosen(std::string_view table, std::string_view column) const {
    if (only_ == nullptr) return {};
    return fmt::format(" AND {} IN (SELECT id FROM temp.chosen_{})", column, table);
  }

  /// Runs each text once per range of `table`'s ids, `?1 <= id < ?2`. Gives the rows that were added
  /// by the first text.
  Result<std::int64_t> in_ranges(std::string_view table, const std::vector<std::string>& texts) {
    TRY_ASSIGN(const std::int64_t last,
               connection_.integer_of(fmt::format("SELECT ifnull(max(id), 0) FROM other.{}", table)));
    std::int64_t added = 0;
    for (std::int64_t from = 0; from <= last; from += kRowsPerTransaction) {
      TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
      for (std::size_t i = 0; i < texts.size(); ++i) {
        TRY_ASSIGN(auto statement, connection_.prepare(texts[i]));
        TRY(statement.with(from, from + kRowsPerTransaction).run());
        if (i == 0) added += connection_.changes();
      }
      TRY(scope.commit());
    }
    return added;
  }

  Result<void> merge_vocabularies() {
    TRY(in_ranges(
        "text",
        {"INSERT OR IGNORE INTO main.text (value) SELECT value FROM other.text WHERE id >= ? AND id < ?" +
         chosen("text", "id")}));
    TRY(in_ranges("attribute", {"INSERT OR IGNORE INTO main.attribute (name, value) SELECT name, value FROM "
                                "other.attribute WHERE id >= ? AND id < ?" +
                                chosen("attribute", "id")}));
    TRY(in_ranges(
        "image",
        {"INSERT OR IGNORE INTO main.image (key, uuid, build_id, name, path, arch, source, size_hex, "
         "bundle_id, bundle_short_version, bundle_version) SELECT key, uuid, build_id, name, path, arch, "
         "source, size_hex, bundle_id, bundle_short_version, bundle_version FROM other.image "
         "WHERE id >= ? AND id < ?" +
         chosen("image", "id")}));
    return {};
  }

  Result<void> merge_stacks() {
    TRY(in_ranges(
        "image_set",
        {"INSERT OR IGNORE INTO main.image_set (key, image_count) SELECT key, image_count FROM "
         "other.image_set "
         "WHERE id >= ? AND id < ?" +
             chosen("image_set", "id"),
         fmt::format("INSERT OR IGNORE INTO main.image_set_member (image_set_id, position, image_id) SELECT "
                     "{}, o.position, "
                     "{} FROM other.image_set_member o WHERE o.image_set_id >= ? AND o.image_set_id < ?{}",
                     keyed_id("image_set", "image_set_id"), keyed_id("image", "image_id"),
                     chosen("image_set", "o.image_set_id"))}));
    TRY(in_ranges(
        "stack",
        {"INSERT OR IGNORE INTO main.stack (key, frame_count) SELECT key, frame_count FROM other.stack "
         "WHERE id >= ? AND id < ?" +
             chosen("stack", "id"),
         fmt::format("INSERT OR IGNORE INTO main.stack_frame (stack_id, position, image_id, "
                     "image_offset_hex, symbol_id, "
                     "symbol_offset_hex, is_inlined) SELECT {}, o.position, {}, o.image_offset_hex, {}, "
                     "o.symbol_offset_hex, o.is_inlined FROM other.stack_frame o WHERE o.stack_id >= ? AND "
                     "o.stack_id < ?{}",
                     keyed_id("stack", "stack_id"), keyed_id("image", "image_id"), text_id("symbol_id"),
                     chosen("stack", "o.stack_id"))}));
    return {};
  }

  Result<void> merge_sites() {
    // The newest rules hold, and of equal ones the longer list of labels.
    TRY(in_ranges(
        "site",
        {"INSERT INTO main.site (key, text, family, family_text, image, function, code_offset_hex, "
         "fault_kind, "
         "fault_offset_hex, access, rules_version, rule_labels_json) SELECT key, text, family, family_text, "
         "image, "
         "function, code_offset_hex, fault_kind, fault_offset_hex, access, rules_version, rule_labels_json "
         "FROM other.site WHERE id >= ? AND id < ?" +
         chosen("site", "id") +
         " ON CONFLICT (key) DO UPDATE SET family = excluded.family, "
         "family_text = excluded.family_text, rules_version = excluded.rules_version, "
         "rule_labels_json = excluded.rule_labels_json WHERE (excluded.rules_version, "
         "length(excluded.rule_labels_json), excluded.rule_labels_json) > (rules_version, "
         "length(rule_labels_json), rule_labels_json)"}));
    return {};
  }

  Result<void> execute_for(std::string_view sql, std::int64_t id) {
    TRY_ASSIGN(auto statement, connection_.prepare(sql));
    return statement.with(id).run();
  }

  Result<void> merge_runs() {
    TRY_ASSIGN(auto others, ids("SELECT id FROM other.run WHERE 1" + chosen("run", "id") + " ORDER BY uuid"));
    for (const std::int64_t other_run : others) {
      TRY(merge_run(other_run));
      TRY(merge_trials(other_run));
    }
    return {};
  }

  Result<void> merge_run(std::int64_t other_run) {
    TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
    TRY(execute_for(
        "INSERT OR IGNORE INTO main.host (host_key) SELECT h.host_key FROM other.run o JOIN other.host h "
        "ON h.id = o.host_id WHERE o.id = ?",
        other_run));
    TRY(execute_for(
        "INSERT OR IGNORE INTO main.run (uuid, host_id, campaign_name, campaign_hash, campaign_text, "
        "control, stop_rule, "
        "seed_hex, started_at, started_date, zone_minutes, host_name, os_name, os_version, os_build, kernel, "
        "model, chip, cpu_count, memory_bytes, agx_version, boot_session, uptime_seconds, load_1min) SELECT "
        "o.uuid, m.id, o.campaign_name, o.campaign_hash, o.campaign_text, o.control, o.stop_rule, "
        "o.seed_hex, "
        "o.started_at, "
        "o.started_date, o.zone_minutes, o.host_name, o.os_name, o.os_version, o.os_build, o.kernel, "
        "o.model, "
        "o.chip, o.cpu_count, o.memory_bytes, o.agx_version, o.boot_session, o.uptime_seconds, o.load_1min "
        "FROM other.run o JOIN other.host h ON h.id = o.host_id JOIN main.host m ON m.host_key = h.host_key "
        "WHERE o.id = ?",
        other_run));
    summary_.runs += connection_.changes();
    constexpr std::string_view kRun =
        "JOIN other.run o ON o.id = x.run_id JOIN main.run r ON r.uuid = o.uuid WHERE o.id = ?";
    TRY(execute_for(
        fmt::format(
            "INSERT OR IGNORE INTO main.run_fact (run_id, source, position, name, value) SELECT r.id, "
            "x.source, x.position, x.name, x.value FROM other.run_fact x {}",
            kRun),
        other_run));
    TRY(execute_for(
        fmt::format(
            "INSERT OR IGNORE INTO main.run_state (run_id, step, at, state, reason, planned_blocks) "
            "SELECT r.id, x.step, x.at, x.state, x.reason, x.planned_blocks FROM other.run_state x {}",
            kRun),
        other_run));
    TRY(execute_for(
        fmt::format("INSERT OR IGNORE INTO main.cell (run_id, cell_index, workload_index, workload, label) "
                    "SELECT r.id, x.cell_index, x.workload_index, x.workload, x.label FROM other.cell x {} "
                    "ORDER BY x.cell_index",
                    kRun),
        other_run));
    TRY(execute_for(
        "INSERT OR IGNORE INTO main.cell_parameter (cell_id, position, name, label, value, type, is_unset) "
        "SELECT c.id, p.position, p.name, p.label, p.value, p.type, p.is_unset FROM other.cell x JOIN "
        "other.run "
        "o ON o.id = x.run_id JOIN main.run r ON r.uuid = o.uuid JOIN main.cell c ON c.run_id = r.id AND "
        "c.cell_index = x.cell_index JOIN other.cell_parameter p ON p.cell_id = x.id WHERE o.id = ?",
        other_run));
    return scope.commit();
  }

  Result<void> merge_trials(std::int64_t other_run) {
    // Only trials that are not here: an ignored insert would not be told from a counted one.
    const std::string insert = fmt::format(
        "INSERT INTO main.trial (run_id, trial_index, block_index, cell_id, outcome, contaminated, "
        "uncaptured, warm_up, "
        "phase_id, started_at, duration_ns, rule_id, notes_json, uncaptured_reason, pid, start_ticks_hex, "
        "boot_session_id, "
        "exit_code, term_signal, term_signal_name, timed_out, user_cpu_ms, system_cpu_ms, peak_memory_bytes, "
        "load_1min, reports_pending, unkillable_count, argv_id, "
        "output_head, stderr_tail) SELECT r.id, o.trial_index, o.block_index, c.id, o.outcome, "
        "o.contaminated, o.uncaptured, "
        "o.warm_up, {}, o.started_at, o.duration_ns, {}, o.notes_json, o.uncaptured_reason, o.pid, "
        "o.start_ticks_hex, {}, "
        "o.exit_code, o.term_signal, o.term_signal_name, o.timed_out, o.user_cpu_ms, o.system_cpu_ms, "
        "o.peak_memory_bytes, o.load_1min, o.reports_pending, o.unkillable_count, "
        "{}, o.output_head, o.stderr_tail FROM other.trial o JOIN other.run y ON y.id = o.run_id JOIN "
        "main.run r ON r.uuid = "
        "y.uuid JOIN other.cell x ON x.id = o.cell_id JOIN main.cell c ON c.run_id = r.id AND c.cell_index = "
        "x.cell_index "
        "WHERE o.run_id = ?1 AND o.trial_index >= ?2 AND o.trial_index < ?3 AND NOT EXISTS (SELECT 1 FROM "
        "main.trial k WHERE "
        "k.run_id = r.id AND k.trial_index = o.trial_index) ORDER BY o.trial_index",
        attribute_id("phase_id"), text_id("rule_id"), text_id("boot_session_id"), text_id("argv_id"));
    constexpr std::string_view kTrial =
        "JOIN other.run y ON y.id = u.run_id JOIN main.run r ON r.uuid = y.uuid JOIN main.trial t ON "
        "t.run_id = r.id AND "
        "t.trial_index = u.trial_index WHERE u.run_id = ?1 AND u.trial_index >= ?2 AND u.trial_index < ?3";
    const std::string metrics = fmt::format(
        "INSERT OR IGNORE INTO main.trial_metric (trial_id, position, name_id, value) SELECT t.id, "
        "o.position, {}, o.value "
        "FROM other.trial u JOIN other.trial_metric o ON o.trial_id = u.id {}",
        attribute_id("name_id"), kTrial);
    const std::string verdicts = fmt::format(
        "INSERT OR IGNORE INTO main.trial_verdict (trial_id, is_recorded, at, outcome, rule, notes_json, "
        "uncaptured, "
        "uncaptured_reason, contaminated) SELECT t.id, o.is_recorded, o.at, o.outcome, o.rule, o.notes_json, "
        "o.uncaptured, "
        "o.uncaptured_reason, o.contaminated FROM other.trial u JOIN other.trial_verdict o ON o.trial_id = "
        "u.id {}",
        kTrial);
    // Of two derivations that by the newer rules holds, and of equal rules the greater key.
    const std::string output_sites = fmt::format(
        "INSERT INTO main.output_site (trial_id, site_id, rule, notes_json, rules_version) SELECT t.id, "
        "m.id, "
        "o.rule, o.notes_json, o.rules_version FROM other.trial u JOIN other.output_site o ON o.trial_id = "
        "u.id "
        "JOIN other.site s ON s.id = o.site_id JOIN main.site m ON m.key = s.key {} ON CONFLICT (trial_id) "
        "DO "
        "UPDATE SET site_id = excluded.site_id, rule = excluded.rule, notes_json = excluded.notes_json, "
        "rules_version = excluded.rules_version WHERE (excluded.rules_version, (SELECT key FROM main.site "
        "WHERE "
        "id = excluded.site_id)) > (rules_version, (SELECT key FROM main.site x WHERE x.id = "
        "output_site.site_id))",
        kTrial);
    const std::string amended = fmt::format(
        "SELECT DISTINCT t.id FROM other.trial u JOIN other.trial_verdict o ON o.trial_id = u.id {}", kTrial);
    TRY_ASSIGN(const std::int64_t end,
               connection_.integer_of(fmt::format(
                   "SELECT ifnull(max(trial_index), -1) + 1 FROM other.trial WHERE run_id = {}", other_run)));
    for (std::int64_t from = 0; from < end; from += kRowsPerTransaction) {
      const std::int64_t to = from + kRowsPerTransaction;
      TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
      for (const std::string* sql : {&insert, &metrics, &verdicts, &output_sites}) {
        TRY_ASSIGN(auto statement, connection_.prepare(*sql));
        TRY(statement.with(other_run, from, to).run());
        if (sql == &insert) summary_.trials += connection_.changes();
      }
      TRY_ASSIGN(auto statement, connection_.prepare(amended));
      statement.with(other_run, from, to);
      TRY_ASSIGN(const auto trials, ids(statement));
      for (const std::int64_t trial : trials) TRY(refresh_trial(connection_, trial));
      TRY(scope.commit());
    }
    return {};
  }

  Result<std::vector<std::int64_t>> ids(std::string_view sql) {
    TRY_ASSIGN(auto statement, connection_.prepare(sql));
    return ids(statement);
  }
  static Result<std::vector<std::int64_t>> ids(Statement& statement) {
    std::vector<std::int64_t> found;
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) return found;
      found.push_back(statement.integer(0));
    }
  }

  /// Whole ones first: they are the prefixes of the others.
  Result<void> merge_raws(bool whole) {
    TRY_ASSIGN(const auto missing,
               ids(fmt::format("SELECT o.id FROM other.raw o WHERE o.prefix_raw_id IS {} NULL AND NOT EXISTS "
                               "(SELECT 1 FROM main.raw m WHERE m.hash = o.hash){} ORDER BY o.hash",
                               whole ? "" : "NOT", chosen("raw", "o.id"))));
    for (std::size_t from = 0; from < missing.size(); from += kReportsPerTransaction) {
      const std::size_t to =
          std::min(missing.size(), from + static_cast<std::size_t>(kReportsPerTransaction));
      TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
      for (std::size_t i = from; i < to; ++i) {
        TRY(execute_for(
            "INSERT OR IGNORE INTO main.raw (hash, size_bytes, shape, prefix_raw_id, body) SELECT o.hash, "
            "o.size_bytes, o.shape, NULL, o.body FROM other.raw o WHERE o.id = ? AND o.prefix_raw_id IS NULL",
            missing[i]));
        // The frame stays as it is where its prefix is whole here, too.
        TRY(execute_for(
            "INSERT OR IGNORE INTO main.raw (hash, size_bytes, shape, prefix_raw_id, body) SELECT o.hash, "
            "o.size_bytes, o.shape, m.id, o.body FROM other.raw o JOIN other.raw p ON p.id = o.prefix_raw_id "
            "JOIN main.raw m ON m.hash = p.hash WHERE o.id = ? AND m.prefix_raw_id IS NULL",
            missing[i]));
        if (connection_.changes() == 0 && !whole) TRY(compress_anew(missing[i]));
      }
      TRY(scope.commit());
    }
    return {};
  }

  Result<void> compress_anew(std::int64_t other_raw) {
    std::string hash;
    std::string shape;
    std::string bytes;
    {
      TRY_ASSIGN(auto statement,
                 connection_.prepare(
                     "SELECT o.hash, o.shape, o.size_bytes, o.body, p.size_bytes, p.body FROM other.raw o "
                     "JOIN other.raw p ON p.id = o.prefix_raw_id WHERE o.id = ?"));
      statement.bind(other_raw);
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) return fail(ErrorKind::database, "a raw report of the other store has lost its prefix");
      hash = statement.text(0);
      shape = statement.text(1);
      TRY_ASSIGN(const auto prefix, decompress_raw(statement.blob_view(5), {},
                                                   static_cast<std::uint64_t>(statement.integer(4))));
      TRY_ASSIGN(bytes, decompress_raw(statement.blob_view(3), prefix,
                                       static_cast<std::uint64_t>(statement.integer(2))));
    }
    TRY_ASSIGN(const auto prepared, parts_.raw.prepare(bytes, hash, shape));
    TRY(parts_.raw.insert(prepared));
    return {};
  }

  Result<void> merge_reports() {
    TRY_ASSIGN(const std::int64_t last,
               connection_.integer_of("SELECT ifnull(max(id), 0) FROM other.report"));
    for (std::int64_t from = 0; from <= last; from += kReportsPerTransaction) {
      TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
      TRY(merge_report_facts(from, from + kReportsPerTransaction));
      TRY(merge_derived_rows(from, from + kReportsPerTransaction));
      TRY(scope.commit());
    }
    return {};
  }

  Result<void> merge_report_facts(std::int64_t from, std::int64_t to) {
    const auto run = [&](std::string_view sql, std::string_view report) -> Result<std::int64_t> {
      TRY_ASSIGN(auto statement, connection_.prepare(fmt::format(
                                     "{} WHERE {} >= ? AND {} < ?{}{}", sql, report, report,
                                     chosen("report", report), report == "id" ? " ORDER BY incident" : "")));
      TRY(statement.with(from, to).run());
      return connection_.changes();
    };
    TRY_ASSIGN(const std::int64_t reports,
               run("INSERT OR IGNORE INTO main.report (incident, origin, kind, rules_version) SELECT "
                   "incident, origin, "
                   "'other', '' FROM other.report",
                   "id"));
    TRY_ASSIGN(
        const std::int64_t forms,
        run("INSERT OR IGNORE INTO main.raw_form (report_id, raw_id, form) SELECT r.id, m.id, f.form FROM "
            "other.raw_form f JOIN other.report o ON o.id = f.report_id JOIN main.report r ON r.incident = "
            "o.incident "
            "JOIN other.raw q ON q.id = f.raw_id JOIN main.raw m ON m.hash = q.hash",
            "f.report_id"));
    TRY(run(
        "INSERT OR IGNORE INTO main.sighting (raw_id, origin, source_path, seen_at) SELECT m.id, s.origin, "
        "s.source_path, s.seen_at FROM other.raw_form f JOIN other.sighting s ON s.raw_id = f.raw_id JOIN "
        "other.raw q "
        "ON q.id = f.raw_id JOIN main.raw m ON m.hash = q.hash",
        "f.report_id"));
    TRY(
        run("INSERT OR IGNORE INTO main.attribution (report_id, run_id, trial_index, at, grounds, late, "
            "latency_ms) "
            "SELECT r.id, mr.id, "
            "a.trial_index, a.at, a.grounds, a.late, a.latency_ms FROM other.attribution a JOIN other.report "
            "o ON o.id = "
            "a.report_id "
            "JOIN main.report r ON r.incident = o.incident JOIN other.run y ON y.id = a.run_id JOIN main.run "
            "mr ON mr.uuid = "
            "y.uuid",
            "a.report_id"));
    summary_.reports += reports;
    summary_.raw_forms += forms;
    return {};
  }

  Result<void> merge_derived_rows(std::int64_t from, std::int64_t to) {
    struct Pair {
      std::int64_t id;
      std::int64_t other_id;
    };
    std::vector<Pair> pairs;
    {
      TRY_ASSIGN(auto statement,
                 connection_.prepare("SELECT r.id, o.id FROM other.report o JOIN main.report r ON "
                                     "r.incident = o.incident WHERE o.id >= ? AND o.id < ?" +
                                     chosen("report", "o.id")));
      statement.with(from, to);
      while (true) {
        TRY_ASSIGN(const bool row, statement.step());
        if (!row) break;
        pairs.push_back({statement.integer(0), statement.integer(1)});
      }
    }
    TRY(connection_.execute("DELETE FROM merged_report"));
    for (const Pair& pair : pairs) {
      TRY_ASSIGN(const bool better, other_speaks(pair.id, pair.other_id));
      if (!better) continue;
      TRY_ASSIGN(auto insert, connection_.prepare("INSERT INTO merged_report (id, other_id) VALUES (?, ?)"));
      TRY(insert.with(pair.id, pair.other_id).run());
    }
    TRY(copy_derived_rows());
    for (const Pair& pair : pairs) TRY(refresh_report(connection_, pair.id));
    return {};
  }

  /// True where the other store's analysis is of the form that speaks now, and ours is of another
  /// form or by older rules.
  Result<bool> other_speaks(std::int64_t id, std::int64_t other_id) {
    TRY_ASSIGN(const auto speaker, speaking_raw(connection_, id));
    TRY_ASSIGN(auto statement,
               connection_.prepare(
                   "SELECT q.hash = s.hash AND (r.raw_id IS NOT s.id OR o.rules_version > r.rules_version) "
                   "FROM main.report r, other.report o JOIN other.raw q ON q.id = o.raw_id, main.raw s "
                   "WHERE r.id = ? AND o.id = ? AND s.id = ?"));
    statement.with(id, other_id, speaker);
    TRY_ASSIGN(const bool found, statement.step());
    return found && statement.boolean(0);
  }

  Result<void> copy_derived_rows() {
    for (const std::string_view table :
         {"report_analysis", "report_thread", "report_partner", "report_issue"}) {
      TRY(connection_.execute(
          fmt::format("DELETE FROM main.{} WHERE report_id IN (SELECT id FROM merged_report)", table)));
    }
    TRY(connection_.execute(
        fmt::format("UPDATE main.report SET (raw_id, kind, happened_at, site_id, process_id, pid, "
                    "os_version_id, os_build_id, model_id, "
                    "exception_id, rules_version, analysis_hash) = (SELECT (SELECT m.id FROM other.raw q "
                    "JOIN main.raw m ON "
                    "m.hash = q.hash WHERE q.id "
                    "= o.raw_id), o.kind, o.happened_at, {}, {}, o.pid, {}, {}, {}, {}, o.rules_version, "
                    "o.analysis_hash FROM "
                    "merged_report g JOIN "
                    "other.report o ON o.id = g.other_id WHERE g.id = report.id) WHERE id IN (SELECT id FROM "
                    "merged_report)",
                    keyed_id("site", "site_id"), attribute_id("process_id"), attribute_id("os_version_id"),
                    attribute_id("os_build_id"), attribute_id("model_id"), attribute_id("exception_id"))));
    TRY(connection_.execute(fmt::format(
        "INSERT INTO main.report_analysis SELECT g.id, {}, o.translated, {}, o.codes_json, o.subtype, "
        "o.termination_namespace, o.termination_code_hex, o.termination_indicator, o.fault_kind, "
        "o.fault_address_hex, "
        "o.fault_access, o.fault_size_bytes, {}, o.base_register, o.base_value_hex, o.fault_offset_hex, "
        "o.agrees, o.sentence, "
        "o.evidence_json, {}, o.site_thread_index, o.site_frame_index, {}, {}, o.crashed_thread_index, {}, "
        "o.registers_json, "
        "{}, o.issue_count FROM merged_report g JOIN other.report_analysis o ON o.report_id = g.other_id",
        text_id("cpu_type_id"), text_id("signal_id"), text_id("instruction_id"), text_id("fault_rule_id"),
        text_id("site_rule_id"), text_id("site_notes_id"), keyed_id("stack", "crashed_stack_id"),
        keyed_id("image_set", "image_set_id"))));
    TRY(connection_.execute(fmt::format(
        "INSERT INTO main.report_thread (report_id, thread_index, stack_id, name_id, queue_id) SELECT g.id, "
        "o.thread_index, {}, {}, {} FROM merged_report g JOIN other.report_thread o ON o.report_id = "
        "g.other_id",
        keyed_id("stack", "stack_id"), text_id("name_id"), text_id("queue_id"))));
    TRY(connection_.execute(
        fmt::format("INSERT INTO main.report_partner (report_id, function_id) SELECT g.id, {} FROM "
                    "merged_report g JOIN other.report_partner o ON o.report_id = g.other_id",
                    text_id("function_id"))));
    return connection_.execute(
        "INSERT INTO main.report_issue (report_id, position, at, message) SELECT g.id, o.position, o.at, "
        "o.message FROM "
        "merged_report g JOIN other.report_issue o ON o.report_id = g.other_id");
  }

  Result<void> merge_words() {
    TRY_ASSIGN(auto scope, WriteScope::begin(parts_));
    TRY(connection_.execute(
        "INSERT OR IGNORE INTO main.label (target, word, at, is_removed) SELECT target, word, at, "
        "is_removed FROM other.label" +
        std::string(
            only_ == nullptr
                ? ""
                : " WHERE target IN (SELECT key FROM main.site UNION SELECT family FROM main.site)")));
    summary_.labels = connection_.changes();
    if (only_ != nullptr) return scope.commit();
    TRY(connection_.execute(
        "INSERT OR IGNORE INTO main.imported_count (source, workload, parameters_json, trials, crashed) "
        "SELECT source, workload, parameters_json, trials, crashed FROM other.imported_count"));
    return scope.commit();
  }

  StoreImpl& parts_;
  Connection& connection_;
  const Uuid* only_;  // Null: all that the other store has.
  MergeSummary summary_;
};

/// Damage shall not spread: what is taken in has to be whole, or be here already.
Result<void> refuse_damage(StoreImpl& parts, Store& other, const std::filesystem::path& path,
                           const Uuid* only) {
  RawReports raws(other.connection());
  std::string sql = "SELECT id, hash FROM raw";
  if (only != nullptr) {
    sql +=
        " WHERE id IN (SELECT f.raw_id FROM run r JOIN attribution a ON a.run_id = r.id JOIN raw_form f ON "
        "f.report_id = a.report_id WHERE r.uuid = ?)";
  }
  TRY_ASSIGN(auto rows, other.connection().prepare(sql));
  const std::string uuid = only == nullptr ? std::string() : only->text();
  if (only != nullptr) rows.with(uuid);
  while (true) {
    TRY_ASSIGN(const bool found, rows.step());
    if (!found) return {};
    const auto loaded = raws.load_checked(rows.integer(0));
    if (loaded && !loaded->from_copy) continue;
    TRY_ASSIGN(const auto known, parts.raw.find(rows.text_view(1)));
    if (known) continue;
    return fail(
        ErrorKind::database,
        fmt::format("{} is damaged (raw report {}), so nothing was merged; merge what `faultline db repair "
                    "OUT` saves of it",
                    path.string(), rows.text_view(1)));
  }
}

/// `only`: nothing but this run of it; null: all.
Result<MergeSummary> merge_into(StoreImpl& parts, const std::filesystem::path& other, const Uuid* only) {
  std::error_code ignored;
  if (std::filesystem::equivalent(parts.path, other, ignored)) {
    return fail(ErrorKind::invalid_argument, fmt::format("{} cannot be merged into itself", other.string()));
  }
  {
    // Its errors name the remedy, and a store of a newer version is refused before anything is read.
    auto looked_at = Store::open(other, OpenMode::read_only);
    if (!looked_at) return fail(std::move(looked_at.error()));
    TRY(refuse_damage(parts, *looked_at, other, only));
  }
  TRY(attach_read_only(parts.connection, other));
  Result<MergeSummary> summary = Merge(parts, only).run();
  const auto detached = parts.connection.execute("DETACH other");
  if (!summary) {
    summary.error().add_context("while merging " + other.string());
    return summary;
  }
  TRY(detached);
  return summary;
}

}  // namespace

Result<MergeSummary> Store::merge_from(const std::filesystem::path& other) {
  return merge_into(*parts_, other, nullptr);
}

Result<MergeSummary> Store::merge_run_from(const std::filesystem::path& other, const Uuid& run) {
  return merge_into(*parts_, other, &run);
}

}  // namespace faultline
