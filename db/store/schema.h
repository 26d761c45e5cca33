// What tables there are, and how an older file becomes a current one.

#pragma once

#include <span>
#include <string_view>

#include "core/base/result.h"

namespace faultline {

class Connection;

/// `Flt1`: tells our files from other SQLite databases.
inline constexpr int kApplicationId = 0x466c7431;
inline constexpr int kSchemaVersion = 2;

/// The text of schema.sql: the tables of kSchemaVersion.
std::string_view schema_sql();

/// Takes the file from version - 1 to `version`, inside the caller's transaction.
struct Migration {
  int version;
  Result<void> (*apply)(Connection& connection);
};

/// One per version, ascending; the first makes the tables in an empty file.
std::span<const Migration> migrations();

/// Brings the file to the version of the last of `steps`, all or nothing. Safe against another
/// process that does the same.
Result<void> migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace faultline
