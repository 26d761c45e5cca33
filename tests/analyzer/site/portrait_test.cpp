#include "analyzer/site/portrait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/analyze.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kObject = 0x600001234560;

ReportMaker crashed_in_driver() {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x0", kObject}, {"x20", 0}});
  maker.frame("AGXMetalG16X", "-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  return maker;
}

TEST(PortraitTest, ShowsEqualStacksOnceWithTheirThreads) {
  ReportMaker maker = crashed_in_driver();
  const Thread waiting =
      maker.other_thread("libsystem_kernel.dylib", {"__psynch_cvwait", "_pthread_cond_wait"});
  maker.report().threads.push_back(waiting);
  maker.report().threads.push_back(waiting);

  const Portrait portrait = analyze(maker.report()).portrait;

  ASSERT_EQ(portrait.groups.size(), 1U);
  EXPECT_THAT(portrait.groups[0].threads, ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(portrait.groups[0].waits_for, "condition variable");
}

struct WaitCase {
  std::string waits_for;
  std::vector<std::string> frames;
};

TEST(PortraitTest, TellsWhatAThreadWaitsFor) {
  for (const WaitCase& row : std::vector<WaitCase>{
           {"GIL", {"__psynch_cvwait", "_pthread_cond_wait", "take_gil", "_PyEval_EvalFrameDefault"}},
           {"mutex", {"__psynch_mutexwait", "_pthread_mutex_firstfit_lock_wait", "encode"}},
           {"mutex", {"__lll_lock_wait", "___pthread_mutex_lock", "std::mutex::lock()", "encode"}},
           {"semaphore", {"semaphore_wait_trap", "run"}},
           {"command buffer", {"__psynch_cvwait", "-[_MTLCommandBuffer waitUntilCompleted]"}},
           {"run loop", {"mach_msg2_trap", "mach_msg", "__CFRunLoopServiceMachPort", "__CFRunLoopRun"}},
           {"futex", {"__futex_abstimed_wait_common", "wait"}},
           {"barrier", {"__futex_abstimed_wait_common", "std::barrier<void>::arrive_and_wait()"}},
           {"another thread's end", {"__pthread_clockjoin_ex", "std::thread::join()"}},
           {"", {"encode", "worker"}},
       }) {
    ReportMaker maker = crashed_in_driver();
    Thread thread;
    for (const auto& name : row.frames) thread.frames.push_back(maker.make_frame("lib", name, 40));
    maker.report().threads.push_back(thread);
    const Portrait portrait = analyze(maker.report()).portrait;
    ASSERT_EQ(portrait.groups.size(), 1U);
    EXPECT_EQ(portrait.groups[0].waits_for, row.waits_for) << row.frames.front();
  }
}

TEST(PortraitTest, ListsThoseInTheCrashImageFirstThenThoseThatShareAPointer) {
  ReportMaker maker = crashed_in_driver();
  Thread idle = maker.other_thread("libsystem_kernel.dylib", {"__workq_kernreturn"});
  maker.report().threads.push_back(idle);
  maker.report().threads.push_back(idle);
  Thread& sharing = maker.other_thread("libtorch_cpu.dylib", {"at::mps::MPSStream::commit()"});
  sharing.state = ReportMaker::arm64_state({{"x3", kObject | (0x7aULL << 56U)}});
  maker.other_thread("AGXMetalG16X", {"-[AGXG16XFamilyComputeContext endEncoding]"}).queue =
      "metal gpu stream 2";

  const Portrait portrait = analyze(maker.report()).portrait;

  ASSERT_EQ(portrait.groups.size(), 3U);
  EXPECT_TRUE(portrait.groups[0].in_crash_image);
  EXPECT_EQ(portrait.groups[0].place, "AGXMetalG16X -[AGXG16XFamilyComputeContext endEncoding]");
  EXPECT_THAT(portrait.groups[0].queues, ElementsAre("metal gpu stream 2"));
  // Compared without the signature in the upper bits.
  EXPECT_THAT(portrait.groups[1].shared, ElementsAre(SharedPointer{kObject, "x0", 4, "x3"}));
  EXPECT_EQ(portrait.groups[2].threads.size(), 3U);
}

TEST(PortraitTest, SharesNoSmallNumbersCodeOrStack) {
  ReportMaker maker = crashed_in_driver();
  const std::uint64_t code = maker.report().images[0].base.value + 0x100;
  maker.arm64({{"x0", 0x10}, {"x1", code}, {"x2", 0x16f000040}, {"sp", 0x16f000000}});
  Thread& other = maker.other_thread("lib", {"f"});
  other.state = ReportMaker::arm64_state({{"x0", 0x10}, {"x1", code}, {"x2", 0x16f000040}, {"x20", 0}});
  EXPECT_TRUE(analyze(maker.report()).portrait.groups[0].shared.empty());
}

TEST(PortraitTest, NamesTheFunctionsOfOthersByFamilyWithoutWaitsAndPlumbing) {
  ReportMaker maker = crashed_in_driver();
  maker.other_thread("AGXMetalG16X",
                     {"-[AGXG16XFamilyComputeContext endEncoding]", "_pthread_start", "below"});
  maker.other_thread("libsystem_kernel.dylib", {"__psynch_cvwait", "_pthread_cond_wait"});
  EXPECT_THAT(analyze(maker.report()).portrait.functions,
              ElementsAre("AGXMetal* -[AGXG*FamilyComputeContext endEncoding]"));
}

TEST(PortraitTest, TellsThePhaseFromFrames) {
  ReportMaker leaving = crashed_in_driver();
  leaving.frame("libsystem_c.dylib", "__cxa_finalize_ranges").frame("libsystem_c.dylib", "exit");
  EXPECT_EQ(analyze(leaving.report()).portrait.phase, "exit");

  ReportMaker finalising = crashed_in_driver();
  finalising.frame("Python", "Py_FinalizeEx");
  EXPECT_EQ(analyze(finalising.report()).portrait.phase, "interpreter finalisation");

  // Every main thread begins in dyld's `start`: that alone is no start-up.
  ReportMaker running = crashed_in_driver();
  running.frame("app", "main").frame("dyld", "start");
  EXPECT_EQ(analyze(running.report()).portrait.phase, "");
}

TEST(PortraitTest, IsEmptyForACutReport) {
  ReportMaker maker = crashed_in_driver();
  const Portrait portrait = analyze(maker.report()).portrait;
  EXPECT_TRUE(portrait.groups.empty());
  EXPECT_TRUE(portrait.functions.empty());
}

}  // namespace
}  // namespace faultline
