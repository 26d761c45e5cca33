#include "collector/run/trials/output_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OutputFacts scan(std::string_view out, std::string_view err = {}, const Workload& workload = {}) {
  const auto patterns = compile_patterns(workload);
  EXPECT_TRUE(patterns.has_value());
  return scan_output(out, err, *patterns);
}

TEST(OutputScanTest, LinesOfOurFormBecomeMetricsPhasesAndCounts) {
  const OutputFacts facts = scan(
      "starting\n"
      "{\"faultline\": {\"phase\": \"warmup\"}}\n"
      "{\"faultline\": {\"metric\": \"ops_per_second\", \"value\": 3781}}\r\n"
      "  {\"faultline\": {\"metric\": \"watts\", \"value\": 4.5}}\n"
      "{\"faultline\": {\"phase\": \"encoding\"}}\n"
      "{\"faultline\": {\"metric\": \"ops_per_second\", \"value\": 3900}}\n"
      "{\"faultline\": {\"ok\": 10, \"of\": 10}}\n"
      "{\"faultline\": {\"ok\": 18, \"of\": 20}}");

  EXPECT_THAT(facts.metrics, ElementsAre(Metric{"ops_per_second", 3900.0}, Metric{"watts", 4.5}));
  EXPECT_EQ(facts.phase, "encoding");
  EXPECT_EQ(facts.ok, (OkCount{28, 30}));
}

TEST(OutputScanTest, PatternsOfTheWorkloadTakeNumbersOutOfItsOwnWords) {
  Workload workload;
  workload.metrics = {{"ops", "([0-9.]+) ops/s"}, {"loss", "loss=([^ ]+)"}};

  const OutputFacts facts =
      scan("warm: 10 ops/s\n{\"faultline\": {\"metric\": \"watts\", \"value\": 4.5}}\n1234.5 ops/s\n",
           "loss=nan\nloss=-1e-3\nloss=0x10\n", workload);

  EXPECT_THAT(facts.metrics, ElementsAre(Metric{"ops", 1234.5}, Metric{"watts", 4.5}, Metric{"loss", -1e-3}));
}

TEST(OutputScanTest, WhatIsNotOfOurFormIsLeftAlone) {
  const OutputFacts facts = scan(
      "{\"faultline\": {\"metric\": \"a\", \"value\": \"fast\"}}\n"
      "{\"faultline\": {\"metric\": 5, \"value\": 5}}\n"
      "{\"faultline\": {\"metric\": \"b\", \"value\": 1e999}}\n"
      "{\"faultline\": {\"ok\": -1, \"of\": 3}}\n"
      "{\"faultline\": {\"ok\": 4, \"of\": 3}}\n"
      "{\"faultline\": [1]}\n"
      "{\"other\": {\"metric\": \"c\", \"value\": 1}}\n"
      "{\"faultline\": {\"metric\": \"d\", \"value\": 1}\n"
      "said {\"faultline\": {\"metric\": \"e\", \"value\": 1}}\n",
      "{\"faultline\": {\"metric\": \"on_stderr\", \"value\": 1}}\n");

  EXPECT_THAT(facts.metrics, IsEmpty());
  EXPECT_EQ(facts.ok, std::nullopt);
}

TEST(OutputScanTest, PatternsAreLookedForOnBothStreams) {
  Workload workload;
  workload.pass_when = "^complete$";
  workload.wrong_when = "max error \\d";
  workload.crash_when = "Assertion failed";
  workload.expect_output = "lock: global";

  const OutputFacts facts =
      scan("lock: global\ncomplete\n", "x: Assertion failed: y\nmax error 3\nmax error 4\n", workload);

  EXPECT_EQ(facts.pass_line, "complete");
  EXPECT_EQ(facts.wrong_line, "max error 3");
  EXPECT_EQ(facts.crash_line, "x: Assertion failed: y");
  EXPECT_EQ(facts.expected_line, "lock: global");
}

TEST(OutputScanTest, TheLoadersComplaintIsToldFromAProgramsOwnWords) {
  EXPECT_TRUE(
      scan("", "dyld[42]: Library not loaded: @rpath/libx.dylib\n  Referenced from: y\n").loader_error);
  EXPECT_TRUE(scan("", "./a: error while loading shared libraries: libx.so.1: cannot open\n").loader_error);
  EXPECT_TRUE(scan("", "./a: symbol lookup error: ./a: undefined symbol: f\n").loader_error);
  EXPECT_FALSE(scan("dyld[42]: Library not loaded: on stdout\n", "Library not loaded\n").loader_error);
}

TEST(OutputScanTest, GpuErrorsAreCollectedButNotWithoutEnd) {
  std::string err;
  for (int i = 0; i < 20; ++i) err += "Error: kIOGPUCommandBufferCallbackErrorHang\n";

  EXPECT_THAT(scan("", err).gpu_errors, SizeIs(8));
  EXPECT_THAT(scan("", "RuntimeError: CUDA error: cudaErrorIllegalAddress\n").gpu_errors, SizeIs(1));
}

TEST(OutputScanTest, HugeBinaryOutputYieldsShortValidExcerpts) {
  const std::string noise(3 << 20, '\xfe');
  Workload workload;
  workload.pass_when = "(a+)+b";

  const OutputFacts facts = scan(noise + "\n" + noise, noise + "the end", workload);

  EXPECT_LE(facts.head.size(), 500U * 3);
  EXPECT_TRUE(facts.stderr_tail.ends_with("the end"));
  EXPECT_EQ(facts.head.find('\xfe'), std::string::npos);
  EXPECT_FALSE(facts.pass_line);
}

TEST(OutputScanTest, AFolderWithoutOutputIsSilenceAndNoError) {
  const ScopedTempFolder folder;
  std::ofstream(folder / "stdout") << "{\"faultline\": {\"phase\": \"one\"}}\n";

  const auto facts = scan_output_files(folder.path(), {});

  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->phase, "one");
  EXPECT_EQ(facts->stderr_tail, "");
}

}  // namespace
}  // namespace faultline
