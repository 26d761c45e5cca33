#include "app/questions/list_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ListRequestTest, EachThingHasItsList) {
  NightStore night;
  std::vector<std::size_t> rows;

  for (const auto& what : listed_things()) {
    ASSERT_VALUE(const auto table, answer_list(night.store, what, {}, TableAudience::programs));
    rows.push_back(table.rows.size());
  }

  EXPECT_THAT(listed_things(), ElementsAre("reports", "trials", "runs", "hosts"));
  EXPECT_THAT(rows, ElementsAre(5U, 60U, 1U, 1U));
}

TEST(ListRequestTest, WhatIsNotListedIsAnErrorThatNamesWhatIs) {
  NightStore night;

  const auto answer = answer_list(night.store, "sites", {}, TableAudience::people);

  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().text(), HasSubstr("reports, trials, runs and hosts"));
}

TEST(ListRequestTest, AListIsAsLongAsWasAskedFor) {
  NightStore night;
  ListQuery query;
  query.last = 3;

  ASSERT_VALUE(const auto table, answer_list(night.store, "trials", query, TableAudience::people));

  EXPECT_EQ(table.rows.size(), 3U);
}

}  // namespace
}  // namespace faultline
