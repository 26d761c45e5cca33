#include "app/jobs/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
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

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system));
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

  ASSERT_VALUE(const auto installed, install_jobs(jobs, system));

  EXPECT_FALSE(installed.files.empty());
  EXPECT_THAT(installed.problems, ElementsAre(HasSubstr("run by hand: /usr/bin/false --now")));
}

TEST_F(JobScheduleTest, TheDoctorIsTriedAsAJobAndTheJobTakenAway) {
  write_text(folder / "faultline", "#!/bin/sh\necho \"args: $*\"\nexit 1\n");
  std::filesystem::permissions(folder / "faultline", std::filesystem::perms::owner_all);
  places.program = folder / "faultline";
  system.load = run_at_once;
  FakeClock clock;
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
