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

constexpr std::array<Migration, kSchemaVersion> kMigrations{{
    {1, make_first_tables},
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
