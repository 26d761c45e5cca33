#include "db/filter/filter_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "core/model/outcome.h"
#include "db/sqlite/connection.h"
#include "db/store/schema.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;

TEST(CountsInRatesSqlTest, SaysTheSameAsTheFunctionOfEveryTrial) {
  ASSERT_VALUE(Connection connection,
               Connection::open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "memory"));
  for (const OutcomeRow& row : kOutcomes) {
    for (const bool warm_up : {false, true}) {
      for (const bool contaminated : {false, true}) {
        ASSERT_VALUE(auto statement,
                     connection.prepare("SELECT " + counts_in_rates_sql("t.") +
                                        " FROM (SELECT ? AS outcome, ? AS warm_up, ? AS contaminated) t"));
        statement.with(row.text, warm_up, contaminated);
        ASSERT_VALUE(const bool found, statement.step());
        ASSERT_TRUE(found);
        EXPECT_EQ(statement.boolean(0), counts_in_rates(row.value, warm_up, contaminated))
            << row.text << " warm-up " << warm_up << " contaminated " << contaminated;
      }
    }
  }
}

TEST(CountsInRatesSqlTest, TheSchemasTriggerAndViewHaveTheSameCondition) {
  const std::string condition = counts_in_rates_sql("t.");
  EXPECT_THAT(schema_sql(), HasSubstr("in_rates = (" + counts_in_rates_sql("new.") + ")"));
  EXPECT_THAT(schema_sql(), HasSubstr(condition + " AS in_rates"));
}

TEST(SchemaTest, ATrialMayHaveEveryOutcome) {
  for (const OutcomeRow& row : kOutcomes)
    EXPECT_THAT(schema_sql(), HasSubstr("'" + std::string(row.text) + "'"));
}

}  // namespace
}  // namespace faultline
