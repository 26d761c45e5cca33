// What a night needs besides trials: hooks, jobs, parts, plans, status, watch, doctor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class UnattendedTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  void write_campaign(const std::string& more_of_campaign, const std::string& more_of_workload = "",
                      const std::string& command = R"(["{samples}/{sample}"])") const {
    std::ofstream(folder_ / "c.toml")
        << "[campaign]\nname = \"c\"\ntrials = 6\ntimeout = \"20s\"\n"
        << more_of_campaign << "\n[[workload]]\nname = \"w\"\ncommand = " << command
        << "\nmatrix = { sample = [\"passes\", \"null_read\"] }\n"
        << more_of_workload;
  }
  [[nodiscard]] ProgramResult faultline(std::vector<std::string> words,
                                        const std::string& db = "s.db") const {
    words.insert(words.begin(), faultline_program());
    words.insert(words.begin() + 2, {"--db", (folder_ / db).string()});
    return run_program(words);
  }
  [[nodiscard]] ProgramResult run(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"run", (folder_ / "c.toml").string()});
    return faultline(std::move(more));
  }
  [[nodiscard]] std::string ask(const std::string& sql, const std::string& db = "s.db") const {
    auto out = faultline({"query", "--format", "csv", sql}, db).out;
    out.erase(0, out.find('\n') + 1);
    return out.substr(0, out.find_first_of("\r\n"));
  }
  template <typename Condition>
  static bool wait_until(const Condition& condition) {
    for (int i = 0; i < 1500; ++i) {
      if (condition()) return true;
      ::usleep(20'000);
    }
    return false;
  }

  ScopedTempFolder folder_;
};

TEST_F(UnattendedTest, HooksSurroundTheRunAndWarmUpIsInNoRate) {
  const auto told = (folder_ / "told").string();
  write_campaign("warm_up = 1\n[hooks]\nsetup = [\"sh\", \"-c\", \"echo setup >> " + told +
                 "\"]\nbefore_trial = [\"sh\", \"-c\", \"echo before $FAULTLINE_CELL >> " + told +
                 "\"]\ncleanup = [\"sh\", \"-c\", \"echo cleanup >> " + told + "\"]");

  const auto ran = run({"--only", "sample=passes"});

  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  const auto lines = read_whole(told);
  EXPECT_TRUE(lines.starts_with("setup\nbefore sample=passes\n")) << lines;
  EXPECT_TRUE(lines.ends_with("before sample=passes\ncleanup\n")) << lines;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 9);
  EXPECT_EQ(ask("SELECT sum(warm_up) || ' of ' || count(*) FROM trial"), "1 of 7");
  EXPECT_THAT(faultline({"rates"}).out, HasSubstr("0/6"));
}

TEST_F(UnattendedTest, AnUnhealthyMachineStopsTheRun) {
  write_campaign("[hooks]\nhealth = [\"sh\", \"-c\", \"echo the GPU does not answer; exit 1\"]");

  const auto ran = run();

  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.err, HasSubstr("health failed: sh exited with 1: the GPU does not answer"));
  EXPECT_EQ(ask("SELECT count(*) FROM trial"), "0");
}

TEST_F(UnattendedTest, TwoJobsRecordEveryTrialOnceWithItsReport) {
  write_campaign("jobs = 2");

  const auto ran = run({"--trials", "20"});

  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(
      ran.out,
      HasSubstr(
          "Crash/report reconciliation: 20 crashes, 20 with a report, 0 uncaptured; 20 reports of the run."));
  EXPECT_EQ(ask("SELECT count(*) || ' ' || count(DISTINCT trial_index) FROM trial"), "40 40");
}

TEST_F(UnattendedTest, TwoJobsAreInterruptedAndGoOn) {
  write_campaign("jobs = 2", "", R"(["sh", "-c", "sleep 0.05; exec {samples}/{sample}"])");
  const pid_t pid = start_program({faultline_program(), "run", "--db", (folder_ / "s.db").string(),
                                   "--trials", "30", (folder_ / "c.toml").string()},
                                  folder_ / "out", folder_ / "err");
  ASSERT_TRUE(wait_until([&] { return ask("SELECT count(*) FROM trial") >= "3"; }));
  ::kill(pid, SIGTERM);
  EXPECT_EQ(wait_for_program(pid), 130) << read_whole(folder_ / "err");

  const auto ran = run({"--trials", "30"});

  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("Resuming run"));
  EXPECT_EQ(ask("SELECT count(*) || ' ' || count(DISTINCT trial_index) FROM trial"), "60 60");
  EXPECT_EQ(ask("SELECT count(*) FROM run"), "1");
}

TEST_F(UnattendedTest, PartsOfACampaignMergeToTheWhole) {
  write_campaign("");

  ASSERT_EQ(faultline({"run", (folder_ / "c.toml").string(), "--shard", "1/2"}, "a.db").exit_status, 0);
  ASSERT_EQ(faultline({"run", (folder_ / "c.toml").string(), "--shard", "2/2"}, "b.db").exit_status, 0);
  ASSERT_EQ(faultline({"merge", (folder_ / "b.db").string()}, "a.db").exit_status, 0);

  EXPECT_EQ(ask("SELECT count(*) || ' ' || count(DISTINCT trial_index) FROM trial", "a.db"), "12 12");
  EXPECT_THAT(faultline({"rates", "--by", "sample"}, "a.db").out, HasSubstr("6/6"));
  EXPECT_EQ(faultline({"run", (folder_ / "c.toml").string(), "--shard", "3/2"}).exit_status, 2);
}

TEST_F(UnattendedTest, APlanSaysHowLongItWillTakeOnceItIsKnown) {
  write_campaign("cooldown = \"1s\"\n[hooks]\nsetup = [\"true\"]");

  const auto before = run({"--dry-run"});
  ASSERT_EQ(run({"--trials", "1"}).exit_status, 0);
  const auto after = run({"--dry-run"});

  EXPECT_EQ(before.exit_status, 0) << before.err;
  EXPECT_THAT(before.out, HasSubstr("12 trials: 6 blocks of 2 cells in shuffled order\n"));
  EXPECT_THAT(before.out, HasSubstr("cooldown: 1s after each trial\nsetup: true\n"));
  EXPECT_THAT(before.out, HasSubstr("How long trials take is not known"));
  EXPECT_THAT(before.out, HasSubstr("If every trial ran into its time limit: 276s.\n"));
  EXPECT_THAT(after.out, HasSubstr("If trials take as long as in the newest run: 1"));
}

TEST_F(UnattendedTest, MetricsComeFromTheWorkloadsOwnWords) {
  write_campaign("", "metrics = { speed = \"ran at ([0-9.]+) MHz\" }\n",
                 R"(["sh", "-c", "echo ran at 12.5 MHz; exec {samples}/{sample}"])");

  ASSERT_EQ(run({"--only", "sample=passes", "--trials", "2"}).exit_status, 0);

  EXPECT_EQ(
      ask("SELECT count(*) || ' ' || sum(m.value) FROM trial_metric m JOIN attribute n ON n.id = m.name_id "
          "WHERE n.value = 'speed'"),
      "2 25.0");
}

TEST_F(UnattendedTest, StatusAnswersWhileTheCampaignRuns) {
  write_campaign("control = \"sample=null_read\"", "",
                 R"(["sh", "-c", "sleep 0.2; exec {samples}/{sample}"])");
  const pid_t pid = start_program(
      {faultline_program(), "run", "--db", (folder_ / "s.db").string(), (folder_ / "c.toml").string()},
      folder_ / "out", folder_ / "err");
  Json row;
  ASSERT_TRUE(wait_until([&] {
    const auto status = Json::parse(faultline({"status", "--format", "json"}).out, nullptr, false);
    if (!status.is_object() || status["rows"].empty()) return false;
    row = status["rows"][0];
    return row["last_crash_site"].is_string() &&
           !row["now"].empty();  // A crash is counted before it is analysed.
  }));

  EXPECT_EQ(row["campaign"], "c");
  EXPECT_EQ(row["state"], "running");
  EXPECT_EQ(row["planned_trials"], 12);
  EXPECT_EQ(row["pid"], pid);
  EXPECT_THAT(row["now"][0].get<std::string>(), HasSubstr(": w sample="));
  EXPECT_THAT(row["last_crash_site"].get<std::string>(), HasSubstr("null_read"));
  EXPECT_GT(row["control_counted"].get<int>(), 0);
  EXPECT_GT(row["free_bytes"].get<std::int64_t>(), 0);
  EXPECT_THAT(faultline({"status"}).out, HasSubstr("  control     sample=null_read: crashed "));

  ::kill(pid, SIGKILL);
  wait_for_program(pid);
  EXPECT_THAT(faultline({"status"}).out, HasSubstr("left behind"));
  EXPECT_THAT(faultline({"status"}).out, HasSubstr("the same run command goes on with it"));
  ASSERT_EQ(run().exit_status, 0);
  EXPECT_THAT(faultline({"status"}).out, HasSubstr("  finished\n"));
}

TEST_F(UnattendedTest, AJobAtStartUpDoesNothingWhereNothingIsUnfinished) {
  write_campaign("");

  const auto ran = run({"--if-unfinished"});

  EXPECT_EQ(ran.exit_status, 0);
  EXPECT_THAT(ran.err, HasSubstr("nothing is done"));
  EXPECT_EQ(ask("SELECT count(*) FROM run"), "0");
}

TEST_F(UnattendedTest, AWatchTakesWhatAppearsUntilItIsStopped) {
  // Reports of real crashes.
  std::ofstream(folder_ / "keep.toml")
      << "[campaign]\nname = \"k\"\ntrials = 2\ndrain = false\n[[workload]]\nname = "
         "\"w\"\ncommand = [\"{samples}/null_read\"]\n";
  ASSERT_EQ(faultline({"run", (folder_ / "keep.toml").string()}, "keep.db").exit_status, 0);
  std::vector<std::filesystem::path> reports;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "keep.db.trials")) {
    if (entry.path().extension() == ".ips") reports.push_back(entry.path());
  }
  ASSERT_EQ(reports.size(), 2U);
  const auto watched = folder_ / "DiagnosticReports";
  const pid_t pid =
      start_program({faultline_program(), "watch", "--db", (folder_ / "s.db").string(), watched.string()},
                    folder_ / "out", folder_ / "err");
  ASSERT_TRUE(wait_until([&] { return read_whole(folder_ / "err").find("Watching") != std::string::npos; }));

  // The folder comes later, a report is written under a hidden name and then renamed.
  std::filesystem::create_directory(watched);
  std::filesystem::copy_file(reports[0], watched / ".one.ips");
  std::filesystem::rename(watched / ".one.ips", watched / "one.ips");
  ASSERT_TRUE(wait_until([&] { return read_whole(folder_ / "out").find("one.ips") != std::string::npos; }));
  std::filesystem::create_directory(watched / "Retired");
  std::filesystem::copy_file(reports[1], watched / "Retired" / "two.ips");
  ASSERT_TRUE(wait_until([&] { return read_whole(folder_ / "out").find("two.ips") != std::string::npos; }));
  ::kill(pid, SIGTERM);

  EXPECT_EQ(wait_for_program(pid), 0) << read_whole(folder_ / "err");
  EXPECT_THAT(read_whole(folder_ / "out"), HasSubstr("null_read"));
  EXPECT_EQ(ask("SELECT count(*) FROM report"), "2");
  EXPECT_EQ(faultline({"watch"}).exit_status, 2);
}

TEST_F(UnattendedTest, TheDoctorCatchesItsCanaryAndSaysThatTheHostIsFit) {
  const auto seen = faultline({"doctor", "--format", "json"});

  const auto json = Json::parse(seen.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << seen.out << seen.err;
  const auto state_of = [&json](const std::string& name) -> std::string {
    for (const auto& row : json["rows"]) {
      if (row["check"] == name) return row["state"];
    }
    return "absent";
  };
  EXPECT_EQ(state_of("canary"), "good") << seen.out;
  EXPECT_EQ(state_of("symbols"), "good") << seen.out;
  EXPECT_EQ(state_of("report_identity"), "good") << seen.out;
  for (const auto* name : {"disk", "core_files", "open_files", "clock", "boot_session"})
    EXPECT_THAT(state_of(name), Not("absent")) << name;
  EXPECT_EQ(seen.exit_status, json["fit"].get<bool>() ? 0 : 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path())) << "the canary leaves nothing behind";
}

TEST_F(UnattendedTest, ALostCanaryIsBadAndIsSaid) {
  // Nobody writes into this folder.
  std::filesystem::create_directory(folder_ / "reports");

  const auto seen = faultline({"doctor", "--reporter", "folder", "--report-folder",
                               (folder_ / "reports").string(), "--deadline", "100ms"});

  EXPECT_EQ(seen.exit_status, 1);
  EXPECT_THAT(seen.out, HasSubstr("a crash was not captured: no report came in time"));
  EXPECT_THAT(seen.err, HasSubstr("This host is not fit for a campaign."));
}

TEST_F(UnattendedTest, NothingIsMeasuredWhereACrashIsNotCapturedUnlessToldTo) {
  std::filesystem::create_directory(folder_ / "reports");
  write_campaign("report_deadline = \"200ms\"");
  const std::vector<std::string> folder{
      "--reporter", "folder", "--report-folder", (folder_ / "reports").string(), "--only", "sample=passes"};

  const auto refused = run(folder);
  auto told = folder;
  told.emplace_back("--no-canary");
  const auto measured = run(told);

  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("the canary is lost: a process that really crashed was not captured"));
  EXPECT_EQ(measured.exit_status, 0) << measured.err;
  EXPECT_EQ(ask("SELECT count(*) FROM trial"), "6");
}

TEST_F(UnattendedTest, TheSeedsCampaignsRunOnTheModel) {
  const std::string campaigns = std::string(FAULTLINE_SOURCE_DIR) + "/samples/campaigns/";
  const auto map = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"run", campaigns + name, "--workload-map", campaigns + "agx-sim-map.toml"});
    return faultline(std::move(more));
  };

  const auto ran = map("seeds-torch-linear.toml",
                       {"--trials", "3", "--only", "workload=torch-linear and threads in (1, 16)"});

  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("campaign seeds-torch-linear-as-agx-sim"));
  EXPECT_THAT(ran.out, HasSubstr("Crash rates of torch-linear"));
  EXPECT_EQ(ask("SELECT count(*) FROM trial WHERE outcome IN ('setup_failed', 'exit_error', 'hung')"), "0");
  for (const auto& entry : std::filesystem::directory_iterator(campaigns)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("seeds-")) continue;
    const auto plan = map(name, {"--dry-run"});
    EXPECT_EQ(plan.exit_status, 0) << name << ": " << plan.err;
    EXPECT_THAT(plan.out, HasSubstr("/agx_sim --")) << name;
  }
}

}  // namespace
}  // namespace faultline
