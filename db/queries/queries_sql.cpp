// Free SQL that only reads, and the saved queries.

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "db/filter/filter_sql.h"
#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {
namespace {

/// Allows reading, and nothing else.
int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: {
      // Those that describe or check tables; with a value to set, others would change the connection.
      constexpr std::array<std::string_view, 9> kReading{
          "table_info",       "table_xinfo", "table_list",      "index_list",       "index_info",
          "foreign_key_list", "quick_check", "integrity_check", "foreign_key_check"};
      const bool reads =
          first != nullptr && std::find(kReading.begin(), kReading.end(), first) != kReading.end();
      return reads ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

struct Deadline {
  std::chrono::steady_clock::time_point at;
};

int past_deadline(void* deadline) {
  return std::chrono::steady_clock::now() > static_cast<const Deadline*>(deadline)->at ? 1 : 0;
}

constexpr int kInstructionsBetweenLooks = 10'000;

/// Table-valued functions declare themselves when first used, which looks like a change of the schema:
/// they do so before the authorizer looks.
Result<void> declare_table_functions(Connection& connection) {
  TRY_ASSIGN(auto statement,
             connection.prepare("SELECT 1 FROM json_each('[]'), json_tree('[]'), pragma_table_info(''), "
                                "pragma_table_xinfo(''), pragma_table_list, pragma_index_list(''), "
                                "pragma_foreign_key_list(''), pragma_index_info('') LIMIT 0"));
  return statement.run();
}

/// Limits of one query on a connection; taken off again when it ends.
class Restricted {
 public:
  Restricted(Connection& connection, Deadline& deadline, std::uint64_t memory_bytes)
      : database_(connection.handle()),
        heap_(sqlite3_hard_heap_limit64(static_cast<sqlite3_int64>(memory_bytes))) {
    sqlite3_set_authorizer(database_, authorize, nullptr);
    sqlite3_progress_handler(database_, kInstructionsBetweenLooks, past_deadline, &deadline);
    // `zeroblob(1e9)` shall not take all memory.
    length_ = sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, 256 << 20);
  }
  Restricted(const Restricted&) = delete;
  Restricted& operator=(const Restricted&) = delete;
  ~Restricted() {
    sqlite3_set_authorizer(database_, nullptr, nullptr);
    sqlite3_progress_handler(database_, 0, nullptr, nullptr);
    sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, length_);
    sqlite3_hard_heap_limit64(heap_);
  }

 private:
  sqlite3* database_;
  sqlite3_int64 heap_;  // Before; the limit is the process's.
  int length_ = 0;
};

QueryValue value_of(const Statement& row, int column) {
  switch (row.column_type(column)) {
    case SQLITE_INTEGER:
      return row.integer(column);
    case SQLITE_FLOAT:
      return row.real(column);
    case SQLITE_TEXT:
      return row.text(column);
    case SQLITE_BLOB:
      return fmt::format("<{} bytes>", row.blob_view(column).size());
    default:
      return {};
  }
}

Error in_words(Error error, const SqlLimits& limits) {
  if (error.kind() == ErrorKind::unsupported) {
    return {ErrorKind::unsupported, fmt::format("the query needs more than {} MiB of memory; narrow it down",
                                                limits.memory_bytes >> 20)};
  }
  if (error.kind() != ErrorKind::timeout) return error;
  return {ErrorKind::timeout,
          fmt::format("the query took longer than {} ms; narrow it down", limits.time.count())};
}

}  // namespace

Result<QueryTable> query_sql(Store& store, std::string_view sql, const SqlLimits& limits) {
  Connection& connection = store.connection();
  Deadline deadline{std::chrono::steady_clock::now() + limits.time};
  TRY(declare_table_functions(connection));
  const Restricted restricted(connection, deadline, limits.memory_bytes);
  TRY_ASSIGN(auto statement, connection.prepare_foreign(sql));
  if (!statement.is_read_only()) {
    return fail(ErrorKind::invalid_argument, "only SQL that reads is accepted");
  }
  QueryTable table;
  const int columns = statement.column_count();
  for (int i = 0; i < columns; ++i) table.columns.push_back(statement.column_name(i));
  std::uint64_t answer_bytes = 0;
  while (true) {
    auto found = statement.step();
    if (!found) return fail(in_words(std::move(found.error()), limits));
    if (!*found) return table;
    if (table.rows.size() >= limits.rows) {
      table.cut = true;
      return table;
    }
    std::vector<QueryValue> row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) {
      row.push_back(value_of(statement, i));
      answer_bytes += sizeof(QueryValue);
      if (const auto* text = std::get_if<std::string>(&row.back())) answer_bytes += text->size();
    }
    if (answer_bytes > limits.answer_bytes) {
      return fail(ErrorKind::unsupported,
                  fmt::format("the answer has more than {} MiB; ask for fewer rows or columns",
                              limits.answer_bytes >> 20));
    }
    table.rows.push_back(std::move(row));
  }
}

const std::vector<SavedQuery>& saved_queries() {
  static const std::vector<SavedQuery> queries{
      {"nights", "trials and crashes of each night",
       "SELECT r.started_date AS date, r.campaign_name AS campaign, count(DISTINCT r.id) AS runs, "
       "sum(y.trials) AS trials, "
       "sum(CASE y.outcome WHEN 'crashed' THEN y.trials ELSE 0 END) AS crashed FROM run r JOIN cell c ON "
       "c.run_id = r.id "
       "JOIN trial_tally y ON y.cell_id = c.id WHERE " +
           counts_in_rates_sql("y.") + " GROUP BY 1, 2 ORDER BY 1 DESC, 2"},
      {"sites-by-build", "crash reports of each site on each OS build",
       "SELECT s.key AS site, s.text, b.value AS os_build, sum(y.reports) AS reports, min(y.first_at) AS "
       "first_seen, "
       "max(y.last_at) AS last_seen FROM report_tally y JOIN site s ON s.id = y.site_id LEFT JOIN attribute "
       "b ON b.id = "
       "y.os_build_id WHERE y.reports > 0 GROUP BY y.site_id, y.os_build_id ORDER BY reports DESC, site, "
       "os_build"},
      {"uncaptured", "crashes that left no report, with the reason where one is known",
       "SELECT v.run, v.cell, v.trial_index, v.term_signal_name AS signal, t.uncaptured_reason AS reason "
       "FROM trials "
       "v JOIN trial t "
       "ON t.id = v.trial_id WHERE v.uncaptured = 1 ORDER BY v.started_at DESC"},
      {"reconciliation", "of each run: crashes, where their reports are, and how long those took",
       "WITH met AS (SELECT run_id, report_id, max(trial_index) AS owner, max(late) AS late, min(latency_ms) "
       "AS "
       "latency_ms FROM attribution GROUP BY 1, 2), "
       "ranked AS (SELECT run_id, latency_ms, row_number() OVER (PARTITION BY run_id ORDER BY latency_ms) AS "
       "place, count(*) OVER (PARTITION BY run_id) AS n FROM met WHERE latency_ms IS NOT NULL), "
       "trials AS (SELECT run_id, sum(outcome = 'crashed') AS deaths, sum(outcome = 'crashed' AND uncaptured "
       "= "
       "1) AS uncaptured, sum(unkillable_count) AS unkillable FROM trial GROUP BY 1), "
       "counted AS (SELECT run_id, sum(owner >= 0) AS reports, sum(owner >= 0 AND late = 1) AS late, "
       "sum(owner < 0) AS foreign_reports FROM met GROUP BY 1) "
       "SELECT r.uuid AS run, t.deaths, t.deaths - t.uncaptured AS matched, t.uncaptured, ifnull(c.reports, "
       "0) "
       "AS reports, ifnull(c.late, 0) AS late, ifnull(c.foreign_reports, 0) AS foreign_reports, "
       "(SELECT min(latency_ms) FROM ranked x WHERE x.run_id = r.id AND x.place * 2 >= x.n) AS "
       "median_latency_ms, "
       "(SELECT min(latency_ms) FROM ranked x WHERE x.run_id = r.id AND x.place * 10 >= x.n * 9) AS "
       "p90_latency_ms, "
       "(SELECT max(latency_ms) FROM ranked x WHERE x.run_id = r.id) AS longest_latency_ms, t.unkillable AS "
       "would_not_die FROM run r JOIN trials t ON t.run_id = r.id LEFT JOIN counted c ON c.run_id = r.id "
       "ORDER BY r.started_at DESC"},
      {"slowest", "the twenty trials that took longest",
       "SELECT run, trial_index, cell, outcome, duration_ms FROM trials ORDER BY duration_ms DESC LIMIT 20"},
      {"issues", "what was odd in reports, the commonest first",
       "SELECT message, count(DISTINCT report_id) AS reports, min(at) AS example FROM report_issue GROUP BY "
       "message "
       "ORDER BY reports DESC, message"},
      {"images", "versions of each image that crashes were in",
       "SELECT i.name, i.bundle_version, i.uuid, count(*) AS stacks FROM image i JOIN stack_frame f ON "
       "f.image_id = i.id "
       "WHERE f.position = 0 GROUP BY i.id ORDER BY stacks DESC, i.name"},
      {"storage", "raw reports: how many, their size, and what they take in the store",
       "SELECT count(*) AS raw_reports, sum(size_bytes) AS raw_bytes, sum(length(body)) AS stored_bytes, "
       "sum(prefix_raw_id IS NULL) AS whole, sum(prefix_raw_id IS NOT NULL) AS against_a_prefix FROM raw"},
  };
  return queries;
}

const SavedQuery* find_saved_query(std::string_view name) {
  const auto& all = saved_queries();
  if (name == "ledger") name = "reconciliation";  // As scripts of earlier releases have it.
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const SavedQuery& query) { return query.name == name; });
  return it == all.end() ? nullptr : &*it;
}

Result<NamedAnswer> query_other_reports(Store& store, const Uuid& run) {
  NamedAnswer answer;
  answer.sql = fmt::format(
      "SELECT kind, happened_at AS time, process, incident FROM reports WHERE run = '{}' AND kind <> 'crash' "
      "ORDER BY happened_at DESC LIMIT 50",
      run.text());
  TRY_ASSIGN(answer.table, query_sql(store, answer.sql));
  return answer;
}

}  // namespace faultline
