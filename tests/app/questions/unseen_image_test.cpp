// A campaign with a fix that was never loaded, from what the systems say of a trial's memory to the tables.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "app/questions/arm_comparison.h"
#include "app/questions/rate_request.h"
#include "collector/reporter/images/image_watch.h"
#include "collector/run/trials/outcome.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/recorded_vmmap.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr pid_t kCommand = 10;
constexpr std::size_t kPlain = 3;  // threads=8 lock=none
constexpr std::size_t kFixed = 5;  // threads=8 lock=global

/// How a system looks at one trial, each with its own kind of reading.
using LookAtTrial = std::function<void(ImageWatch&)>;

/// Linux: the supervisor reads the mappings right before the command ends.
void look_at_its_end(ImageWatch& watch) { watch.look_at_end(kCommand, true); }
/// macOS: now and then while it runs.
void glance_while_it_runs(ImageWatch& watch) {
  for (int i = 0; i < 3; ++i) watch.glance(kCommand);
}

class UnseenImageTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_VALUE(auto opened, Store::open_in_memory());
    store_.emplace(std::move(opened));
    run_ = make_run();
    ASSERT_DONE(store_->begin_run(run_));
  }

  /// Ten trials of a cell that must have `expected` loaded; every second one dies.
  void run_cell(std::size_t cell, const std::string& expected, const ImageWatch::Look& images,
                const LookAtTrial& look) {
    Workload workload;
    workload.expect_image = expected;
    for (int i = 0; i < 10; ++i) {
      ImageWatch watch(expected, images);
      look(watch);
      const bool dies = i % 2 == 1;
      Trial trial = make_trial(run_, index_++, cell, dies ? Outcome::crashed : Outcome::passed);
      TrialEvidence evidence;
      evidence.workload = &workload;
      evidence.status.started = true;
      evidence.status.exit_code = trial.exit_code;
      evidence.status.term_signal = trial.term_signal;
      evidence.status.image_seen = watch.seen();
      trial.verdict = decide_outcome(evidence);
      ASSERT_DONE(store_->record_trial(trial, {}));
    }
  }

  std::vector<std::string> footnotes(const std::string& where) {
    RateRequest wanted;
    wanted.where = where;
    const auto table = answer_rates(*store_, wanted, TableAudience::people);
    EXPECT_TRUE(table.has_value());
    return table ? table->footnotes : std::vector<std::string>{};
  }
  TrialCounts counts(const std::string& where) {
    RatesQuery query;
    query.where = *parse_filter(where);
    query.count = *parse_count("crashed");
    const auto result = query_rates(*store_, query);
    EXPECT_TRUE(result.has_value());
    return result ? result->total : TrialCounts{};
  }
  std::vector<std::string> warnings_of_comparison() {
    ComparisonRequest wanted;
    wanted.a = "lock=global";
    wanted.b = "lock=none";
    const auto compared = compare_stored(wanted, *store_, *store_);
    EXPECT_TRUE(compared.has_value());
    return compared ? compared->comparisons.front().warnings : std::vector<std::string>{};
  }

  std::optional<Store> store_;
  RunRecord run_;
  std::int64_t index_ = 0;
};

constexpr const char* kProvesNothing = "was seen to load the image that it must have";

TEST_F(UnseenImageTest, OnLinuxAPassWithoutItIsNoneAndACrashStaysOne) {
  const auto mapped = [](pid_t) { return std::vector<std::string>{"prog", "libc.so.6"}; };
  run_cell(kFixed, "libfix*", mapped, look_at_its_end);
  run_cell(kPlain, "libc*", mapped, look_at_its_end);

  EXPECT_EQ(counts("lock=global").trials, 5) << "those that crashed";
  EXPECT_EQ(counts("lock=global").counted, 5);
  EXPECT_EQ(counts("lock=none").trials, 10);
  EXPECT_THAT(footnotes("lock=global"), Contains(HasSubstr(kProvesNothing)));
  EXPECT_THAT(footnotes("lock=none"), Not(Contains(HasSubstr(kProvesNothing))));
  EXPECT_THAT(warnings_of_comparison(), Contains(HasSubstr(kProvesNothing)));
}

TEST_F(UnseenImageTest, OnMacosItWasNotSeenAndIsNotSaidToBeMissing) {
  const auto recorded = [](pid_t) { return images_in_vmmap(kRecordedVmmap); };
  run_cell(kFixed, "libfix*", recorded, glance_while_it_runs);
  run_cell(kPlain, "AGXMetal*", recorded, glance_while_it_runs);

  EXPECT_EQ(counts("lock=global").trials, 10) << "nobody knows that a pass was none";
  EXPECT_EQ(counts("lock=global").counted, 5);
  EXPECT_THAT(footnotes("lock=global"), Contains(HasSubstr(kProvesNothing)));
  EXPECT_THAT(footnotes("lock=none"), Not(Contains(HasSubstr(kProvesNothing))));
  EXPECT_THAT(warnings_of_comparison(), Contains(HasSubstr(kProvesNothing)));
}

/// Trials that were over before anybody looked take nothing from an arm in which it was seen.
TEST_F(UnseenImageTest, OneTrialThatHadItSpeaksForThoseThatWereTooShort) {
  const auto recorded = [](pid_t) { return images_in_vmmap(kRecordedVmmap); };
  run_cell(kFixed, "AGXMetal*", recorded, [](ImageWatch&) {});
  EXPECT_THAT(footnotes("lock=global"), Contains(HasSubstr(kProvesNothing)));

  run_cell(kFixed, "AGXMetal*", recorded, glance_while_it_runs);

  EXPECT_EQ(counts("lock=global").trials, 20);
  EXPECT_THAT(footnotes("lock=global"), Not(Contains(HasSubstr(kProvesNothing))));
}

}  // namespace
}  // namespace faultline
