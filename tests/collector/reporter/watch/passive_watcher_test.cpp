#include "collector/reporter/watch/passive_watcher.h"

#include <gmock/gmock.h>

#include <fstream>

#include "collector/reporter/supervisor.h"
#include "tests/collector/reporter/trial_fixture.h"
#include "tests/collector/reporter/watch/sample_fixture.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A program that writes what a test wants takes the place of the system's.
class PassiveWatcherTest : public TrialTest {
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
  bool look(PassiveWatcher& passive_watcher, bool idle = true) {
    passive_watcher.take_stacks({4242});
    return passive_watcher.report_hang({4242}, facts(idle));
  }

  std::vector<std::string> left_in_report_folder() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(spec.report_folder))
      names.push_back(entry.path().filename().string());
    return names;
  }
};

TEST_F(PassiveWatcherTest, IdleProcessWithTheSameStacksTwiceIsStuckAndReported) {
  PassiveWatcher passive_watcher(spec.report_folder, writes(sample_text(), sample_text()));

  EXPECT_TRUE(look(passive_watcher));

  ASSERT_THAT(passive_watcher.reports(), SizeIs(1));
  EXPECT_EQ(passive_watcher.reports()[0].pid, 4242);
  const auto report = read_report(passive_watcher.reports()[0].path);
  EXPECT_EQ(report.header.at("bug_type"), "310");
  EXPECT_EQ(report.header.at("incident_id"), passive_watcher.reports()[0].incident);
  EXPECT_EQ(report.body.at("hangKind"), "stuck");
  EXPECT_EQ(report.body.at("threads").at(0).at("frames").at(2).at("symbol"), "render");
  EXPECT_THAT(passive_watcher.note(), IsEmpty());
  EXPECT_THAT(left_in_report_folder(), SizeIs(1));
}

TEST_F(PassiveWatcherTest, ProcessOfWhichAThreadMovedIsSlow) {
  PassiveWatcher passive_watcher(spec.report_folder, writes(sample_text(), sample_text("")));

  EXPECT_FALSE(look(passive_watcher));

  ASSERT_THAT(passive_watcher.reports(), SizeIs(1));
  EXPECT_EQ(read_report(passive_watcher.reports()[0].path).body.at("hangKind"), "slow");
}

TEST_F(PassiveWatcherTest, ProcessThatUsesTheCpuIsSlowWhateverItsStacks) {
  PassiveWatcher passive_watcher(spec.report_folder, writes(sample_text(), sample_text()));

  EXPECT_FALSE(look(passive_watcher, /*idle=*/false));
}

TEST_F(PassiveWatcherTest, RefusalIsSaidWithTheProgramsWordsAndTheCpuDecides) {
  PassiveWatcher passive_watcher(spec.report_folder, refuses());

  EXPECT_TRUE(look(passive_watcher, /*idle=*/true));
  EXPECT_FALSE(look(passive_watcher, /*idle=*/false));

  EXPECT_THAT(passive_watcher.reports(), IsEmpty());
  EXPECT_THAT(passive_watcher.note(),
              HasSubstr("no stacks of process 4242: it was refused: you may not look at it"));
}

TEST_F(PassiveWatcherTest, ProgramThatDoesNotEndIsKilledAndSaid) {
  PassiveWatcher passive_watcher(spec.report_folder, never_ends(), milliseconds(50));

  EXPECT_TRUE(look(passive_watcher));

  EXPECT_THAT(passive_watcher.note(),
              "no stacks of process 4242: /bin/sh did not end in time and was killed");
}

TEST_F(PassiveWatcherTest, TextThatIsNoSampleIsSaid) {
  PassiveWatcher passive_watcher(spec.report_folder, writes("what?\n", ""));

  look(passive_watcher);

  EXPECT_THAT(passive_watcher.note(), HasSubstr("no stacks of process 4242: the text has no call graph"));
  EXPECT_THAT(left_in_report_folder(), IsEmpty());
}

TEST_F(PassiveWatcherTest, ProgramThatIsMissingIsSaid) {
  PassiveWatcher passive_watcher(spec.report_folder, [](pid_t, const std::filesystem::path&) {
    return std::vector<std::string>{"/no/such/sample"};
  });

  EXPECT_TRUE(look(passive_watcher));

  EXPECT_THAT(passive_watcher.note(), AllOf(HasSubstr("it was refused"), HasSubstr("/no/such/sample")));
}

TEST_F(PassiveWatcherTest, WithoutAProgramNothingIsReportedAndNothingSaid) {
  PassiveWatcher passive_watcher(spec.report_folder, {});

  EXPECT_TRUE(look(passive_watcher, /*idle=*/true));
  EXPECT_FALSE(look(passive_watcher, /*idle=*/false));

  EXPECT_THAT(passive_watcher.reports(), IsEmpty());
  EXPECT_THAT(passive_watcher.note(), IsEmpty());
}

TEST_F(PassiveWatcherTest, SupervisorHasAHungTrialSampledBeforeItIsKilled) {
  SupervisorOptions options;
  const auto command = writes(sample_text(), sample_text());
  options.make_reporter = [&](const ReporterSettings& settings) {
    return std::make_unique<PassiveWatcher>(settings.report_folder, command);
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

TEST_F(PassiveWatcherTest, SupervisorSaysThatNoStacksCouldBeTaken) {
  SupervisorOptions options;
  const auto command = refuses();
  options.make_reporter = [&](const ReporterSettings& settings) {
    return std::make_unique<PassiveWatcher>(settings.report_folder, command);
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
