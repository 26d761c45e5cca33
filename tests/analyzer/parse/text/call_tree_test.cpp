#include "analyzer/parse/text/call_tree.h"

#include <gtest/gtest.h>

#include "analyzer/parse/parse_report.h"

namespace faultline {
namespace {

TEST(SampledReportTest, ASampleIsAProfileWithTheMostSeenStacks) {
  const auto report = parse_report(
      "Analysis of sampling peatbogd (pid 31007) every 1 millisecond\nProcess:         peatbogd [31007]\n"
      "Date/Time:       2026-04-18 12:30:09.441 +0200\nAnalysis Tool:   /usr/bin/sample\n----\n\nCall "
      "graph:\n"
      "    2610 Thread_774120   DispatchQueue_1: com.apple.main-thread  (serial)\n"
      "    + 2610 main  (in peatbogd) + 412  [0x1007d91bc]\n"
      "    +   780 bog_stack(bog_layer*)  (in peatbogd) + 160  [0x1007df9a4]\n"
      "    +   1830 bog_cut(bog_layer*)  (in peatbogd) + 96  [0x1007de4a0]\n"
      "    +   ! 1830 bog_dry(bog_layer*, float)  (in peatbogd) + 284  [0x1007df11c]\n"
      "    2610 Thread_774131: bog-rain\n    + 2610 thread_start  (in libsystem_pthread.dylib) + 8  "
      "[0x18d617c18]\n\n"
      "Total number in stack (recursive counted multiple, when >=5):\n");

  EXPECT_EQ(report.kind, ReportKind::profile);
  EXPECT_EQ(report.process_name, "peatbogd");
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[0].queue, "com.apple.main-thread");
  ASSERT_EQ(report.threads[0].frames.size(), 3U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "bog_dry(bog_layer*, float)");
  EXPECT_EQ(report.threads[0].frames[0].symbol_location, 284U);
  EXPECT_EQ(report.threads[1].name, "bog-rain");
  EXPECT_FALSE(report.crashed_thread_index());
}

TEST(SampledReportTest, ASpindumpGivesTheThreadsOfItsProcessAndTheEvent) {
  const auto report = parse_report(
      "Date/Time:        2025-06-02 03:14:40.120 +0200\nData Source:      Stackshots\n"
      "Reason:           checkin with service: odd returned not alive\nCommand:          odd\nPID:           "
      "   131\n"
      "Event:            service process watchdog\nDuration:         5.19s\n\nProcess:          odd [131]\n\n"
      "  Thread 0x4f1    DispatchQueue \"com.apple.main-thread\"(1)    11 samples (1-11)\n"
      "  11  main + 1340 (odd + 55116) [0x1029e574c] 1-11\n"
      "    11  __psynch_mutexwait + 8 (libsystem_kernel.dylib + 20116) [0x18d5dde94] 1-11\n"
      "     *11  ??? (kernel.release.t8112 + 5311120) [0xfffffe0007610a90] 1-11\n\n"
      "Process:          other [9]\n\n  Thread 0x77    11 samples (1-11)\n"
      "  11  start + 8 (dyld + 5) [0x18d342bfc] 1-11\n");

  EXPECT_EQ(report.kind, ReportKind::hang);
  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.threads[0].queue, "com.apple.main-thread");
  ASSERT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "__psynch_mutexwait");
  ASSERT_TRUE(report.system_event);
  EXPECT_EQ(report.system_event->event, "service process watchdog");
  EXPECT_EQ(report.system_event->duration, "5.19s");
  EXPECT_EQ(report.system_event->reason, "checkin with service: odd returned not alive");
}

TEST(SampledReportTest, ALimitGivesAmountAndLimit) {
  const auto report = parse_report(
      "{\"bug_type\":\"145\",\"incident_id\":\"D40B1086-CC3E-4FD1-944E-060977473ADE\",\"app_name\":"
      "\"middend\"}\n"
      "Date/Time:        2025-08-02 20:31:14.205 +0100\nData Source:      Microstackshots\nCommand:          "
      "middend\n"
      "PID:              640\nEvent:            disk writes\nWrites:           2147.51 MB dirtied over 5982 "
      "seconds\n"
      "Writes limit:     2147.48 MB\n");

  EXPECT_EQ(report.kind, ReportKind::resource);
  EXPECT_EQ(report.process_name, "middend");
  ASSERT_TRUE(report.system_event);
  EXPECT_EQ(report.system_event->amount, "2147.51 MB dirtied over 5982 seconds");
  EXPECT_EQ(report.system_event->limit, "2147.48 MB");
}

}  // namespace
}  // namespace faultline
