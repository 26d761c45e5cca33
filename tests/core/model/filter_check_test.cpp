#include "core/model/filter_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Result<std::optional<KnownValues>> values_of(const std::string& field) {
  if (field == "threads") return KnownValues{{"1", "8", "16"}, false, false, false};
  if (field == "lock") return KnownValues{{"none", "per-op", "rwlock"}, false, false, false};
  if (field == "outcome") return KnownValues{{"passed", "crashed", "panicked"}, true, false, false};
  if (field == "run") return KnownValues{{"1a2b3c4d-0000", "last"}, false, false, true};
  if (field == "duration") return KnownValues{{}, false, true, false};
  return std::optional<KnownValues>();
}

std::string mistake_in(const std::string& text) {
  const auto result = check_filter_values(parse_filter(text).value(), values_of);
  return result ? "" : result.error().message();
}

TEST(FilterCheckTest, AValueThatOccursNowhereIsAMistakeWithTheNearOneAndAll) {
  EXPECT_THAT(
      mistake_in("threads=8 and lock=rwlok"),
      AllOf(HasSubstr("lock is never \"rwlok\"; did you mean rwlock?"),
            HasSubstr("its values are none, per-op, rwlock"), HasSubstr("\n  threads=8 and lock=rwlok\n")));
  EXPECT_THAT(mistake_in("threads=eight"), HasSubstr("threads is never \"eight\" (its values are 1, 8, 16)"));
}

TEST(FilterCheckTest, EachValueOfAListAndBelowANotIsLookedAt) {
  EXPECT_THAT(mistake_in("threads in (1, 9)"), HasSubstr("threads is never \"9\""));
  EXPECT_THAT(mistake_in("not (lock=none or lock!=nome)"), HasSubstr("never \"nome\"; did you mean none?"));
}

TEST(FilterCheckTest, WhatOccursPasses) {
  for (const char* text : {"", "threads=8", "threads=8.0", "threads in (1,16)", "lock~PER", "lock!=none",
                           "outcome=panicked", "run=last", "run=1A2B3C", "threads>64", "site~anything"}) {
    EXPECT_EQ(mistake_in(text), "") << text;
  }
}

TEST(FilterCheckTest, AVocabularySaysItsWords) {
  EXPECT_THAT(mistake_in("outcome=crash"),
              HasSubstr("did you mean crashed? (its words are passed, crashed, panicked)"));
}

TEST(FilterCheckTest, ContainedTextOccursSomewhere) {
  EXPECT_THAT(mistake_in("lock~global"), HasSubstr("lock is never \"global\""));
}

TEST(FilterCheckTest, NumbersAreComparedWithNumbers) {
  EXPECT_THAT(mistake_in("threads>eight"), HasSubstr("threads is a number, not \"eight\""));
  EXPECT_THAT(mistake_in("duration=long"), HasSubstr("duration is a number, not \"long\""));
  EXPECT_EQ(mistake_in("duration=4.2"), "");
}

TEST(FilterCheckTest, AShortBeginningNamesNoRun) { EXPECT_NE(mistake_in("run=1a2"), ""); }

TEST(FilterCheckTest, OfManyValuesTheFirstAreShown) {
  KnownValues many;
  for (int i = 0; i < 20; ++i) many.values.push_back("v" + std::to_string(100 + i));
  const auto result = check_filter_values(
      parse_filter("x=0").value(),
      [&](const std::string&) -> Result<std::optional<KnownValues>> { return std::optional(many); });
  EXPECT_THAT(result.error().message(),
              AllOf(HasSubstr("v111 and 8 more"), ::testing::Not(HasSubstr("v112"))));
}

}  // namespace
}  // namespace faultline
