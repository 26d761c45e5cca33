// Both kinds of job files, whole: what launchd and systemd would be given.

#include "app/jobs/job_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/run_program.h"

namespace faultline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  EXPECT_EQ(read_whole(path), text) << name;
}

Job nightly() {
  Job job;
  job.name = "nightly";
  job.description = "Faultline campaign nightly.toml";
  job.command = {"/opt/faultline/bin/faultline", "run", "/data/100% \"new\" & <old>/nightly.toml", "--db",
                 "/data/$HOME.db"};
  job.working_folder = "/data/night runs";
  job.env = {{"PATH", "/usr/bin:/bin"}, {"MTL_DEBUG_LAYER", "a \"b\" & 5%"}};
  job.start = Job::Start::daily;
  job.at = {23, 5};
  return job;
}

TEST(JobFilesTest, ADailyJobAsLaunchdReadsIt) {
  const auto files = launchd_files(nightly());

  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(files[0].name, "faultline.nightly.plist");
  expect_golden("nightly.plist", files[0].text);
}

TEST(JobFilesTest, ADailyJobAsSystemdReadsIt) {
  const auto files = systemd_files(nightly());

  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].name, "faultline-nightly.service");
  EXPECT_EQ(files[1].name, "faultline-nightly.timer");
  expect_golden("nightly.service", files[0].text);
  expect_golden("nightly.timer", files[1].text);
}

TEST(JobFilesTest, AJobAtLoginStartsOnceAndAWatchForEver) {
  Job job = nightly();
  job.start = Job::Start::at_login;
  EXPECT_THAT(launchd_files(job)[0].text, HasSubstr("<key>RunAtLoad</key>\n  <true/>"));
  EXPECT_THAT(launchd_files(job)[0].text, Not(HasSubstr("StartCalendarInterval")));
  EXPECT_THAT(systemd_files(job), SizeIs(1));
  EXPECT_THAT(systemd_files(job)[0].text, HasSubstr("[Install]\nWantedBy=default.target\n"));
  EXPECT_THAT(systemd_files(job)[0].text, Not(HasSubstr("Restart=")));

  job.start = Job::Start::always;
  EXPECT_THAT(launchd_files(job)[0].text, HasSubstr("<key>KeepAlive</key>\n  <true/>"));
  EXPECT_THAT(systemd_files(job)[0].text, HasSubstr("Restart=always\n"));
}

TEST(JobFilesTest, AJobThatRunsOnceIsStartedByNothingLater) {
  Job job = nightly();
  job.start = Job::Start::once;

  EXPECT_THAT(launchd_files(job)[0].text, HasSubstr("<key>RunAtLoad</key>\n  <true/>"));
  EXPECT_THAT(launchd_files(job)[0].text, Not(HasSubstr("KeepAlive")));
  EXPECT_THAT(systemd_files(job), SizeIs(1));
  EXPECT_THAT(systemd_files(job)[0].text, Not(HasSubstr("[Install]")));
  EXPECT_THAT(systemd_files(job)[0].text, Not(HasSubstr("Restart=")));
}

TEST(JobFilesTest, ATimeOfDayIsHoursAndMinutes) {
  EXPECT_EQ(parse_time_of_day("23:00"), (TimeOfDay{23, 0}));
  EXPECT_EQ(parse_time_of_day("7:05"), (TimeOfDay{7, 5}));
  for (const auto* text : {"", "23", "24:00", "23:60", "23:5", "123:00", ":30", "11pm", "-1:00", "2 :00"}) {
    EXPECT_FALSE(parse_time_of_day(text)) << text;
  }
}

TEST(JobFilesTest, AFilesNameBecomesAJobsName) {
  EXPECT_EQ(job_name("nightly"), "nightly");
  EXPECT_EQ(job_name("my night.v2"), "my-night-v2");
  EXPECT_EQ(job_name("../x"), "---x");
  EXPECT_EQ(job_name(""), "campaign");
}

/// `faultline` with a home of its own and a systemctl that only writes down what it is told.
class ScheduleTest : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef __APPLE__
    GTEST_SKIP() << "launchd is not asked in a test";
#endif
    std::filesystem::create_directories(folder_ / "bin");
    std::ofstream(folder_ / "bin/systemctl")
        << "#!/bin/sh\necho \"$@\" >> " << (folder_ / "told").string() << "\n";
    std::filesystem::permissions(folder_ / "bin/systemctl", std::filesystem::perms::owner_all);
    std::ofstream(folder_ / "night.toml")
        << "[campaign]\nname = \"n\"\ntrials = 1\n[[workload]]\nname = \"w\"\ncommand = [\"true\"]\n";
  }
  ProgramResult run(std::vector<std::string> words) const {
    std::vector<std::string> argv{"/usr/bin/env",
                                  "-u",
                                  "XDG_CONFIG_HOME",
                                  "-u",
                                  "XDG_STATE_HOME",
                                  "HOME=" + folder_.path().string(),
                                  "PATH=" + (folder_ / "bin").string() + ":/usr/bin:/bin",
                                  "MTL_DEBUG_LAYER=1",
                                  faultline_program(),
                                  "schedule"};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_program(argv);
  }
  [[nodiscard]] std::filesystem::path unit(const std::string& name) const {
    return folder_ / (".config/systemd/user/" + name);
  }

  ScopedTempFolder folder_;
};

TEST_F(ScheduleTest, ACampaignIsScheduledAndTakenAway) {
  const auto campaign = (folder_ / "night.toml").string();

  const auto added = run({campaign, "--at", "23:00", "--db", (folder_ / "n.db").string()});

  ASSERT_EQ(added.exit_status, 0) << added.err;
  const auto service = read_whole(unit("faultline-night.service"));
  EXPECT_THAT(service,
              HasSubstr("\"run\" \"" + campaign + "\" \"--db\" \"" + (folder_ / "n.db").string() + "\""));
  EXPECT_THAT(service, HasSubstr("Environment=\"MTL_DEBUG_LAYER=1\"\n"));
  EXPECT_THAT(service, HasSubstr("WorkingDirectory=" + std::filesystem::current_path().string() + "\n"));
  EXPECT_THAT(read_whole(unit("faultline-night.timer")), HasSubstr("OnCalendar=*-*-* 23:00:00\n"));
  EXPECT_THAT(read_whole(unit("faultline-night-resume.service")), HasSubstr("\"--if-unfinished\""));
  EXPECT_THAT(read_whole(folder_ / "told"), HasSubstr("--user enable --now faultline-night.timer\n"));
  EXPECT_THAT(read_whole(folder_ / "told"), HasSubstr("--user enable faultline-night-resume.service\n"));

  const auto removed = run({campaign, "--remove"});

  EXPECT_EQ(removed.exit_status, 0) << removed.err;
  EXPECT_TRUE(std::filesystem::is_empty(unit("")));
  EXPECT_THAT(read_whole(folder_ / "told"), HasSubstr("--user disable --now faultline-night.timer\n"));
  EXPECT_EQ(run({campaign, "--remove"}).exit_status, 2);
}

TEST_F(ScheduleTest, AWatchIsScheduledAndTakenAway) {
  const auto reports = (folder_ / "reports").string();

  ASSERT_EQ(run({"--watch", reports}).exit_status, 0);
  EXPECT_THAT(read_whole(unit("faultline-watch.service")), HasSubstr("\"" + reports + "\"\n"));
  ASSERT_EQ(run({"--watch", "--remove"}).exit_status, 0);
  EXPECT_FALSE(std::filesystem::exists(unit("faultline-watch.service")));
}

TEST_F(ScheduleTest, WhatCannotBeScheduledIsSaidAndNothingIsWritten) {
  const auto campaign = (folder_ / "night.toml").string();
  EXPECT_THAT(run({campaign}).err, HasSubstr("--at 23:00"));
  EXPECT_THAT(run({campaign, "--at", "25:00"}).err, HasSubstr("is no time of day"));
  EXPECT_THAT(run({(folder_ / "none.toml").string(), "--at", "23:00"}).err, HasSubstr("none.toml"));
  EXPECT_EQ(run({}).exit_status, 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".config"));
}

TEST_F(ScheduleTest, WhereTheSystemCannotBeToldTheCommandToDoSoIsNamed) {
  std::ofstream(folder_ / "bin/systemctl") << "#!/bin/sh\necho 'no bus' >&2\nexit 1\n";

  const auto added = run({(folder_ / "night.toml").string(), "--at", "7:30"});

  EXPECT_EQ(added.exit_status, 1);
  EXPECT_THAT(added.err,
              HasSubstr("systemctl exited with 1: no bus; run by hand: systemctl --user daemon-reload"));
  EXPECT_TRUE(std::filesystem::exists(unit("faultline-night.timer")));
}

/// With a systemctl that starts a service as systemd does: in the unit's environment alone, in its folder, in
/// the background.
class ScheduleCheckTest : public ScheduleTest {
 protected:
  void SetUp() override {
    ScheduleTest::SetUp();
    std::ofstream(folder_ / "bin/systemctl") << R"sh(#!/bin/sh
echo "$@" >> "$HOME/told"
[ "$2" = start ] || exit 0
unit=$HOME/.config/systemd/user/$4
words() { sed -n "s/^$1=//p" "$unit" | sed 's/%%/%/g; s/[$][$]/\\$/g' | tr '\n' ' '; }
cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")"
eval "env -i $(words Environment) $(words ExecStart)" > /dev/null 2>&1 &
)sh";
  }
};

TEST_F(ScheduleCheckTest, DoctorIsRunAsAJobAndWhatItSaidIsShownAndKept) {
  const auto checked = run({"--check", "--db", (folder_ / "it's $5 100%.db").string()});

  EXPECT_THAT(checked.out, AllOf(HasSubstr("canary"), HasSubstr("remedy"))) << checked.err;
  const bool fit = checked.out.find("This host is fit for a campaign.") != std::string::npos;
  EXPECT_EQ(checked.exit_status, fit ? 0 : 1) << checked.out;
  EXPECT_TRUE(fit || checked.out.find("This host is not fit for a campaign.") != std::string::npos);
  const auto log = folder_ / ".local/state/faultline/check.log";
  EXPECT_EQ(read_whole(log), checked.out);
  EXPECT_THAT(checked.err, HasSubstr("it is kept in " + log.string()));
  EXPECT_TRUE(std::filesystem::is_empty(unit("")));
  EXPECT_THAT(read_whole(folder_ / "told"), HasSubstr("--user stop faultline-check-now.service\n"));
}

TEST_F(ScheduleCheckTest, WhereNoJobCanBeStartedThatIsSaidAndNothingStays) {
  std::ofstream(folder_ / "bin/systemctl") << "#!/bin/sh\necho 'no bus' >&2\nexit 1\n";

  const auto checked = run({"--check"});

  EXPECT_EQ(checked.exit_status, 1);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("no job can be started here"), HasSubstr("no bus")));
  EXPECT_TRUE(std::filesystem::is_empty(unit("")));
}

TEST_F(ScheduleCheckTest, CheckStandsAlone) {
  const auto both = run({(folder_ / "night.toml").string(), "--at", "7:30", "--check"});

  EXPECT_EQ(both.exit_status, 2);
  EXPECT_THAT(both.err, HasSubstr("--check stands alone"));
}

}  // namespace
}  // namespace faultline
