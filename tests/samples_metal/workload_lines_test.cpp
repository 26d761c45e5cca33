// What the Metal workloads share is plain C and pthreads, and so can be tested without Metal.

#include "samples/metal/workload_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace faultline {
namespace {

const char* const kLocks[] = {"none", "global", nullptr};

struct Settings {
  long threads = 4;
  const char* lock = kLocks[0];

  bool read(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "workload");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const WorkloadSetting known[] = {
        {"--threads", &threads, 1, 256, nullptr, nullptr},
        {"--lock", nullptr, 0, 0, &lock, kLocks},
    };
    return workload_read_settings(static_cast<int>(argv.size()), argv.data(), known, 2);
  }
};

TEST(WorkloadLinesTest, SettingsKeepTheirDefaults) {
  Settings settings;

  ASSERT_TRUE(settings.read({}));

  EXPECT_EQ(settings.threads, 4);
  EXPECT_STREQ(settings.lock, "none");
}

TEST(WorkloadLinesTest, SettingsAreReadInAnyOrder) {
  Settings settings;

  ASSERT_TRUE(settings.read({"--lock", "global", "--threads", "16"}));

  EXPECT_EQ(settings.threads, 16);
  EXPECT_STREQ(settings.lock, "global");
}

TEST(WorkloadLinesTest, WrongSettingsAreRefusedWithTheUsage) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--threads", "0"}, {"--threads", "257"},   {"--threads", "8x"}, {"--threads", ""},
      {"--threads"},      {"--lock", "magic"},    {"--lock", "nonex"}, {"--colour", "red"},
      {"--thread", "2"},  {"--threads", "2", "8"}};
  for (const std::vector<std::string>& arguments : wrong) {
    Settings settings;
    ::testing::internal::CaptureStderr();

    const bool understood = settings.read(arguments);

    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "usage: workload [--threads 1..256] [--lock none|global]\n");
    EXPECT_FALSE(understood) << ::testing::PrintToString(arguments);
  }
}

TEST(WorkloadLinesTest, LinesHaveTheFormThatIsRead) {
  ::testing::internal::CaptureStdout();

  workload_phase("encoding");
  workload_metric("ops_per_second", 3781.5);
  workload_results(28, 30);
  workload_complete();

  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "{\"faultline\": {\"phase\": \"encoding\"}}\n"
            "{\"faultline\": {\"metric\": \"ops_per_second\", \"value\": 3781.500}}\n"
            "{\"faultline\": {\"ok\": 28, \"of\": 30}}\n"
            "complete\n");
}

std::atomic<long> working = 0;
std::atomic<long> seen_indexes = 0;

// Returns once all four are here: threads that ran one after the other would never come out.
long meet_the_others(long thread) {
  seen_indexes += 1L << thread;
  ++working;
  while (working < 4) std::this_thread::yield();
  return thread + 1;
}

TEST(WorkloadLinesTest, ThreadsRunTogetherAndTheirResultsAreSummed) {
  double seconds = -1;

  const long sum = workload_run_threads(4, meet_the_others, &seconds);

  EXPECT_EQ(sum, 1 + 2 + 3 + 4);
  EXPECT_EQ(seen_indexes, 0xf);
  EXPECT_GE(seconds, 0);
}

}  // namespace
}  // namespace faultline
