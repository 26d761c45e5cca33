// What trials printed and how far they came, over small stores.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Cells 0 and 3 are threads=1 and threads=8 with lock=none.
class NumbersTest : public RunFixture {
 protected:
  void add(std::int64_t index, std::size_t cell, Outcome outcome, const std::vector<double>& operations,
           std::string_view phase = "", bool warm_up = false) {
    Trial trial = make_trial(run(), index, cell, outcome);
    trial.phase = phase;
    trial.warm_up = warm_up;
    trial.duration = std::chrono::milliseconds(100 * (index + 1));
    for (const double value : operations) trial.metrics.push_back({"operations", value});
    ASSERT_DONE(store().record_trial(trial, {}));
  }
};

TEST_F(NumbersTest, EveryValueOfATrialIsARowThatNamesTheTrial) {
  add(0, 3, Outcome::passed, {10, 20});
  add(1, 0, Outcome::crashed, {5});
  add(2, 0, Outcome::setup_failed, {7});
  add(3, 0, Outcome::passed, {7}, "", true);

  ASSERT_VALUE(const auto rows, query_metrics(store(), {"operations", {}, {"threads"}}));

  ASSERT_THAT(rows, SizeIs(3)) << "neither setup_failed nor warm-up trials are in the denominator";
  EXPECT_THAT(rows[0].values, ElementsAre(QueryValue(std::int64_t{1})));
  EXPECT_EQ(rows[0].outcome, Outcome::crashed);
  EXPECT_EQ(rows[1].trial_index, 0);
  EXPECT_EQ(rows[1].value, 10);
  EXPECT_EQ(rows[2].trial_index, 0);
  EXPECT_EQ(rows[2].value, 20);
}

TEST_F(NumbersTest, TheWorkOfATrialIsTheGreatestValueThatItPrinted) {
  add(0, 3, Outcome::crashed, {10, 40, 30}, "encoding");
  add(1, 3, Outcome::passed, {});

  LifetimesQuery query;
  query.metric = "operations";
  query.by = {"threads"};
  ASSERT_VALUE(const auto rows, query_lifetimes(store(), query));

  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].ends, UnorderedElementsAre(TrialEnd{Outcome::crashed, "encoding", 100'000'000, 40.0},
                                                 TrialEnd{Outcome::passed, "", 200'000'000, std::nullopt}));
}

TEST_F(NumbersTest, LifetimesNeedNoMetricAndHonourTheFilter) {
  add(0, 3, Outcome::crashed, {});
  add(1, 0, Outcome::passed, {});
  add(2, 0, Outcome::setup_failed, {});

  LifetimesQuery query;
  query.where = parse_filter("threads=1").value();
  ASSERT_VALUE(const auto rows, query_lifetimes(store(), query));

  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].values, IsEmpty());
  EXPECT_THAT(rows[0].ends, ElementsAre(TrialEnd{Outcome::passed, "", 200'000'000, std::nullopt}));
}

TEST_F(NumbersTest, LifetimesOfTwoPhasesAreOneGroupUnlessAskedApart) {
  add(0, 3, Outcome::crashed, {}, "encoding");
  add(1, 3, Outcome::crashed, {}, "commit");

  LifetimesQuery query;
  query.by = {"threads"};
  ASSERT_VALUE(const auto together, query_lifetimes(store(), query));
  query.by = {"phase"};
  ASSERT_VALUE(const auto apart, query_lifetimes(store(), query));

  EXPECT_THAT(together, SizeIs(1));
  EXPECT_THAT(apart, SizeIs(2));
}

TEST_F(NumbersTest, AMetricThatNobodyPrintedIsAnErrorWithNearNames) {
  add(0, 3, Outcome::passed, {10});
  LifetimesQuery query;
  query.metric = "operation";

  const auto rows = query_lifetimes(store(), query);

  ASSERT_FALSE(rows.has_value());
  EXPECT_THAT(rows.error().message(), HasSubstr("did you mean operations"));
}

}  // namespace
}  // namespace faultline
