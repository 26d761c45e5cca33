// The text forms of what harness and supervisor tell each other.

#include <gmock/gmock.h>

#include "collector/trial/process_runner.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;

TEST(TrialRecordsTest, SpecificationComesBackAsItWent) {
  TrialSpec spec;
  spec.argv = {"/bin/prog", "--text", "quote \" and \n and ünïcödé", "", std::string("bytes \xff\xfe\x80")};
  spec.env = {{"A", "1"}, {"GONE", std::nullopt}, {"EMPTY", ""}, {"RAW", "\xff"}};
  spec.working_folder = "/tmp/some folder";
  spec.trial_folder = "/tmp/trial";
  spec.report_folder = "/tmp/reports\xff";
  spec.timeout = std::chrono::milliseconds(1234);
  spec.grace = std::chrono::milliseconds(56);
  spec.capture = CaptureMode::off;
  spec.follow_children = false;
  spec.output_limit_bytes = 1ULL << 40;
  spec.boot_session = "643CE90A-B1A8-4D20-872E-E376A1E37D12";

  const auto back = read_trial_spec(write_trial_spec(spec));

  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->argv, spec.argv);
  EXPECT_EQ(back->env, spec.env);
  EXPECT_EQ(back->working_folder, spec.working_folder);
  EXPECT_EQ(back->trial_folder, spec.trial_folder);
  EXPECT_EQ(back->report_folder, spec.report_folder);
  EXPECT_EQ(back->timeout, spec.timeout);
  EXPECT_EQ(back->grace, spec.grace);
  EXPECT_EQ(back->capture, spec.capture);
  EXPECT_EQ(back->follow_children, spec.follow_children);
  EXPECT_EQ(back->output_limit_bytes, spec.output_limit_bytes);
  EXPECT_EQ(back->boot_session, spec.boot_session);
}

TEST(TrialRecordsTest, StatusComesBackAsItWent) {
  TrialStatus status;
  status.started = true;
  status.pid = 4711;
  status.start_ticks = UINT64_MAX;
  status.started_at = *parse_utc("2026-01-09T12:29:37.123456Z");
  status.started_steady = std::chrono::nanoseconds(9'876'543'210'123);
  status.held = std::chrono::nanoseconds(17);
  status.clock = {
      {std::chrono::nanoseconds(-17), std::chrono::nanoseconds(5), std::chrono::microseconds(0)},
      {std::chrono::nanoseconds(3), std::chrono::nanoseconds(9), std::chrono::microseconds(-3'600'000'000)}};
  status.duration = std::chrono::nanoseconds(123'456'789'012);
  status.term_signal = 11;
  status.timed_out = true;
  status.interrupted = true;
  status.stuck = true;
  status.capture_refused = true;
  status.capture_note = "why";
  status.reports = {{"/tmp/a.ips", "79BC4A1F-0000-4000-8000-000000000000", 4712}};
  status.crash_deaths = {{4712, 11, false}, {4711, 6, true}};
  status.descendants = {4712, 4713};
  status.unkillable = {1, 2};
  status.stray_count = 3;
  status.resources = {12, 34, 56'000'000'000};

  const auto back = read_trial_status(write_trial_status(status));

  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, status);
}

TEST(TrialRecordsTest, ExitCodeAndStartErrorComeBack) {
  TrialStatus status;
  status.start_error = "cannot execute x: No such file or directory";
  EXPECT_EQ(*read_trial_status(write_trial_status(status)), status);
  status.start_error.clear();
  status.started = true;
  status.exit_code = 0;
  EXPECT_EQ(*read_trial_status(write_trial_status(status)), status);
}

TEST(TrialRecordsTest, StartRecordComesBackAsItWent) {
  const StartRecord record{4711, 1234567, *parse_utc("2026-01-09T12:29:37.123456Z"), "boot", 4710};

  const auto back = read_start_record(write_start_record(record));

  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, record);
}

TEST(TrialRecordsTest, KeysOfANewerBuildAreNoMatter) {
  const auto status =
      read_trial_status(R"({"started": true, "exit_code": 3, "new": {"deep": [1]}, "stuck": "?"})");

  ASSERT_TRUE(status);
  EXPECT_EQ(status->exit_code, 3);
  EXPECT_FALSE(status->stuck);
}

TEST(TrialRecordsTest, WhatIsNoRecordIsToldAndNotGuessed) {
  EXPECT_THAT(read_trial_spec("").error().text(), HasSubstr("not a JSON object; it has 0 bytes"));
  EXPECT_THAT(read_trial_spec("{}").error().text(), HasSubstr("names no command"));
  EXPECT_THAT(read_trial_spec(R"({"argv": ["x"]})").error().text(), HasSubstr("names no trial_folder"));
  EXPECT_THAT(read_trial_status("[1]").error().text(), HasSubstr("not a JSON object"));
  EXPECT_THAT(read_trial_status("{\"started\": tr").error().text(), HasSubstr("not a JSON object"));
  EXPECT_THAT(read_trial_status("{}").error().text(), HasSubstr("lacks `started`"));
  EXPECT_THAT(read_start_record("{}").error().text(), HasSubstr("names no process"));
}

}  // namespace
}  // namespace faultline
