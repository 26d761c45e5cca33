// Everything that a store holds, as lines that are the same in every store with the same facts.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {

inline std::vector<std::string> words_of_query(Store& store, const std::string& sql, int column) {
  std::vector<std::string> words;
  auto statement = store.connection().prepare(sql);
  EXPECT_TRUE(statement.has_value()) << sql;
  while (statement) {
    const auto row = statement->step();
    EXPECT_TRUE(row.has_value()) << sql;
    if (!row || !*row) break;
    words.push_back(statement->is_null(column) ? "NULL" : statement->text(column));
  }
  return words;
}

/// What a row is known by in every store, where its own number is only local.
inline std::string content_key(const std::string& table, const std::string& id) {
  static const std::map<std::string, std::string> kKeys{
      {"text", "value"},
      {"attribute", "name || '=' || value"},
      {"image", "key"},
      {"image_set", "key"},
      {"stack", "key"},
      {"site", "key"},
      {"raw", "hash"},
      {"report", "incident"},
      {"host", "host_key"},
      {"run", "uuid"},
      {"cell", "(SELECT uuid FROM run WHERE run.id = run_id) || ' ' || cell_index"},
      {"trial", "(SELECT uuid FROM run WHERE run.id = run_id) || ' ' || trial_index"},
  };
  return "(SELECT " + kKeys.at(table) + " FROM " + table + " WHERE " + table + ".id = " + id + ")";
}

/// Every row of every table with its local numbers replaced by what they stand for, sorted. Left out: how raw
/// bytes are compressed, and counts, which Store::check_integrity() holds against their rows.
inline std::vector<std::string> content_of(Store& store) {
  static const std::set<std::string> kLeftOut{"raw_copy", "report_tally", "trial_tally", "partner_tally",
                                              "repair_loss"};
  static const std::set<std::string> kCompression{"raw.body", "raw.prefix_raw_id"};
  std::vector<std::string> lines;
  for (const std::string& table : words_of_query(
           store, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", 0)) {
    if (kLeftOut.contains(table)) continue;
    const auto from = words_of_query(store, "PRAGMA foreign_key_list(" + table + ")", 3);
    const auto to = words_of_query(store, "PRAGMA foreign_key_list(" + table + ")", 2);
    std::string row = "'" + table + "'";
    for (const std::string& column : words_of_query(store, "PRAGMA table_info(" + table + ")", 1)) {
      if (column == "id" || kCompression.contains(table + "." + column)) continue;
      const auto reference = std::find(from.begin(), from.end(), column);
      const std::string own = "o." + column;
      const std::string value =
          reference == from.end() ? own
                                  : content_key(to[static_cast<std::size_t>(reference - from.begin())], own);
      row += " || '|" + column + "=' || ifnull(" + value + ", 'NULL')";
    }
    const auto rows = words_of_query(store, "SELECT " + row + " FROM " + table + " o", 0);
    lines.insert(lines.end(), rows.begin(), rows.end());
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace faultline
