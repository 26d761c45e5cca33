#include "app/questions/arms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(ArmsTest, ACountNeedsNoStoreAndMustBeOne) {
  ASSERT_VALUE(const auto arm, parse_arm("11/20", nullptr));
  EXPECT_EQ(arm.literal, (Proportion{11, 20}));

  EXPECT_FALSE(parse_arm("21/20", nullptr).has_value());
  EXPECT_FALSE(parse_arm("lock=none", nullptr).has_value());
}

TEST(ArmsTest, ARunIsNamedByItsPrefixOrAsTheLast) {
  NightStore night;

  ASSERT_VALUE(const auto last, parse_arm("last", &night.store));
  EXPECT_EQ(last.where, "run=" + night.run.uuid.text());
  ASSERT_VALUE(const auto by_prefix, parse_arm(night.run.uuid.text().substr(0, 8), &night.store));
  EXPECT_EQ(by_prefix.where, last.where);
}

TEST(ArmsTest, EvidenceIsCountedByOutcomeWithItsHostAndNight) {
  NightStore night;
  ASSERT_VALUE(const auto arm, parse_arm("threads=8 and lock=none", &night.store));

  ASSERT_VALUE(const auto evidence, arm_evidence(night.store, arm, "", "crashed"));

  EXPECT_EQ(evidence.total.trials, 10);
  EXPECT_EQ(evidence.total.counted, 5);
  EXPECT_EQ(evidence.runs.size(), 1U);
  EXPECT_EQ(evidence.hosts.size(), 1U);
  EXPECT_FALSE(evidence.anytime);
}

TEST(ArmsTest, GroupsAreNamedAsPeopleWriteThem) {
  NightStore night;
  ASSERT_VALUE(const auto arm, parse_arm("lock=none", &night.store));

  ASSERT_VALUE(const auto groups, arm_groups(night.store, arm, "", "bad", {{"threads"}}));

  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].name, "threads=1");
  EXPECT_EQ(groups[0].evidence.total.counted, 0);
  EXPECT_EQ(groups[1].name, "threads=8");
  EXPECT_EQ(groups[1].evidence.total.counted, 5);
}

}  // namespace
}  // namespace faultline
