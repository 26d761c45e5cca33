// A person's filter against a small store: what occurs nowhere is told, and single trials can be asked for.

#include "db/filter/filter_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Cells: 0..2 are threads=1 with none, per-op, global; 3..5 the same with threads=8.
class FilterValuesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open_in_memory();
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    store_.emplace(std::move(*opened));
    run_ = make_run();
    ASSERT_TRUE(store().begin_run(run_).has_value());
    record_crash(store(), run_, 0, 3, make_analysis(0));
    Trial quick = make_trial(run_, 1, 5, Outcome::passed);
    quick.duration = std::chrono::milliseconds(250);
    quick.exit_code = 0;
    ASSERT_TRUE(store().record_trial(quick, {}).has_value());
    Trial killed = make_trial(run_, 2, 5, Outcome::exit_error);
    killed.duration = std::chrono::seconds(90);
    killed.exit_code.reset();
    killed.term_signal = 9;
    killed.term_signal_name = "SIGKILL";
    ASSERT_TRUE(store().record_trial(killed, {}).has_value());
  }
  Store& store() { return *store_; }
  std::string mistake_in(std::string_view text) {
    const auto checked = check_filter_values(store(), parse_filter(text).value());
    return checked ? "" : checked.error().message();
  }
  std::vector<std::int64_t> trials(std::string_view where) {
    ListQuery query;
    query.where = parse_filter(where).value();
    const auto rows = list_trials(store(), query);
    EXPECT_TRUE(rows) << rows.error().text();
    std::vector<std::int64_t> indices;
    for (const TrialRow& row : *rows) indices.push_back(row.index);
    std::sort(indices.begin(), indices.end());
    return indices;
  }
  RunRecord run_;

 private:
  std::optional<Store> store_;
};

TEST_F(FilterValuesTest, ParametersAndWorkloadsAreCheckedAgainstTheStore) {
  EXPECT_THAT(mistake_in("lock=globl"), HasSubstr("lock is never \"globl\"; did you mean global?"));
  EXPECT_THAT(mistake_in("threads=9"), HasSubstr("its values are 1, 8"));
  EXPECT_THAT(mistake_in("not workload=nosuch"), HasSubstr("workload is never \"nosuch\""));
  EXPECT_EQ(mistake_in("threads=8 and lock in (none,global)"), "");
}

TEST_F(FilterValuesTest, VocabulariesAreCheckedAgainstTheirWordsAlone) {
  EXPECT_THAT(mistake_in("outcome=crash"), HasSubstr("did you mean crashed?"));
  EXPECT_THAT(mistake_in("kind=null_derefrence"), HasSubstr("did you mean null_dereference?"));
  EXPECT_THAT(mistake_in("access=wrote"), AllOf(HasSubstr("never \"wrote\""), HasSubstr("read_write")));
  EXPECT_THAT(mistake_in("warm_up=yes"), HasSubstr("its words are true, false"));
  EXPECT_THAT(mistake_in("signal=SIGSEVG"), HasSubstr("did you mean SIGSEGV?"));
  EXPECT_EQ(mistake_in("outcome=panicked"), "") << "none on a good night is no mistake";
  EXPECT_EQ(mistake_in("signal=segv"), "");
}

TEST_F(FilterValuesTest, RunsMayBeNamedByTheirBeginning) {
  const std::string uuid = run_.uuid.text();
  EXPECT_EQ(mistake_in("run=" + uuid), "");
  EXPECT_EQ(mistake_in("run=" + uuid.substr(0, 8)), "");
  EXPECT_EQ(mistake_in("run=last"), "");
  EXPECT_NE(mistake_in("run=00000000"), "");
}

TEST_F(FilterValuesTest, WhatCrashedIsNeverAMistakeButItIsSaidThatNothingHasIt) {
  EXPECT_EQ(mistake_in("site~nosuch"), "");
  const auto unseen =
      unseen_evidence(store(), parse_filter("site~nosuch or image=nowhere or threads=8").value());
  ASSERT_TRUE(unseen);
  EXPECT_THAT(*unseen, ElementsAre("site~nosuch", "image=nowhere"));
  EXPECT_THAT(*unseen_evidence(store(), parse_filter("site~a").value()), IsEmpty());
}

TEST_F(FilterValuesTest, SingleTrialsCanBeAskedFor) {
  EXPECT_THAT(trials("trial=1"), ElementsAre(1));
  EXPECT_THAT(trials("duration<1s"), ElementsAre(1));
  EXPECT_THAT(trials("duration>=1m30s"), ElementsAre(2));
  EXPECT_THAT(trials("signal=kill"), ElementsAre(2));
  EXPECT_THAT(trials("exit_code=0"), testing::Contains(1));
  EXPECT_THAT(mistake_in("duration<soon"), HasSubstr("duration is a number, not \"soon\""));
}

TEST_F(FilterValuesTest, RatesOfSingleTrialsAreCounted) {
  RatesQuery query;
  query.where = parse_filter("duration>=90s or trial=0").value();
  query.count = parse_count("exit_error").value();
  const auto rates = query_rates(store(), query);
  ASSERT_TRUE(rates) << rates.error().text();
  EXPECT_EQ(rates->total.trials, 2);
  EXPECT_EQ(rates->total.counted, 1);
}

TEST_F(FilterValuesTest, RatesSayWhereACrashSiteBelongs) {
  RatesQuery query;
  query.where = parse_filter("site~setState").value();
  const auto rates = query_rates(store(), query);
  ASSERT_FALSE(rates);
  EXPECT_THAT(rates.error().message(), HasSubstr("rates --count 'site~setState'"));
}

TEST_F(FilterValuesTest, ACellThatNeverHadItsImageIsNamed) {
  Trial marked = make_trial(run_, 3, 4, Outcome::crashed);
  marked.verdict.rule = "image_not_seen";
  marked.uncaptured = true;
  ASSERT_TRUE(store().record_trial(marked, {}).has_value());
  const auto rates = query_rates(store(), {});
  ASSERT_TRUE(rates) << rates.error().text();
  EXPECT_THAT(rates->image_never_seen, ElementsAre("agx-sim threads=8 lock=per-op"));

  ASSERT_TRUE(store().record_trial(make_trial(run_, 4, 4, Outcome::passed), {}).has_value());
  EXPECT_THAT(query_rates(store(), {})->image_never_seen, IsEmpty()) << "it was seen once";
}

}  // namespace
}  // namespace faultline
