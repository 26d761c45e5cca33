#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "db/sqlite/connection.h"
#include "db/store.h"
#include "db/store/raw_reports.h"
#include "db/store/store_care.h"

namespace faultline {
namespace {

constexpr std::string_view kTrialsCounted =
    "SELECT cell_id, ifnull(phase_id, 0), outcome, warm_up, contaminated, uncaptured, count(*) FROM trial "
    "GROUP BY 1, 2, 3, 4, 5, 6";
constexpr std::string_view kTrialsTallied = "SELECT * FROM trial_tally WHERE trials != 0";
constexpr std::string_view kReportsCounted =
    "SELECT site_id, ifnull(cell_id, 0) AS cell_id, ifnull(os_build_id, 0), ifnull(os_version_id, 0), "
    "ifnull(model_id, 0), ifnull(process_id, 0), ifnull(exception_id, 0), ifnull(phase_id, 0), "
    "ifnull(outcome, ''), "
    "in_rates, origin, iif(cell_id IS NULL, ifnull(substr(happened_at, 1, 10), ''), ''), count(*), "
    "min(happened_at), max(happened_at) "
    "FROM report WHERE kind = 'crash' AND site_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12";
constexpr std::string_view kReportsTallied = "SELECT * FROM report_tally WHERE reports != 0";
constexpr std::string_view kPartnersCounted =
    "SELECT r.site_id AS site_id, p.function_id, count(*) FROM report_partner p JOIN report r ON r.id = "
    "p.report_id "
    "WHERE r.kind = 'crash' AND r.site_id IS NOT NULL GROUP BY 1, 2";
constexpr std::string_view kPartnersTallied = "SELECT * FROM partner_tally WHERE reports != 0";

/// One look at a store: each check goes on where another found damage.
class StoreCheck {
 public:
  explicit StoreCheck(Connection& connection) : connection_(connection), raw_(connection) {}

  std::vector<StoreProblem> run() {
    collect("structure", "the file", "PRAGMA integrity_check",
            [](const Statement& row) -> std::optional<StoreProblem> {
              if (row.text_view(0) == "ok") return std::nullopt;
              return StoreProblem{"structure", "the file", row.text(0)};
            });
    collect("reference", "foreign keys", "PRAGMA foreign_key_check",
            [](const Statement& row) -> std::optional<StoreProblem> {
              return StoreProblem{"reference", row.text(0),
                                  row.is_null(1)
                                      ? fmt::format("a row refers to a missing row of {}", row.text_view(2))
                                      : fmt::format("row {} refers to a missing row of {}", row.integer(1),
                                                    row.text_view(2))};
            });
    check_raws();
    check_reports();
    check_tally("cell", "label", "cell_id", kTrialsCounted, kTrialsTallied, "trials");
    check_tally("site", "text", "site_id", kReportsCounted, kReportsTallied, "reports");
    check_tally("site", "text", "site_id", kPartnersCounted, kPartnersTallied, "co-occurring functions");
    std::sort(problems_.begin(), problems_.end());
    problems_.erase(std::unique(problems_.begin(), problems_.end()), problems_.end());
    return std::move(problems_);
  }

 private:
  /// Gives each row of `sql` to `read`. What cannot be read to its end is a problem of `kind` and `where`.
  template <typename Read>
  void collect(std::string_view kind, std::string_view where, std::string_view sql, Read read) {
    auto statement = connection_.prepare(sql);
    if (!statement) return add(kind, where, statement.error().text());
    while (true) {
      const auto row = statement->step();
      if (!row) return add(kind, where, row.error().text());
      if (!*row) return;
      if (auto problem = read(*statement)) problems_.push_back(std::move(*problem));
    }
  }

  void add(std::string_view kind, std::string_view where, std::string message) {
    problems_.push_back({std::string(kind), std::string(where), std::move(message)});
  }

  /// Incident of a report that rests on these bytes, else their hash.
  std::string owner_of(std::int64_t raw_id) {
    auto statement = connection_.prepare(
        "SELECT ifnull((SELECT rp.incident FROM raw_form f JOIN report rp ON rp.id = f.report_id WHERE "
        "f.raw_id = "
        "r.id), r.hash) FROM raw r WHERE r.id = ?");
    if (!statement) return fmt::format("raw {}", raw_id);
    statement->bind(raw_id);
    const auto row = statement->step();
    return row && *row ? statement->text(0) : fmt::format("raw {}", raw_id);
  }

  void check_raws() {
    std::vector<std::int64_t> ids;
    collect("raw", "raw", "SELECT id FROM raw NOT INDEXED ORDER BY id",
            [&](const Statement& row) -> std::optional<StoreProblem> {
              ids.push_back(row.integer(0));
              return std::nullopt;
            });
    for (const auto id : ids) {
      const auto loaded = raw_.load_checked(id);
      if (!loaded) add("raw", owner_of(id), loaded.error().text());
      if (loaded && loaded->from_copy)
        add("copy", owner_of(id), "the body is damaged, its second copy is whole");
    }
    collect("copy", "raw_copy", "SELECT c.raw_id FROM raw_copy c",
            [&](const Statement& row) -> std::optional<StoreProblem> {
              if (raw_.is_copy_whole(row.integer(0))) return std::nullopt;
              return StoreProblem{"copy", owner_of(row.integer(0)), "the second copy is damaged"};
            });
    collect("raw", "raw",
            "SELECT id FROM raw WHERE prefix_raw_id IN (SELECT id FROM raw WHERE prefix_raw_id IS NOT NULL)",
            [&](const Statement& row) -> std::optional<StoreProblem> {
              return StoreProblem{"raw", owner_of(row.integer(0)), "stored against a chain"};
            });
  }

  void check_reports() {
    collect("raw", "report",
            "SELECT incident FROM report WHERE raw_id IS NULL AND incident NOT IN (SELECT place FROM "
            "repair_loss)",
            [](const Statement& row) -> std::optional<StoreProblem> {
              return StoreProblem{"raw", row.text(0), "a report without its bytes"};
            });
    collect("reference", "raw_form",
            "SELECT rp.incident FROM report rp WHERE rp.raw_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
            "raw_form f WHERE f.report_id = rp.id AND f.raw_id = rp.raw_id)",
            [](const Statement& row) -> std::optional<StoreProblem> {
              return StoreProblem{"reference", row.text(0), "how its bytes are written is not recorded"};
            });
  }

  /// What was counted and what the tally says, against each other in both directions.
  void check_tally(std::string_view table, std::string_view name, std::string_view key,
                   std::string_view counted, std::string_view tallied, std::string_view what) {
    const auto sql = fmt::format(
        "SELECT t.{1} FROM {0} t WHERE t.id IN (SELECT {2} FROM ({3} EXCEPT {4})) OR t.id IN (SELECT {2} "
        "FROM ({4} "
        "EXCEPT {3}))",
        table, name, key, counted, tallied);
    collect("tally", table, sql, [&](const Statement& row) -> std::optional<StoreProblem> {
      return StoreProblem{"tally", row.text(0), fmt::format("the tally of {} does not fit", what)};
    });
  }

  Connection& connection_;
  RawReports raw_;
  std::vector<StoreProblem> problems_;
};

}  // namespace

std::vector<StoreProblem> check_store(Connection& connection) { return StoreCheck(connection).run(); }

std::vector<StoreProblem> check_store(const std::filesystem::path& path) {
  auto store = Store::open(path, OpenMode::read_only);
  if (!store) return {{"file", path.string(), store.error().text()}};
  return check_store(store->connection());
}

Result<std::vector<std::string>> Store::check_integrity() {
  std::vector<std::string> findings;
  for (const auto& problem : check_store(connection())) {
    findings.push_back(fmt::format("{}: {}: {}", problem.kind, problem.where, problem.message));
  }
  return findings;
}

Result<void> count_anew(Connection& connection) {
  TRY(connection.execute("DELETE FROM trial_tally; DELETE FROM report_tally; DELETE FROM partner_tally"));
  TRY(connection.execute(fmt::format("INSERT INTO trial_tally {}", kTrialsCounted)));
  TRY(connection.execute(fmt::format("INSERT INTO report_tally {}", kReportsCounted)));
  return connection.execute(fmt::format("INSERT INTO partner_tally {}", kPartnersCounted));
}

}  // namespace faultline
