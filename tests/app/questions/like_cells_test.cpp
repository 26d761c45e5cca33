#include "app/questions/like_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Cells: 0..2 are threads=1 with none, per-op, global; 3..5 the same with threads=8.
class LikeCellsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open_in_memory();
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    store_.emplace(std::move(*opened));
    run_ = make_run();
    ASSERT_TRUE(store_->begin_run(run_).has_value());
  }
  void record_in(std::size_t cell, Outcome outcome) { record(*store_, run_, index_++, cell, outcome); }
  Result<LikeArms> arms(const std::string& a, const std::string& b) {
    TRY_ASSIGN(const Arm left, parse_arm(a, &*store_));
    TRY_ASSIGN(const Arm right, parse_arm(b, &*store_));
    TRY_ASSIGN(auto groups, like_arms({*store_, left}, {*store_, right}, "", "bad"));
    return std::move(groups.front());
  }

  std::optional<Store> store_;
  RunRecord run_;
  std::int64_t index_ = 0;
};

TEST_F(LikeCellsTest, OnlyCellsThatBothSidesHaveAreCompared) {
  record_in(0, Outcome::passed);  // threads=1 lock=none
  record_in(3, Outcome::wrong);   // threads=8 lock=none
  record_in(5, Outcome::passed);  // threads=8 lock=global

  const auto like = arms("lock=none", "lock=global");

  ASSERT_TRUE(like) << like.error().text();
  EXPECT_EQ(like->a.total.trials, 1);
  EXPECT_EQ(like->a.total.counted, 1);
  EXPECT_EQ(like->b.total.trials, 1);
  EXPECT_THAT(like->warnings, ElementsAre(HasSubstr("only lock=none has ")));
  EXPECT_THAT(like->warnings.front(), HasSubstr("threads=1; left out"));
}

TEST_F(LikeCellsTest, WhatAnArmNamesIsWhatIsCompared) {
  record_in(0, Outcome::passed);
  record_in(3, Outcome::wrong);

  const auto like = arms("threads=8", "threads=1");

  ASSERT_TRUE(like) << like.error().text();
  EXPECT_THAT(like->warnings, IsEmpty());
  ASSERT_EQ(like->cells.size(), 1U);
  EXPECT_THAT(like->cells.front().name, HasSubstr("lock=none"));
}

TEST_F(LikeCellsTest, SidesWithoutAnyCellInCommonAreRefused) {
  record_in(0, Outcome::passed);  // threads=1 lock=none
  record_in(5, Outcome::passed);  // threads=8 lock=global

  const auto like = arms("lock=none", "lock=global");

  ASSERT_FALSE(like);
  EXPECT_EQ(like.error().kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(like.error().message(), HasSubstr("no verdict"));
}

}  // namespace
}  // namespace faultline
