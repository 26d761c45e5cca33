#include "collector/reporter/onlooker.h"

#include <gmock/gmock.h>

#include <fstream>

#include "collector/reporter/supervisor.h"
#include "tests/collector/reporter/sample_fixture.h"
#include "tests/collector/reporter/trial_fixture.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A program that writes what a test wants takes the place of the system's.
class OnlookerTest : public TrialTest {
 protected:
  /// Writes these texts one after the other.
  SampleCommand writes(const std::string& first, const std::string& second) {
    std::ofstream(folder / "first") << first;
    std::ofstream(folder / "second") << second;
    return script("cp \"$0\"/first \"$1\" && mv \"$0\"/second \"$0\"/first");
  }
  SampleCommand refuses() { return script("echo wait; echo 'you may not look at it' >&2"); }
  SampleCommand never_ends() { return script("sleep 1000 & wait"); }

  /// $0: the test's folder; $1: the file to write.
  SampleCommand script(const std::string& text) {
    const auto place = (folder / "").string();
    return [text, place](pid_t, const std::filesystem::path& file) {
      return std::vector<std::string>{"/bin/sh", "-c", text, place, file.string()};
    };
  }

  static CrashWatcher::HangFacts facts(bool idle) {
    return {seconds(2), milliseconds(200), milliseconds(0), idle};
  }

  /// Looks twice at process 4242 and says whether it is stuck.
  bool look(Onlooker& onlooker, bool idle = true) {
    onlooker.take_stacks({4242});
    return onlooker.report_hang({4242}, facts(idle));
  }

  std::vector<std::string> left_in_report_folder() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(spec.report_folder))
      names.push_back(entry.path().filename().string());
    return names;
  }
};

TEST_F(OnlookerTest, IdleProcessWithTheSameStacksTwiceIsStuckAndReported) {
  Onlooker onlooker(spec.report_folder, writes(sample_text(), sample_text()));

  EXPECT_TRUE(look(onlooker));

  ASSERT_THAT(onlooker.reports(), SizeIs(1));
  EXPECT_EQ(onlooker.reports()[0].pid, 4242);
  const auto report = read_report(onlooker.reports()[0].path);
  EXPECT_EQ(report.header.at("bug_type"), "310");
  EXPECT_EQ(report.header.at("incident_id"), onlooker.reports()[0].incident);
  EXPECT_EQ(report.body.at("hangKind"), "stuck");
  EXPECT_EQ(report.body.at("threads").at(0).at("frames").at(2).at("symbol"), "render");
  EXPECT_THAT(onlooker.note(), IsEmpty());
  EXPECT_THAT(left_in_report_folder(), SizeIs(1));
}

TEST_F(OnlookerTest, ProcessOfWhichAThreadMovedIsSlow) {
  Onlooker onlooker(spec.report_folder, writes(sample_text(), sample_text("")));

  EXPECT_FALSE(look(onlooker));

  ASSERT_THAT(onlooker.reports(), SizeIs(1));
  EXPECT_EQ(read_report(onlooker.reports()[0].path).body.at("hangKind"), "slow");
}

TEST_F(OnlookerTest, ProcessThatUsesTheCpuIsSlowWhateverItsStacks) {
  Onlooker onlooker(spec.report_folder, writes(sample_text(), sample_text()));

  EXPECT_FALSE(look(onlooker, /*idle=*/false));
}

TEST_F(OnlookerTest, RefusalIsSaidWithTheProgramsWordsAndTheCpuDecides) {
  Onlooker onlooker(spec.report_folder, refuses());

  EXPECT_TRUE(look(onlooker, /*idle=*/true));
  EXPECT_FALSE(look(onlooker, /*idle=*/false));

  EXPECT_THAT(onlooker.reports(), IsEmpty());
  EXPECT_THAT(onlooker.note(),
              HasSubstr("no stacks of process 4242: it was refused: you may not look at it"));
}

TEST_F(OnlookerTest, ProgramThatDoesNotEndIsKilledAndSaid) {
  Onlooker onlooker(spec.report_folder, never_ends(), milliseconds(50));

  EXPECT_TRUE(look(onlooker));

  EXPECT_THAT(onlooker.note(), "no stacks of process 4242: /bin/sh did not end in time and was killed");
}

TEST_F(OnlookerTest, TextThatIsNoSampleIsSaid) {
  Onlooker onlooker(spec.report_folder, writes("what?\n", ""));

  look(onlooker);

  EXPECT_THAT(onlooker.note(), HasSubstr("no stacks of process 4242: the text has no call graph"));
  EXPECT_THAT(left_in_report_folder(), IsEmpty());
}

TEST_F(OnlookerTest, ProgramThatIsMissingIsSaid) {
  Onlooker onlooker(spec.report_folder, [](pid_t, const std::filesystem::path&) {
    return std::vector<std::string>{"/no/such/sample"};
  });

  EXPECT_TRUE(look(onlooker));

  EXPECT_THAT(onlooker.note(), AllOf(HasSubstr("it was refused"), HasSubstr("/no/such/sample")));
}

TEST_F(OnlookerTest, WithoutAProgramNothingIsReportedAndNothingSaid) {
  Onlooker onlooker(spec.report_folder, {});

  EXPECT_TRUE(look(onlooker, /*idle=*/true));
  EXPECT_FALSE(look(onlooker, /*idle=*/false));

  EXPECT_THAT(onlooker.reports(), IsEmpty());
  EXPECT_THAT(onlooker.note(), IsEmpty());
}

TEST_F(OnlookerTest, SupervisorHasAHungTrialSampledBeforeItIsKilled) {
  SupervisorOptions options;
  const auto command = writes(sample_text(), sample_text());
  options.make_reporter = [&](const ReporterSettings& settings) {
    return std::make_unique<Onlooker>(settings.report_folder, command);
  };
  spec.timeout = milliseconds(100);
  spec.argv = child("stuck");

  const auto status = supervise(spec, options);

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->timed_out);
  EXPECT_TRUE(status->stuck);
  EXPECT_EQ(status->term_signal, SIGABRT);
  ASSERT_THAT(status->reports, SizeIs(1));
  EXPECT_EQ(read_report(status->reports[0].path).body.at("hangKind"), "stuck");
  EXPECT_THAT(status->capture_note, IsEmpty());
}

TEST_F(OnlookerTest, SupervisorSaysThatNoStacksCouldBeTaken) {
  SupervisorOptions options;
  const auto command = refuses();
  options.make_reporter = [&](const ReporterSettings& settings) {
    return std::make_unique<Onlooker>(settings.report_folder, command);
  };
  spec.timeout = milliseconds(100);
  spec.argv = child("stuck");

  const auto status = supervise(spec, options);

  ASSERT_TRUE(status) << status.error().text();
  EXPECT_TRUE(status->stuck);
  EXPECT_THAT(status->reports, IsEmpty());
  EXPECT_THAT(status->capture_note, HasSubstr("you may not look at it"));
}

}  // namespace
}  // namespace faultline
