#include "db/store/schema.h"

#include <fmt/format.h>

#include <array>

#include "db/sqlite/connection.h"

namespace faultline {
namespace {

Result<void> make_first_tables(Connection& connection) {
  TRY(connection.execute(std::string(schema_sql())));
  return connection.execute(fmt::format("PRAGMA application_id = {}", kApplicationId));
}

/// Version 2: second copies of the bodies that others rest on. A fresh file has the tables already.
Result<void> copy_prefixes(Connection& connection) {
  return connection.execute(
      "CREATE TABLE IF NOT EXISTS raw_copy (raw_id INTEGER PRIMARY KEY REFERENCES raw (id), body BLOB NOT "
      "NULL) "
      "STRICT;"
      "CREATE TRIGGER IF NOT EXISTS prefix_is_copied AFTER INSERT ON raw WHEN new.prefix_raw_id IS NOT NULL "
      "BEGIN "
      "INSERT OR IGNORE INTO raw_copy (raw_id, body) SELECT id, body FROM raw WHERE id = new.prefix_raw_id; "
      "END;"
      "CREATE TABLE IF NOT EXISTS repair_loss (kind TEXT NOT NULL, place TEXT NOT NULL, message TEXT NOT "
      "NULL, "
      "PRIMARY KEY (kind, place, message)) STRICT, WITHOUT ROWID;"
      "INSERT OR IGNORE INTO raw_copy (raw_id, body) SELECT id, body FROM raw WHERE id IN (SELECT "
      "prefix_raw_id "
      "FROM raw)");
}

constexpr std::array<Migration, kSchemaVersion> kMigrations{{
    {1, make_first_tables},
    {2, copy_prefixes},
}};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Connection& connection, std::span<const Migration> steps) {
  if (steps.empty()) return {};
  TRY_ASSIGN(const std::int64_t seen, connection.integer_of("PRAGMA user_version"));
  if (seen >= steps.back().version) return {};
  TRY_ASSIGN(auto transaction, Transaction::begin(connection));
  // Another process may have migrated while we waited for the lock.
  TRY_ASSIGN(const std::int64_t now, connection.integer_of("PRAGMA user_version"));
  for (const auto& step : steps) {
    if (step.version <= now) continue;
    TRY(step.apply(connection));
    TRY(connection.execute(fmt::format("PRAGMA user_version = {}", step.version)));
  }
  return transaction.commit();
}

}  // namespace faultline
