#include "app/jobs/job_check.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/fake_clock.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;

class JobCheckTest : public ::testing::Test {
 protected:
  Result<RecordedEnd> wait() { return wait_for_recorded(output_, std::chrono::seconds(30), clock_, stop_); }

  ScopedTempFolder folder_;
  std::filesystem::path output_ = folder_ / "said here";
  FakeClock clock_;
  std::atomic<bool> stop_{false};
};

TEST_F(JobCheckTest, OutputAndExitStatusOfACommandAreKept) {
  run_program(recorded_command({"/bin/sh", "-c", "echo \"$0\"; echo no >&2; exit 3", "a  b"}, output_));

  const auto end = wait();

  ASSERT_TRUE(end) << end.error().text();
  EXPECT_EQ(end->exit_status, 3);
  EXPECT_EQ(end->output, "a  b\nno\n");
}

TEST_F(JobCheckTest, CommandThatCannotBeExecutedSaysSo) {
  run_program(recorded_command({"/no/such/program"}, output_));

  const auto end = wait();

  ASSERT_TRUE(end) << end.error().text();
  EXPECT_EQ(end->exit_status, 127);
  EXPECT_THAT(end->output, HasSubstr("/no/such/program"));
}

TEST_F(JobCheckTest, WhatAnEarlierOneLeftIsForgotten) {
  run_program(recorded_command({"true"}, output_));

  forget_recorded(output_);

  EXPECT_FALSE(wait());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(JobCheckTest, JobThatDoesNotEndIsGivenUp) {
  std::ofstream(output_) << "so far\n";

  const auto end = wait();

  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind(), ErrorKind::timeout);
  EXPECT_THAT(end.error().text(),
              HasSubstr("did not end within 30 s; what it said so far is in " + output_.string()));
}

TEST_F(JobCheckTest, WaitingCanBeInterrupted) {
  stop_ = true;

  const auto end = wait();

  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind(), ErrorKind::interrupted);
}

}  // namespace
}  // namespace faultline
