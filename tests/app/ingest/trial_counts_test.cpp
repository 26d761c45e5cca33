#include "app/ingest/trial_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CountsFile parsed(std::string_view text) {
  auto counts = parse_trial_counts(text, "counts.csv");
  EXPECT_TRUE(counts.has_value()) << counts.error().text();
  return counts ? std::move(*counts) : CountsFile{};
}

std::string error_of(std::string_view text) {
  const auto counts = parse_trial_counts(text, "counts.csv");
  return counts ? "no error" : counts.error().text();
}

TEST(TrialCountsTest, EveryOtherColumnIsAParameterOfTheCell) {
  const CountsFile read =
      parsed("workload,threads,lock,trials,crashed\nmps,8,none,20,11\nmps,8,global,20,0\n");

  EXPECT_THAT(read.problems, IsEmpty());
  ASSERT_THAT(read.counts, SizeIs(2));
  EXPECT_EQ(read.counts[0].source, "counts.csv");
  EXPECT_EQ(read.counts[0].cell.workload, "mps");
  EXPECT_EQ(read.counts[0].cell.text(), "threads=8 lock=none");
  EXPECT_EQ(read.counts[0].trials, 20);
  EXPECT_EQ(read.counts[0].crashed, 11);
  EXPECT_EQ(read.counts[0].cell.parameters[0].second.type, ParameterType::integer);
  EXPECT_EQ(read.counts[0].cell.parameters[1].second.type, ParameterType::text);
}

TEST(TrialCountsTest, AColumnHasTheTypeThatFitsAllOfItsValues) {
  const CountsFile read = parsed("a,b,c,trials,crashed\n1,true,1,5,0\n2.5,false,many,5,0\n");

  for (const ImportedCount& count : read.counts) {
    EXPECT_EQ(count.cell.parameters[0].second.type, ParameterType::real);
    EXPECT_EQ(count.cell.parameters[1].second.type, ParameterType::boolean);
    EXPECT_EQ(count.cell.parameters[2].second.type, ParameterType::text);
  }
}

TEST(TrialCountsTest, QuotesLineEndsWhitespaceAndTheMarkOfAByteOrderAreUnderstood) {
  const CountsFile read = parsed(
      "\xef\xbb\xbfthreads, lock ,trials,crashed\r\n8,\"a \"\"b\"\", c\",20, "
      "11\r\n\r\n16,\"two\nlines\",5,5");

  EXPECT_THAT(read.problems, IsEmpty());
  ASSERT_THAT(read.counts, SizeIs(2));
  EXPECT_EQ(read.counts[0].cell.text(), "threads=8 lock=a \"b\", c");
  EXPECT_EQ(read.counts[0].crashed, 11);
  EXPECT_EQ(read.counts[1].cell.parameters[1].second.label, "two\nlines");
}

TEST(TrialCountsTest, AnEmptyFieldIsAParameterThatTheWorkloadLacks) {
  EXPECT_EQ(parsed("threads,lock,trials,crashed\n8,,20,11\n").counts.at(0).cell.text(), "threads=8");
}

TEST(TrialCountsTest, BadRowsAreLeftOutAndToldWithTheirLine) {
  const CountsFile read = parsed(
      "threads,trials,crashed\n"
      "1,20,0\n"
      "2,20,21\n"
      "4,20\n"
      "\n"
      "6,twenty,1\n"
      "8,20,-1\n"
      "10,0,0\n"
      "1,30,0\n"
      "16,50,\"28\n");

  ASSERT_THAT(read.counts, SizeIs(1));
  EXPECT_THAT(
      read.problems,
      ElementsAre(TrialCountsProblem{3, "21 crashed of 20 trials; no more can crash than ran"},
                  TrialCountsProblem{4, "2 fields, where the line of names has 3"},
                  TrialCountsProblem{6, "trials is `twenty`; wanted a whole number"},
                  TrialCountsProblem{7, "crashed is `-1`; wanted a whole number"},
                  TrialCountsProblem{8, "trials is 0; a cell without trials says nothing"},
                  TrialCountsProblem{9, "the cell of line 2 again; add the two up, if both were measured"},
                  TrialCountsProblem{10, "a quote is opened and never closed"}));
}

TEST(TrialCountsTest, WithoutItsNamesAFileIsRefused) {
  EXPECT_THAT(error_of(""), HasSubstr("counts.csv is empty; wanted a line of names"));
  EXPECT_THAT(error_of("8,20,11\n"), HasSubstr("counts.csv:1: there must be one column `trials`"));
  EXPECT_THAT(error_of("threads,trials\n8,20\n"), HasSubstr("one column `crashed`"));
  EXPECT_THAT(error_of("threads,threads,trials,crashed\n"), HasSubstr("a name of its own, not `threads`"));
  EXPECT_THAT(error_of("threads,,trials,crashed\n"), HasSubstr("a name of its own, not ``"));
}

TEST(TrialCountsTest, AFileOfNamesAloneHoldsNoCounts) {
  EXPECT_THAT(parsed("threads,trials,crashed\n").counts, IsEmpty());
}

}  // namespace
}  // namespace faultline
