// docs/datasette.json describes the store as it is: every table, and the saved queries word for word.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "db/queries.h"
#include "db/store.h"

namespace faultline {
namespace {

nlohmann::json database() {
  std::ifstream file(FAULTLINE_SOURCE_DIR "/docs/datasette.json");
  return nlohmann::json::parse(file)["databases"]["faultline"];
}

TEST(DatasetteTest, DescribesEveryTableAndOnlyColumnsThatThereAre) {
  auto store = Store::open_in_memory();
  ASSERT_TRUE(store);
  const auto described = database()["tables"];
  const auto tables = query_sql(
      *store, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'");
  ASSERT_TRUE(tables);
  std::set<std::string> names;
  for (const auto& row : tables->rows) names.insert(query_value_text(row[0]));

  for (const auto& name : names) EXPECT_TRUE(described.contains(name)) << name << " is not described";
  for (const auto& [name, table] : described.items()) {
    EXPECT_TRUE(names.contains(name)) << name << " is no table";
    const auto columns = table.value("columns", nlohmann::json::object());  // Must outlive the loop.
    for (const auto& [column, text] : columns.items()) {
      EXPECT_TRUE(query_sql(*store, "SELECT " + column + " FROM " + name)) << name << "." << column;
    }
  }
}

TEST(DatasetteTest, HasTheSavedQueries) {
  const auto queries = database()["queries"];

  EXPECT_EQ(queries.size(), saved_queries().size());
  for (const auto& query : saved_queries()) {
    ASSERT_TRUE(queries.contains(query.name)) << query.name;
    EXPECT_EQ(queries[query.name]["sql"], query.sql);
    EXPECT_EQ(queries[query.name]["title"], query.description);
  }
}

}  // namespace
}  // namespace faultline
