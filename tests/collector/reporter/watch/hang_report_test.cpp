#include "collector/reporter/watch/hang_report.h"

#include <gmock/gmock.h>

#include "analyzer/analyze.h"
#include "analyzer/parse/parse_report.h"
#include "core/ips/ips_writer.h"
#include "tests/collector/reporter/watch/sample_fixture.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kBoot = "0A0B0C0D-0000-4000-8000-000000000001";

/// The report as it is stored and read again.
CrashReport stored(const std::string& text, const HangFacts& hang) {
  const auto sample = parse_sample_text(text);
  EXPECT_TRUE(sample) << sample.error().text();
  SampleMoment moment{*parse_report_time("2026-03-01 10:00:03.0000 +0100"), 60, 123'456'789, kBoot};
  return parse_report(write_ips(build_hang_report(*sample, hang, moment)));
}

HangFacts stuck_after_two_seconds() {
  return {true, milliseconds(2000), milliseconds(1), milliseconds(200), 0};
}

TEST(HangReportTest, SaysWhatWasSeenOfTheHang) {
  const auto report = stored(sample_text(), stuck_after_two_seconds());

  EXPECT_EQ(report.kind, ReportKind::hang);
  EXPECT_EQ(report.header.bug_type, "310");
  EXPECT_THAT(report.extras, Contains(Pair("hangKind", "stuck")));
  EXPECT_THAT(report.report_notes,
              ElementsAre("stuck after 2000 ms: 1.0 ms of CPU time in 200 ms; 0 of 2 threads had moved"));
}

TEST(HangReportTest, SaysThatPartOfTheSampleCouldNotBeRead) {
  const auto report = stored(sample_text("        800 nap  (in paint\n"), stuck_after_two_seconds());

  EXPECT_THAT(report.report_notes, Contains("lines of the sample that could not be read: 1"));
}

TEST(HangReportTest, SlowOneIsCalledSlow) {
  const auto report =
      stored(sample_text(), {false, milliseconds(2000), milliseconds(190), milliseconds(200), 1});

  EXPECT_THAT(report.extras, Contains(Pair("hangKind", "slow")));
  EXPECT_THAT(report.report_notes.at(0), HasSubstr("slow after 2000 ms: 190.0 ms of CPU time"));
  EXPECT_THAT(report.report_notes.at(0), HasSubstr("1 of 2 threads had moved"));
}

TEST(HangReportTest, IsOfTheProcessThatHung) {
  const auto report = stored(sample_text(), stuck_after_two_seconds());

  EXPECT_TRUE(report.incident && Uuid::parse(*report.incident));
  EXPECT_EQ(report.process_name, "painter");
  EXPECT_EQ(report.pid, 4242);
  EXPECT_EQ(report.parent_pid, 4200);
  EXPECT_EQ(report.cpu_type, "ARM-64");
  EXPECT_EQ(report.os.train, "macOS 15.7.3");
  EXPECT_EQ(report.os.build, "24G419");
  EXPECT_EQ(report.capture_time, "2026-03-01 10:00:03.0000 +0100");
  EXPECT_EQ(report.launch_time, "2026-03-01 10:00:00.250 +0100");
  EXPECT_EQ(report.start_ticks, 123'456'789U);
  EXPECT_EQ(report.boot_session, kBoot);
}

TEST(HangReportTest, ThreadsKeepNamesQueuesAndPlaces) {
  const auto report = stored(sample_text(), stuck_after_two_seconds());

  ASSERT_EQ(report.threads.size(), 2U);
  const auto& main = report.threads[0];
  EXPECT_EQ(main.id, 901U);
  EXPECT_EQ(main.name, "Main Thread");
  EXPECT_EQ(main.queue, "com.example.paint");
  ASSERT_EQ(main.frames.size(), 4U);
  EXPECT_EQ(main.frames[0].symbol, "__psynch_mutexwait");
  EXPECT_EQ(main.frames[0].symbol_location, 8U);
  ASSERT_NE(report.image_of(main.frames[1]), nullptr);
  EXPECT_EQ(report.image_of(main.frames[1])->name, "Driver");
  EXPECT_EQ(main.frames[1].image_offset.value, 0x40U);
  EXPECT_EQ(main.frames[1].symbol, std::nullopt);
}

TEST(HangReportTest, ABusyThreadShowsTheStackInWhichItWasSeenMostOften) {
  const auto report = stored(sample_text("        300 nap  (in painter) + 20  [0x100001014]\n"
                                         "        500 work  (in painter) + 4  [0x100001504]\n"),
                             stuck_after_two_seconds());

  EXPECT_EQ(report.threads.at(1).frames.at(0).symbol, "work");
}

TEST(HangReportTest, PlaceInNoImageKeepsItsAddress) {
  const auto report =
      stored(sample_text("        800 ???  (in <unknown binary>)  [0x7f0010]\n"), stuck_after_two_seconds());

  EXPECT_EQ(report.address_of(report.threads.at(1).frames.at(0)), RuntimeAddress{0x7f0010});
}

TEST(HangReportTest, LaunchTimeThatCannotBeReadIsLeftOut) {
  auto text = sample_text();
  const std::string readable = "10:00:00.250 +0100";
  text.replace(text.find(readable), readable.size(), "10:00:00.250 a +0100");

  EXPECT_EQ(stored(text, stuck_after_two_seconds()).launch_time, std::nullopt);
}

TEST(HangReportTest, HasASiteOfItsOwnApartFromCrashes) {
  const auto analysis = analyze(stored(sample_text(), stuck_after_two_seconds()));

  EXPECT_EQ(analysis.fault.kind, FaultKind::hang);
  EXPECT_EQ(analysis.site.text, "painter hang");
}

}  // namespace
}  // namespace faultline
