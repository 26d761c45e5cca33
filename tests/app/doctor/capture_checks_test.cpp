#include "app/doctor/capture_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/doctor/host_examination.h"
#include "reports/formats/report_writer.h"
#include "tests/support/golden.h"
#include "tests/support/recorded_mac.h"

namespace faultline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Trial crashed_trial() {
  Trial trial;
  trial.pid = 640;
  trial.start_ticks = 1000;
  trial.boot_session = "79bc4a1f-0000-4000-8000-000000000001";
  trial.started = *parse_utc("2025-12-21T01:36:18.000Z");
  trial.duration = std::chrono::milliseconds(500);
  trial.verdict.outcome = Outcome::crashed;
  trial.uncaptured = true;
  return trial;
}

CollectedReport report_of(std::int64_t pid) {
  CollectedReport report;
  report.identity.process_name = "faultline";
  report.identity.pid = pid;
  report.identity.start_ticks = 1000;
  report.identity.boot_session = "79BC4A1F-0000-4000-8000-000000000001";
  report.identity.capture_time = *parse_utc("2025-12-21T01:37:18.500Z");
  report.basis = AttributionBasis::pid_and_start;
  report.latency = std::chrono::milliseconds(3100);
  return report;
}

TEST(CaptureChecksTest, ANearMissSaysWhatAgreesAndWhatDoesNot) {
  const std::string text = describe_near_miss(crashed_trial(), report_of(812));

  EXPECT_EQ(text,
            "a report of faultline: pid 812 and not 640, same start ticks, same boot session, captured 60.0 "
            "s after "
            "its end by the clock");
}

TEST(CaptureChecksTest, WhatAReportDoesNotSayIsNamed) {
  CollectedReport report = report_of(640);
  report.identity.start_ticks.reset();
  report.identity.capture_time.reset();
  report.identity.boot_session = "00000000-0000-4000-8000-000000000002";
  report.notes = {"trial 0: another boot session"};

  const std::string text = describe_near_miss(crashed_trial(), report);

  EXPECT_THAT(text, AllOf(HasSubstr("same pid"), HasSubstr("start ticks not known"),
                          HasSubstr("boot session 00000000-0000-4000-8000-000000000002 and not 79bc4a1f"),
                          HasSubstr("trial 0: another boot session")));
}

TEST(CaptureChecksTest, ALostCanaryShowsTheReportsThatCameNear) {
  SelfTestResult lost;
  lost.trial = crashed_trial();
  lost.why = "no report came";
  lost.near_misses = {describe_near_miss(lost.trial, report_of(812))};

  EXPECT_EQ(check_canary(lost).state, CheckState::bad);
  const auto near = check_near_misses(lost);
  EXPECT_EQ(near.state, CheckState::bad);
  EXPECT_THAT(near.found, HasSubstr("pid 812 and not 640"));
  EXPECT_THAT(near.remedy, HasSubstr("clock"));
}

TEST(CaptureChecksTest, AnotherProcessesCrashIsCapturedLostOrNotTried) {
  SelfTestResult captured;
  captured.trial = crashed_trial();
  captured.report = report_of(640);
  captured.report->identity.process_name = "Python";
  SelfTestResult lost;
  lost.trial = crashed_trial();
  lost.why = "no report came";
  SelfTestResult absent;
  absent.trial.verdict.outcome = Outcome::setup_failed;

  const auto good = check_other_crash({"python", "python3", captured});
  EXPECT_EQ(good.state, CheckState::good);
  EXPECT_EQ(good.found, "a crash of python3 was captured after 3.1 s, by pid_and_start, shown as Python");
  EXPECT_EQ(check_other_crash({"grandchild", "a child of a shell", lost}).state, CheckState::warning);
  EXPECT_EQ(check_other_crash({"python", "python3", absent}).found, "python3 cannot be started here");
  EXPECT_EQ(check_other_crash({"python", "python3", std::nullopt}).state, CheckState::unknown);
}

TEST(CaptureChecksTest, ASampleIsReadOrTheReasonIsSaid) {
  ProcessSample sample;
  sample.threads.resize(2);
  sample.images.resize(31);
  EXPECT_EQ(check_sample({"sample", "this program", sample}).found,
            "stacks of this program: 2 threads, 31 images");
  const auto refused = check_sample({"sample_hardened", "a program of the system",
                                     fail(ErrorKind::process, "sample cannot examine process 99")});
  EXPECT_EQ(refused.state, CheckState::warning);
  EXPECT_THAT(refused.remedy, HasSubstr("get-task-allow"));
}

/// What doctor would have found on the recorded Mac.
HostFindings recorded_findings() {
  HostFindings findings;
  findings.canary.trial = crashed_trial();
  findings.canary.report = report_of(640);
  Analysis analysis;
  analysis.site.text = "faultline faultline_canary+24 abort";
  findings.canary.analysis = analysis;
  SelfTestResult python;
  python.trial = crashed_trial();
  python.report = report_of(641);
  python.report->identity.process_name = "Python";
  SelfTestResult grandchild;
  grandchild.trial = crashed_trial();
  grandchild.why = "no report came";
  grandchild.near_misses = {describe_near_miss(grandchild.trial, report_of(643))};
  SelfTestResult absent;
  absent.trial.verdict.outcome = Outcome::setup_failed;
  findings.others = {{"grandchild", "a child of a shell", grandchild},
                     {"python", "python3", python},
                     {"python", "/usr/bin/python3", absent}};
  ProcessSample sample;
  sample.threads.resize(1);
  sample.images.resize(46);
  findings.samples.push_back({"sample", "this program", sample});
  findings.samples.push_back({"sample_hardened", "a program of the system",
                              fail(ErrorKind::process, "sample cannot examine process 99: it is hardened")});
  findings.folders = {
      {"report_folder", CheckState::good, "/Users/rackmac/Library/Logs/DiagnosticReports is readable", {}}};
  findings.system = mac_checks(recorded_mac());
  findings.common = {{"disk", CheckState::good, "312.4 GiB free at /Users/rackmac/nights", {}}};
  return findings;
}

TEST(CaptureChecksTest, AllThatDoctorSaysOfAMac) {
  const auto checks = all_checks(recorded_findings());

  expect_golden("doctor_mac.txt", write_table(host_check_table(checks), TableFormat::text));
}

TEST(CaptureChecksTest, WhatIsSentToOthersNamesNobody) {
  Scrubber scrubber;
  scrubber.add(SecretKind::host_name, "rackmac-2");
  auto checks = all_checks(recorded_findings());
  checks.push_back({"note", CheckState::good, "rackmac on rackmac-2.local", "write to rackmac@example.org"});

  const std::string text = write_table(host_check_table(scrubbed(checks, scrubber)), TableFormat::json);

  EXPECT_THAT(text, Not(HasSubstr("rackmac")));
  EXPECT_THAT(text, Not(HasSubstr("rackmac-2")));
  EXPECT_THAT(text, Not(HasSubstr("example.org")));
  EXPECT_THAT(text, HasSubstr("/Users/USER/nights"));
  EXPECT_THAT(text, HasSubstr("AGXMetalG16X 329.2 (loaded)"));
}

}  // namespace
}  // namespace faultline
