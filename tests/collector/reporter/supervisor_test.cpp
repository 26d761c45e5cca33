#include "collector/reporter/supervisor.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "tests/collector/reporter/trial_fixture.h"
#ifdef __linux__
#include "collector/reporter/ptrace/ptrace_reporter_linux.h"
#endif

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SupervisorTest : public TrialTest {};

#ifdef __linux__
TEST_F(SupervisorTest, AnExpectedImageIsLookedForRightBeforeTheEnd) {
  REQUIRE_ON_LINUX(can_capture(), "ptrace is refused here");
  spec.argv = {"/usr/bin/true"};
  spec.expect_image = "libc[.-]*";
  const auto loaded = supervise(spec, {});
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->image_seen, true);

  spec.expect_image = "libfix*";
  const auto missing = supervise(spec, {});
  ASSERT_TRUE(missing) << missing.error().text();
  EXPECT_EQ(missing->image_seen, false);

  spec.capture = CaptureMode::off;
  const auto unseen = supervise(spec, {});
  ASSERT_TRUE(unseen) << unseen.error().text();
  EXPECT_EQ(unseen->image_seen, std::nullopt) << "over before anybody could look";
}

TEST_F(SupervisorTest, RefusedCaptureIsSaidAndTheDeathIsCounted) {
  SupervisorOptions options;
  options.make_reporter = [](const ReporterSettings& settings) {
    return std::make_unique<PtraceReporter>(settings, [](pid_t, unsigned long) {
      errno = EPERM;
      return -1L;
    });
  };
  spec.argv = child("read-null");

  const auto status = supervise(spec, options);

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->capture_refused);
  EXPECT_THAT(status->capture_note, HasSubstr("ptrace was refused: Operation not permitted"));
  EXPECT_THAT(status->reports, IsEmpty());
  EXPECT_EQ(status->term_signal, SIGSEGV);
  EXPECT_THAT(status->crash_deaths, ElementsAre(CrashDeath{status->pid, SIGSEGV, false}));
}

TEST_F(SupervisorTest, UnderAnotherTracerTheKernelRefusesAndTheTrialRunsAllTheSame) {
  REQUIRE_ON_LINUX(can_capture(), "ptrace is refused here");
  // Where the program itself is sanitized, its leak check would fail for the same reason.
  spec.env.push_back({"ASAN_OPTIONS", "detect_leaks=0"});
  spec.argv = {FAULTLINE_REPORT_PROGRAM,
               "--out",
               spec.report_folder.string(),
               "--",
               FAULTLINE_CRASH_CHILD,
               "exit",
               "3"};

  const auto status = supervise(spec, SupervisorOptions());

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->exit_code, 3);
  EXPECT_THAT(error_output(), HasSubstr("ptrace was refused"));
}
#endif

TEST_F(SupervisorTest, ReadableControlLineEndsTheTrial) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[1]);  // Whoever held it is gone.
  SupervisorOptions options;
  options.control_fd = ends[0];
  spec.argv = shell("sleep 60");

  const auto status = supervise(spec, options);
  ::close(ends[0]);

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->interrupted);
}

TEST_F(SupervisorTest, WithoutACommandThereIsNothingToDo) {
  const auto status = supervise(spec, SupervisorOptions());

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind(), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace faultline
