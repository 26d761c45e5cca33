// The counterexamples of samples/models, replayed under capture: each crashes in every trial, where the model
// says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::filesystem::path kSamples = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "samples";

struct PredictedSite {
  const char* ends_at;
  const char* function;
  json fault_offset;  // Null for an assertion.
  json access;
};

const std::vector<PredictedSite>& predicted_sites() {
  static const std::vector<PredictedSite> sites{
      {"pipeline", "-[AGXG16XFamilyComputeContext setComputePipelineState:]", 0x5c8, "read"},
      {"prepare", "prepareForEnqueue", 0x98, "read"},
      {"spill", "allocateUSCSpillBuffer", 0x184, "write"},
      {"assertion", "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:", nullptr,
       nullptr}};
  return sites;
}

class ModelReplayTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  json ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    return json::parse(faultline(std::move(arguments)).out, nullptr, false);
  }

  ScopedTempFolder folder_;
};

TEST_F(ModelReplayTest, EachCounterexampleCrashesInTwentyOfTwentyTrialsAtItsSite) {
  const auto run = faultline({"run", kSamples / "campaigns" / "model-replay.toml"});

  ASSERT_EQ(run.exit_status, 0) << run.err;
  const auto rates = ask({"rates", "--by", "lock,ends_at"});
  ASSERT_EQ(rates["rows"].size(), 16U) << rates.dump(1);
  for (const auto& row : rates["rows"]) {
    EXPECT_EQ(row["trials"], 20) << row.dump();
    EXPECT_EQ(row["crashed"], 20) << row.dump();
    EXPECT_EQ(row["uncaptured"], 0) << row.dump();
  }
  for (const PredictedSite& predicted : predicted_sites()) {
    SCOPED_TRACE(predicted.ends_at);
    const auto sites = ask({"sites", "--where", std::string("ends_at=") + predicted.ends_at});

    ASSERT_EQ(sites["rows"].size(), 1U) << sites.dump(1);
    const auto& site = sites["rows"][0];
    EXPECT_EQ(site["trials"], 80);  // Twenty for each of four locks.
    EXPECT_EQ(site["image"], "AGXMetalG16X");
    EXPECT_THAT(site["function"].get<std::string>(), HasSubstr(predicted.function));
    EXPECT_EQ(site["fault_offset"], predicted.fault_offset);
    EXPECT_EQ(site["access"], predicted.access);
  }
}

TEST_F(ModelReplayTest, ModelsAreAttachedToTheBundleOfASite) {
  const auto schedule = kSamples / "models" / "schedules" / "none-pipeline.schedule";
  ASSERT_EQ(faultline({"run", "--trials", "1", "--", sample_program("agx_sim"), "--schedule", schedule})
                .exit_status,
            0);

  const auto bundled = faultline({"feedback", "site~setComputePipelineState", "--attach", kSamples / "models",
                                  "--out", folder_ / "out"});

  ASSERT_EQ(bundled.exit_status, 0) << bundled.err;
  const auto manifest = json::parse(read_whole(folder_ / "out" / "MANIFEST.json"));
  std::set<std::string> files;
  for (const auto& file : manifest["files"]) files.insert(file["path"].get<std::string>());
  for (const char* file :
       {"agx_sim.pml", "correspondence.md", "coq/Fixed.v", "schedules/none-pipeline.schedule"}) {
    EXPECT_TRUE(files.contains(std::string("attachments/models/") + file)) << file;
    EXPECT_EQ(read_whole(folder_ / "out" / "attachments" / "models" / file),
              read_whole(kSamples / "models" / file));
  }
}

TEST_F(ModelReplayTest, MutexOverTheSessionMakesACounterexampleImpossible) {
  const auto schedule = kSamples / "models" / "schedules" / "none-spill.schedule";

  const auto replayed = run_program({sample_program("agx_sim"), "--schedule", schedule, "--lock", "global"});

  EXPECT_EQ(replayed.exit_status, 3);
  EXPECT_THAT(replayed.err, HasSubstr("lock of thread 0, cannot be made: what it needs is taken"));
}

TEST_F(ModelReplayTest, ScheduleWithoutACrashIsCompletedInItsOrder) {
  // Both look before either marks: the driver does not notice that the buffer has two encoders.
  std::ofstream(folder_ / "two") << "# two encoders\n--threads 2 --lock none --style shared\n"
                                    "0 lock\n0 check\n1 lock\n1 check\n0 mark\n1 mark\n";

  const auto replayed = run_program({sample_program("agx_sim"), "--schedule", folder_ / "two"});

  EXPECT_EQ(replayed.exit_status, 0) << replayed.err;
  EXPECT_THAT(replayed.out, testing::EndsWith("complete\n"));
}

TEST_F(ModelReplayTest, ScheduleThatIsNoneIsRefusedWithItsLine) {
  std::ofstream(folder_ / "order") << "--threads 1\n0 lock\n0 mark\n";
  std::ofstream(folder_ / "word") << "--threads 1\n0 lock\n0 unlocks\n";
  std::ofstream(folder_ / "thread") << "--threads 1\n1 lock\n";
  std::ofstream(folder_ / "empty") << "--threads 1\n";
  const auto replay = [this](const char* name) {
    return run_program({sample_program("agx_sim"), "--schedule", folder_ / name});
  };

  const auto order = replay("order");
  EXPECT_EQ(order.exit_status, 3);
  EXPECT_THAT(order.err, HasSubstr("step 2 of the schedule, mark of thread 0, is not what that thread does"));
  EXPECT_EQ(replay("word").exit_status, 2);
  EXPECT_THAT(replay("word").err, HasSubstr("word:3: neither settings nor THREAD STEP"));
  EXPECT_THAT(replay("thread").err, HasSubstr("has steps of more threads than there are"));
  EXPECT_THAT(replay("empty").err, HasSubstr("has no steps"));
  EXPECT_THAT(replay("missing").err, HasSubstr("cannot read"));
  EXPECT_EQ(replay("missing").exit_status, 2);
}

}  // namespace
}  // namespace faultline
