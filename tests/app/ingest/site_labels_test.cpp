#include "app/ingest/site_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SiteLabelsTest, ALabelIsPutOnWhatTheTextNamesAndTakenOffAgain) {
  NightStore night;
  const WallTime now = night.run.started;

  ASSERT_VALUE(const auto keys,
               change_labels(night.store, "site~setComputePipelineState", "known", LabelChange::add, now));

  ASSERT_VALUE(const auto labelled, query_sites(night.store, {}));
  EXPECT_THAT(keys, ElementsAre(labelled[0].key));
  EXPECT_THAT(labelled[0].labels, ElementsAre("known"));
  ASSERT_VALUE(const auto removed, change_labels(night.store, "known", "known", LabelChange::remove,
                                                 now + std::chrono::seconds(1)));
  EXPECT_EQ(removed, keys);
  ASSERT_VALUE(const auto plain, query_sites(night.store, {}));
  EXPECT_THAT(plain[0].labels, IsEmpty());
}

TEST(SiteLabelsTest, ALabelIsOneWordAndASiteMustBeThere) {
  NightStore night;
  const WallTime now = night.run.started;

  const auto two = change_labels(night.store, "site~set", "two words", LabelChange::add, now);

  ASSERT_FALSE(two.has_value());
  EXPECT_THAT(two.error().text(), HasSubstr("one word"));
  EXPECT_FALSE(change_labels(night.store, "site~set", "", LabelChange::add, now).has_value());
  EXPECT_FALSE(change_labels(night.store, "site~absent", "known", LabelChange::add, now).has_value());
}

}  // namespace
}  // namespace faultline
