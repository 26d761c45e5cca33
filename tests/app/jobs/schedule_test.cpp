#include "app/jobs/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/jobs/launchd_refusals.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_program.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::vector<std::string>> say_nothing(const std::filesystem::path&, const Job&) { return {}; }
std::vector<std::vector<std::string>> say_false(const std::filesystem::path&, const Job&) {
  return {{"/usr/bin/false", "--now"}};
}
/// What the system would do at once: the job leaves its output and its exit status.
std::vector<std::vector<std::string>> run_at_once(const std::filesystem::path&, const Job& job) {
  return {job.command};
}

class JobScheduleTest : public testing::Test {
 protected:
  JobScheduleTest() {
    system.folder = folder / "jobs";
    system.log_folder = folder / "logs";
    system.files = systemd_files;
    system.load = say_nothing;
    system.unload = say_nothing;
    write_text(folder / "nightly.toml",
               "[campaign]\nname = \"n\"\ntrials = 1\n\n[[workload]]\nname = \"w\"\ncommand = [\"true\"]\n");
  }
  [[nodiscard]] std::string campaign() const { return (folder / "nightly.toml").string(); }

  ScopedTempFolder folder;
  JobSystem system;
  FakeClock clock;
  JobPlaces places{"/opt/bin/faultline", "/data/night.db", "/data"};
};

TEST_F(JobScheduleTest, ACampaignIsANightlyJobAndOneThatGoesOnAfterARestart) {
  ASSERT_VALUE(const auto jobs, campaign_jobs(places, campaign(), "23:30", system));

  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].name, "nightly");
  EXPECT_EQ(jobs[0].start, Job::Start::daily);
  EXPECT_EQ(jobs[0].at, (TimeOfDay{23, 30}));
  EXPECT_THAT(jobs[0].command, ElementsAre("/opt/bin/faultline", "run", campaign(), "--db", "/data/night.db",
                                           "--log", (system.log_folder / "nightly.log").string()));
  EXPECT_EQ(jobs[1].name, "nightly-resume");
  EXPECT_EQ(jobs[1].start, Job::Start::at_login);
  EXPECT_EQ(jobs[1].command.back(), "--if-unfinished");
}

TEST_F(JobScheduleTest, ATimeThatIsNoneIsAnErrorThatSaysWhatIsRight) {
  for (const char* time : {"", "25:00", "noon"}) {
    const auto jobs = campaign_jobs(places, campaign(), time, system);
    ASSERT_FALSE(jobs.has_value()) << time;
    EXPECT_THAT(jobs.error().text(), HasSubstr("23:00"));
  }
}

TEST_F(JobScheduleTest, JobsToBeRemovedNeedNeitherATimeNorTheFile) {
  EXPECT_TRUE(campaign_jobs(places, "/gone/nightly.toml", std::nullopt, system).has_value());
  EXPECT_FALSE(campaign_jobs(places, "/gone/nightly.toml", "23:00", system).has_value());
}

TEST_F(JobScheduleTest, AWatchNamesItsFoldersByAbsolutePaths) {
  ASSERT_VALUE(const auto jobs, watch_jobs(places, {"reports"}, system));

  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].start, Job::Start::always);
  EXPECT_EQ(jobs[0].command.back(), std::filesystem::absolute("reports").string());
}

TEST_F(JobScheduleTest, InstalledFilesAreThereAndGoAgain) {
  ASSERT_VALUE(const auto jobs, campaign_jobs(places, campaign(), "23:30", system));

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system, clock));
  EXPECT_THAT(installed.problems, IsEmpty());
  EXPECT_EQ(installed.files.size(), 3U);  // Two services and a timer.
  for (const auto& file : installed.files) EXPECT_TRUE(std::filesystem::exists(file)) << file;

  ASSERT_VALUE(const auto removed, remove_jobs(jobs, system));
  EXPECT_EQ(removed.size(), 3U);
  for (const auto& file : installed.files) EXPECT_FALSE(std::filesystem::exists(file)) << file;
  ASSERT_VALUE(const auto none, remove_jobs(jobs, system));
  EXPECT_THAT(none, IsEmpty());
}

TEST_F(JobScheduleTest, WhereTheSystemCannotBeToldTheCommandIsSaid) {
  system.load = say_false;
  ASSERT_VALUE(const auto jobs, watch_jobs(places, {"/reports"}, system));

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system, clock));

  EXPECT_FALSE(installed.files.empty());
  EXPECT_THAT(installed.problems, ElementsAre(HasSubstr("run by hand: /usr/bin/false --now")));
}

/// Refuses until the third time, as launchd does while the former job ends.
std::vector<std::vector<std::string>> refuse_twice(const std::filesystem::path& folder, const Job&) {
  return {{"/bin/sh", "-c",
           "echo x >> \"$0/tried\"; [ $(wc -l < \"$0/tried\") -ge 3 ] || { echo 'Bootstrap failed: 5: "
           "Input/output "
           "error'; exit 5; }",
           folder.string()}};
}

TEST_F(JobScheduleTest, WhatIsRefusedWhileTheFormerJobEndsIsTriedAgain) {
  system.load = refuse_twice;
  system.passes_by_itself = passes_by_itself;
  system.settle_time = std::chrono::seconds(60);
  ASSERT_VALUE(const auto jobs, watch_jobs(places, {"/reports"}, system));

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system, clock));

  EXPECT_THAT(installed.problems, IsEmpty());
  EXPECT_EQ(read_whole(system.folder / "tried"), "x\nx\nx\n");
}

TEST_F(JobScheduleTest, NoLongerThanAJobMayTakeToEnd) {
  system.load = [](const std::filesystem::path&, const Job&) {
    return std::vector<std::vector<std::string>>{{"/bin/sh", "-c", "exit 37"}};
  };
  system.passes_by_itself = passes_by_itself;
  system.settle_time = std::chrono::seconds(60);
  const auto before = clock.monotonic();
  ASSERT_VALUE(const auto jobs, watch_jobs(places, {"/reports"}, system));

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system, clock));

  EXPECT_THAT(installed.problems, ElementsAre(HasSubstr("exited with 37")));
  EXPECT_GE(clock.monotonic() - before, std::chrono::seconds(60));
  EXPECT_LE(clock.monotonic() - before, std::chrono::seconds(62));
}

TEST_F(JobScheduleTest, WithoutALoginSessionTheRefusalSaysSo) {
  system.load = [](const std::filesystem::path&, const Job&) {
    return std::vector<std::vector<std::string>>{
        {"/bin/sh", "-c",
         "echo 'Bootstrap failed: 125: Domain does not support specified action'; exit 125"}};
  };
  system.explain_refusal = explain_refusal;
  ASSERT_VALUE(const auto jobs, watch_jobs(places, {"/reports"}, system));

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system, clock));

  EXPECT_THAT(installed.problems, ElementsAre(HasSubstr("ssh alone is none")));
}

TEST_F(JobScheduleTest, FoldersThatJobsMayNotOpenAreRefusedWithTheRemedy) {
  std::filesystem::create_directories(folder / "Documents/nights");
  std::filesystem::create_symlink(folder / "Documents/nights", folder / "nights");
  system.protected_folders = {folder / "Documents", "/Volumes"};
  write_text(folder / "Documents/nights/n.toml", read_whole(folder / "nightly.toml"));

  for (const auto* place : {"Documents/nights/n.toml", "nights/n.toml"}) {
    const auto jobs = campaign_jobs(places, (folder / place).string(), "23:30", system);
    ASSERT_FALSE(jobs.has_value()) << place;
    EXPECT_THAT(jobs.error().text(), HasSubstr("keeps from its jobs"));
    EXPECT_THAT(jobs.error().text(), HasSubstr("Put it elsewhere"));
  }
  JobPlaces elsewhere = places;
  elsewhere.db = "/volumes/disk/night.db";
  EXPECT_FALSE(campaign_jobs(elsewhere, campaign(), "23:30", system).has_value()) << "whatever the case";
  EXPECT_FALSE(watch_jobs(places, {"/Volumes/reports"}, system).has_value());
  EXPECT_TRUE(watch_jobs(places, {"/Volumes/reports"}, system, false).has_value()) << "to be removed";
  EXPECT_TRUE(campaign_jobs(places, campaign(), "23:30", system).has_value());
  elsewhere.db = "/VolumesOfMine/night.db";
  EXPECT_TRUE(campaign_jobs(elsewhere, campaign(), "23:30", system).has_value());
}

TEST(LaunchdRefusalsTest, AreReadByTheirNumbers) {
  EXPECT_TRUE(passes_by_itself(
      "/bin/launchctl exited with 5: Try re-running the command as root for richer errors."));
  EXPECT_TRUE(passes_by_itself("Bootstrap failed: 37: Operation already in progress"));
  EXPECT_FALSE(
      passes_by_itself("/bin/launchctl exited with 125: Bootstrap failed: 125: Domain does not support it"));
  EXPECT_FALSE(passes_by_itself("/bin/launchctl exited with 50"));
  EXPECT_FALSE(passes_by_itself("/bin/launchctl did not end within 30000 ms"));
  EXPECT_THAT(explain_refusal("launchctl exited with 112"), HasSubstr("no login session"));
  EXPECT_EQ(explain_refusal("launchctl exited with 1"), "");
}

TEST_F(JobScheduleTest, TheDoctorIsTriedAsAJobAndTheJobTakenAway) {
  write_text(folder / "faultline", "#!/bin/sh\necho \"args: $*\"\nexit 1\n");
  std::filesystem::permissions(folder / "faultline", std::filesystem::perms::owner_all);
  places.program = folder / "faultline";
  system.load = run_at_once;
  const std::atomic<bool> stop{false};

  ASSERT_VALUE(const auto end, try_doctor_job(places, system, clock, stop));

  EXPECT_EQ(end.exit_status, 1);
  EXPECT_THAT(end.output, HasSubstr("args: doctor --db /data/night.db"));
  EXPECT_TRUE(std::filesystem::is_empty(system.folder));
}

TEST_F(JobScheduleTest, PlacesAreAbsolute) {
  ASSERT_VALUE(const auto here, job_places("/opt/bin", "night.db"));

  EXPECT_EQ(here.program, "/opt/bin/faultline");
  EXPECT_TRUE(here.db.is_absolute());
  EXPECT_EQ(here.working_folder, std::filesystem::current_path());
}

}  // namespace
}  // namespace faultline
