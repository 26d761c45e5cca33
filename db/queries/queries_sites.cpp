// Crash sites: counts, names that people give for them, and who else was there.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "db/filter/filter_sql.h"
#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/json_text.h"
#include "db/store.h"
#include "db/store/stored_stack.h"

namespace faultline {
namespace {

constexpr std::string_view kHasSite = "rp.kind = 'crash' AND rp.site_id IS NOT NULL";

/// Of a row of `report` or `report_tally`, which name these alike.
FilterScope report_scope(std::string day) {
  FilterScope scope;
  scope.cell_id = "rp.cell_id";
  scope.phase_id = "rp.phase_id";
  scope.outcome = "rp.outcome";
  scope.report = "rp";
  scope.report_day = std::move(day);
  scope.machine_from_report = true;
  return scope;
}

/// Everything about the sites themselves, and their labels.
struct SiteTable {
  std::unordered_map<std::int64_t, SiteRow> sites;
  std::map<std::string, std::vector<std::string>> labels;  // By key of a site or family.
};

Result<SiteTable> read_sites(Connection& connection) {
  SiteTable table;
  {
    TRY_ASSIGN(auto statement,
               connection.prepare("SELECT target, word FROM label_now ORDER BY target, word"));
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      table.labels[statement.text(0)].push_back(statement.text(1));
    }
  }
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT id, key, text, family, family_text, image, function, code_offset_hex, fault_kind, "
                 "fault_offset_hex, access, rule_labels_json FROM site"));
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return table;
    SiteRow row;
    row.key = statement.text(1);
    row.text = statement.text(2);
    row.family = statement.text(3);
    row.family_text = statement.text(4);
    row.image = statement.text(5);
    row.function = statement.text(6);
    row.code_offset = maybe_hex(statement, 7);
    row.fault_kind = statement.text(8);
    row.fault_offset = maybe_hex(statement, 9);
    row.access = statement.maybe_text(10);
    TRY_ASSIGN(row.labels, read_json_array(connection, statement.text_view(11)));
    for (const std::string* key : {&row.key, &row.family}) {
      const auto given = table.labels.find(*key);
      if (given != table.labels.end())
        row.labels.insert(row.labels.end(), given->second.begin(), given->second.end());
    }
    table.sites.emplace(statement.integer(0), std::move(row));
  }
}

Result<std::unordered_map<std::int64_t, std::string>> read_names(Connection& connection,
                                                                 std::string_view sql) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  std::unordered_map<std::int64_t, std::string> names;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return names;
    names.emplace(statement.integer(0), statement.text(1));
  }
}

/// A row while it is added up.
struct SiteSum {
  SiteRow row;
  std::unordered_set<std::size_t> cells;  // Indexes of distinct texts.
  std::set<std::int64_t> os_builds;
  std::set<std::string> builds_of_deaths;
  std::set<std::string> labels;
};

void fold_description(SiteSum& sum, const SiteRow& site, bool by_family) {
  sum.labels.insert(site.labels.begin(), site.labels.end());
  if (sum.row.key.empty()) {
    sum.row = site;
    if (by_family) {
      sum.row.key = site.family;
      sum.row.text = site.family_text;
    }
    return;
  }
  // What the sites of a family do not agree on is not the family's.
  SiteRow& row = sum.row;
  if (row.image != site.image) row.image.clear();
  if (row.function != site.function) row.function.clear();
  if (row.code_offset != site.code_offset) row.code_offset.reset();
  if (row.fault_offset != site.fault_offset) row.fault_offset.reset();
  if (row.access != site.access) row.access.reset();
  if (row.fault_kind != site.fault_kind) row.fault_kind.clear();
}

void fold_times(SiteRow& row, const Statement& statement, int first_column) {
  if (statement.is_null(first_column)) return;
  const std::string_view first = statement.text_view(first_column);
  const std::string_view last = statement.text_view(first_column + 1);
  if (row.first_seen.empty() || first < row.first_seen) row.first_seen = first;
  if (row.last_seen < last) row.last_seen = last;
}

class SiteQuery {
 public:
  SiteQuery(Connection& connection, const SitesQuery& query) : connection_(connection), query_(query) {}

  Result<std::vector<SiteRow>> run() {
    TRY_ASSIGN(table_, read_sites(connection_));
    TRY_ASSIGN(builds_, read_names(connection_, "SELECT id, value FROM attribute WHERE name = 'os_build'"));
    if (query_.since) since_ = format_utc_precise(*query_.since);
    TRY_ASSIGN(where_rows_,
               compile_filter(connection_, filter(), report_scope("substr(rp.happened_at, 1, 10)")));
    TRY_ASSIGN(where_tally_, compile_filter(connection_, filter(), report_scope("rp.day")));
    // The tally knows no times but the first and the last.
    if (query_.since) {
      TRY(add_counts(
          fmt::format("SELECT rp.site_id, ifnull(rp.cell_id, 0), ifnull(rp.os_build_id, 0), count(*), "
                      "min(rp.happened_at), max(rp.happened_at) FROM report rp WHERE {} GROUP BY 1, 2, 3",
                      row_condition()),
          where_rows_));
    } else {
      TRY(add_counts(
          // Not grouped by SQLite: adding up here is cheaper than its comparisons of times.
          fmt::format(
              "SELECT rp.site_id, rp.cell_id, rp.os_build_id, rp.reports, rp.first_at, rp.last_at FROM "
              "report_tally rp WHERE rp.reports > 0 AND {}",
              where_tally_.sql),
          where_tally_));
    }
    TRY(subtract_repeated_trials());
    TRY(add_deaths_without_report());
    return rows();
  }

 private:
  Filter filter() const { return query_.where.value_or(Filter{}); }

  std::string row_condition() const {
    return fmt::format("{} AND {}{}", kHasSite, where_rows_.sql,
                       query_.since ? " AND rp.happened_at >= ?" : "");
  }

  std::string group_of(const SiteRow& site) const { return query_.fold_families ? site.family : site.key; }

  /// The cell's text as a number: the same cell comes in every run anew.
  Result<void> read_cells() {
    TRY_ASSIGN(auto statement, connection_.prepare("SELECT id, workload || char(31) || label FROM cell"));
    std::unordered_map<std::string, std::size_t> texts;
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) return {};
      cells_.emplace(statement.integer(0), texts.emplace(statement.text(1), texts.size()).first->second);
    }
  }

  Result<void> add_counts(const std::string& sql, const CompiledFilter& where) {
    TRY(read_cells());
    TRY_ASSIGN(auto statement, connection_.prepare(sql));
    where.bind_to(statement);
    if (query_.since) statement.bind(since_);
    std::int64_t site_id = 0;
    SiteSum* sum = nullptr;
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) return {};
      // Rows come by site: it is looked up when it changes.
      if (sum == nullptr || statement.integer(0) != site_id) {
        site_id = statement.integer(0);
        const auto site = table_.sites.find(site_id);
        if (site == table_.sites.end())
          return fail(ErrorKind::database, "a report is of a site that is not there");
        sum = &sums_[group_of(site->second)];
        fold_description(*sum, site->second, query_.fold_families);
      }
      const std::int64_t reports = statement.integer(3);
      sum->row.reports += reports;
      if (const auto cell = cells_.find(statement.integer(1)); cell != cells_.end()) {
        sum->cells.insert(cell->second);
        sum->row.trials += reports;
      }
      if (statement.integer(2) != 0) sum->os_builds.insert(statement.integer(2));
      fold_times(sum->row, statement, 4);
    }
  }

  /// A trial that left several reports is one trial.
  Result<void> subtract_repeated_trials() {
    TRY_ASSIGN(auto statement,
               connection_.prepare(
                   fmt::format("SELECT rp.trial_id, rp.site_id FROM report rp WHERE rp.trial_id IN (SELECT "
                               "trial_id FROM report WHERE is_repeat = 1) AND {}",
                               row_condition())));
    where_rows_.bind_to(statement);
    if (query_.since) statement.bind(since_);
    std::set<std::pair<std::int64_t, std::string>> seen;
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) return {};
      const auto site = table_.sites.find(statement.integer(1));
      if (site == table_.sites.end()) continue;
      const std::string group = group_of(site->second);
      if (!seen.emplace(statement.integer(0), group).second) --sums_[group].row.trials;
    }
  }

  /// Deaths whose site is known from their output alone.
  Result<void> add_deaths_without_report() {
    FilterScope scope = report_scope("substr(rp.happened_at, 1, 10)");
    scope.machine_from_report = false;
    TRY_ASSIGN(const CompiledFilter where, compile_filter(connection_, filter(), scope));
    TRY_ASSIGN(
        auto statement,
        connection_.prepare(fmt::format(
            "SELECT rp.site_id, rp.cell_id, r.os_build, count(*), min(rp.happened_at), max(rp.happened_at) "
            "FROM output_death rp CROSS JOIN run r ON r.id = rp.run_id WHERE {}{} GROUP BY 1, 2, 3",
            where.sql, query_.since ? " AND rp.happened_at >= ?" : "")));
    where.bind_to(statement);
    if (query_.since) statement.bind(since_);
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) return {};
      const auto site = table_.sites.find(statement.integer(0));
      if (site == table_.sites.end())
        return fail(ErrorKind::database, "a death is of a site that is not there");
      SiteSum& sum = sums_[group_of(site->second)];
      fold_description(sum, site->second, query_.fold_families);
      sum.row.uncaptured += statement.integer(3);
      sum.row.trials += statement.integer(3);
      if (const auto cell = cells_.find(statement.integer(1)); cell != cells_.end())
        sum.cells.insert(cell->second);
      if (!statement.is_null(2)) sum.builds_of_deaths.insert(statement.text(2));
      fold_times(sum.row, statement, 4);
    }
  }

  std::vector<SiteRow> rows() {
    std::vector<SiteRow> rows;
    for (auto& [group, sum] : sums_) {
      sum.row.cells = static_cast<std::int64_t>(sum.cells.size());
      std::set<std::string> builds = std::move(sum.builds_of_deaths);
      for (const std::int64_t id : sum.os_builds) builds.insert(builds_[id]);
      sum.row.os_builds.assign(builds.begin(), builds.end());
      sum.row.labels.assign(sum.labels.begin(), sum.labels.end());
      rows.push_back(std::move(sum.row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const SiteRow& a, const SiteRow& b) {
      return std::pair(a.reports, a.uncaptured) > std::pair(b.reports, b.uncaptured);
    });
    if (query_.limit && rows.size() > *query_.limit) rows.resize(*query_.limit);
    return rows;
  }

  Connection& connection_;
  const SitesQuery& query_;
  SiteTable table_;
  std::unordered_map<std::int64_t, std::string> builds_;
  std::unordered_map<std::int64_t, std::size_t> cells_;
  CompiledFilter where_rows_;
  CompiledFilter where_tally_;
  std::string since_;
  std::map<std::string, SiteSum> sums_;  // By key: equal counts stay in the order of keys.
};

Result<std::vector<std::string>> keys_of(Statement& statement) {
  std::vector<std::string> keys;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return keys;
    keys.push_back(statement.text(0));
  }
}

bool is_key_prefix(std::string_view text) {
  return text.size() >= 4 && text.size() <= 16 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

/// Keys as a JSON array, so that any number of them is one bound value.
std::string keys_json(const std::vector<std::string>& keys) { return json_array(keys); }

constexpr std::string_view kOfSites =
    "rp.kind = 'crash' AND rp.site_id IN (SELECT id FROM site WHERE key IN (SELECT value FROM json_each(?)))";

Result<std::int64_t> count_reports(Connection& connection, const std::string& keys) {
  TRY_ASSIGN(
      auto statement,
      connection.prepare(
          "SELECT ifnull(sum(reports), 0) FROM report_tally WHERE site_id IN (SELECT id FROM site WHERE "
          "key IN (SELECT value FROM json_each(?)))"));
  statement.bind(keys);
  TRY(statement.step());
  return statement.integer(0);
}

}  // namespace

Result<std::vector<SiteRow>> query_sites(Store& store, const SitesQuery& query) {
  return SiteQuery(store.connection(), query).run();
}

Result<std::size_t> site_key_digits(Store& store) {
  constexpr std::size_t kFewest = 8;
  constexpr std::size_t kAll = 16;
  for (std::size_t digits = kFewest; digits < kAll; ++digits) {
    TRY_ASSIGN(auto statement,
               store.connection().prepare(
                   "SELECT count(DISTINCT substr(key, 1, ?1)) = count(DISTINCT key) AND "
                   "count(DISTINCT substr(family, 1, ?1)) = count(DISTINCT family) FROM site"));
    statement.bind(static_cast<std::int64_t>(digits));
    TRY_ASSIGN(const bool has_row, statement.step());
    if (has_row && statement.integer(0) != 0) return digits;
  }
  return kAll;
}

Result<std::vector<std::string>> resolve_site(Store& store, std::string_view text) {
  Connection& connection = store.connection();
  if (text.starts_with("site~") || text.starts_with("family~") || text.find_first_of("=<>~") != text.npos) {
    TRY_ASSIGN(const Filter filter, parse_filter(text));
    FilterScope scope;
    scope.report = "rp";
    TRY_ASSIGN(const CompiledFilter where, compile_filter(connection, filter, scope));
    TRY_ASSIGN(auto statement, connection.prepare(fmt::format(
                                   "SELECT rp.key FROM (SELECT id AS site_id, key FROM site) rp WHERE {} "
                                   "ORDER BY rp.key",
                                   where.sql)));
    where.bind_to(statement);
    TRY_ASSIGN(auto keys, keys_of(statement));
    if (keys.empty()) return fail(ErrorKind::invalid_argument, fmt::format("no crash site fits {}", text));
    return keys;
  }
  {
    TRY_ASSIGN(auto statement,
               connection.prepare(
                   "SELECT DISTINCT s.key FROM site s JOIN label_now l ON l.target = s.key OR l.target = "
                   "s.family WHERE l.word = ?1 UNION SELECT s.key FROM site s, json_each(s.rule_labels_json) "
                   "j WHERE j.value = ?1 ORDER BY 1"));
    statement.bind(text);
    TRY_ASSIGN(auto keys, keys_of(statement));
    if (!keys.empty()) return keys;
  }
  if (!is_key_prefix(text)) {
    return fail(
        ErrorKind::invalid_argument,
        fmt::format(
            "no crash site {}: a key of 16 hex digits (or at least 4 of them), a label, or site~text is "
            "wanted; `faultline sites` shows them",
            text));
  }
  const std::string prefix = fmt::format("{}*", text);
  for (const std::string_view column : {"key", "family"}) {
    TRY_ASSIGN(auto statement,
               connection.prepare(fmt::format(
                   "SELECT DISTINCT {0}, key FROM site WHERE {0} GLOB lower(?) ORDER BY key", column)));
    statement.bind(prefix);
    std::set<std::string> meant;
    std::vector<std::string> keys;
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      meant.insert(statement.text(0));
      keys.push_back(statement.text(1));
    }
    if (meant.size() > 1) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} is the beginning of several keys ({}); give more digits", text,
                              fmt::join(meant, ", ")));
    }
    if (!keys.empty()) return keys;
  }
  return fail(ErrorKind::invalid_argument,
              fmt::format("no crash site {}; `faultline sites` shows them", text));
}

Result<ReportTotals> query_report_totals(Store& store, const std::vector<std::string>& site_keys) {
  ReportTotals totals;
  TRY_ASSIGN(totals.of, count_reports(store.connection(), keys_json(site_keys)));
  TRY_ASSIGN(totals.all, store.connection().integer_of("SELECT ifnull(sum(reports), 0) FROM report_tally"));
  return totals;
}

Result<std::vector<PartnerRow>> query_partners(Store& store, const std::vector<std::string>& site_keys,
                                               const ReportTotals& totals, std::size_t limit) {
  Connection& connection = store.connection();
  const std::string keys = keys_json(site_keys);
  TRY_ASSIGN(
      auto statement,
      connection.prepare(
          "SELECT x.value, here.reports, (SELECT sum(o.reports) FROM partner_tally o WHERE "
          "o.function_id = here.function_id) - here.reports FROM (SELECT function_id, sum(reports) AS "
          "reports FROM partner_tally WHERE site_id IN (SELECT id FROM site WHERE key IN (SELECT value "
          "FROM json_each(?))) GROUP BY 1 HAVING sum(reports) > 0 ORDER BY 2 DESC LIMIT ?) here "
          "JOIN text x ON x.id = here.function_id ORDER BY here.reports DESC, x.value"));
  statement.with(keys, static_cast<std::int64_t>(limit));
  std::vector<PartnerRow> rows;
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return rows;
    PartnerRow row;
    row.function = statement.text(0);
    row.reports = statement.integer(1);
    row.of = totals.of;
    row.elsewhere = statement.integer(2);
    row.elsewhere_of = totals.all - totals.of;
    rows.push_back(std::move(row));
  }
}

Result<std::vector<StackRow>> query_stacks(Store& store, const std::vector<std::string>& site_keys,
                                           StackChoice choice, std::size_t limit) {
  Connection& connection = store.connection();
  const std::string keys = keys_json(site_keys);
  TRY_ASSIGN(const std::int64_t of, count_reports(connection, keys));
  const std::string sql =
      choice == StackChoice::crashed
          ? fmt::format(
                "SELECT a.crashed_stack_id, count(*), max(rp.incident) FROM report rp CROSS JOIN "
                "report_analysis a ON "
                "a.report_id = "
                "rp.id JOIN stack s ON s.id = a.crashed_stack_id WHERE {} GROUP BY 1 ORDER BY 2 DESC, s.key "
                "LIMIT ?",
                kOfSites)
          : fmt::format(
                "SELECT h.stack_id, count(DISTINCT rp.id), max(rp.incident) FROM report rp CROSS JOIN "
                "report_analysis a ON "
                "a.report_id "
                "= rp.id CROSS JOIN report_thread h ON h.report_id = rp.id AND h.thread_index IS NOT "
                "a.crashed_thread_index JOIN stack s ON s.id = h.stack_id WHERE {} GROUP BY 1 ORDER BY 2 "
                "DESC, "
                "s.key LIMIT ?",
                kOfSites);
  std::vector<StackRow> rows;
  std::vector<std::int64_t> ids;
  {
    TRY_ASSIGN(auto statement, connection.prepare(sql));
    statement.with(keys, static_cast<std::int64_t>(limit));
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) break;
      ids.push_back(statement.integer(0));
      rows.push_back({statement.integer(1), of, {}, statement.text(2)});
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(rows[i].frames, read_stack(connection, ids[i]));
  }
  return rows;
}

}  // namespace faultline
