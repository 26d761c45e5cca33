#include "collector/run/schedule/workload_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "collector/host/command_runner.h"
#include "collector/plan/campaign_file.h"
#include "collector/plan/schedule.h"
#include "core/base/hash.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

/// Answers every Python alike.
class PythonAnswers final : public CommandRunner {
 public:
  std::vector<std::vector<std::string>> asked;
  std::string answer = "python 3.11.2\ntorch 2.9.1\nno version here";

  Result<std::string> output_of(const std::vector<std::string>& argv, std::chrono::milliseconds) override {
    asked.push_back(argv);
    if (answer.empty()) return fail(ErrorKind::process, "no python");
    return answer;
  }
  Result<std::string> run(const HostCommand&) override {
    return fail(ErrorKind::process, "only questions are asked");
  }
};

class WorkloadFactsTest : public ::testing::Test {
 protected:
  auto facts_of(const std::string& command, const std::string& more = "") {
    const auto read =
        parse_campaign("[campaign]\nname = \"c\"\ntrials = 1\n[[workload]]\nname = \"w\"\ncommand = [" +
                           command + "]\n" + more,
                       folder_.path());
    for (const auto& mistake : read.mistakes) ADD_FAILURE() << mistake.message;
    return workload_facts(read.campaign, make_cells(read.campaign),
                          {folder_.path().string(), folder_.path().string()}, commands_);
  }

  ScopedTempFolder folder_;
  PythonAnswers commands_;
};

TEST_F(WorkloadFactsTest, EachFileOfACommandIsKnownByItsHash) {
  std::ofstream(folder_ / "train.py") << "print(1)\n";
  std::ofstream(folder_ / "a.bin") << "a";
  std::ofstream(folder_ / "b.bin") << "b";

  const auto facts = facts_of("\"{campaign}/train.py\", \"{campaign}/{data}.bin\", \"--no-file\"",
                              "matrix = { data = [\"a\", \"b\"] }\n");

  EXPECT_THAT(facts, ElementsAre(Pair("file.a.bin", hash128_hex("a")), Pair("file.b.bin", hash128_hex("b")),
                                 Pair("file.train.py", hash128_hex("print(1)\n"))));
  EXPECT_THAT(commands_.asked, IsEmpty());
}

TEST_F(WorkloadFactsTest, AProgramIsSoughtOnThePathAndAnArgumentIsNot) {
  const auto facts = facts_of("\"sh\", \"ls\"");

  EXPECT_THAT(facts, Contains(Key("file.sh")));
  EXPECT_THAT(facts, Not(Contains(Key("file.ls"))));
}

TEST_F(WorkloadFactsTest, TheCommandsOwnPythonSaysItsVersionsOnce) {
  const auto facts =
      facts_of("\"timeout\", \"5\", \"python3\", \"t.py\", \"{n}\"", "matrix = { n = [1, 2] }\n");

  EXPECT_THAT(facts, Contains(Pair("python", "3.11.2")));
  EXPECT_THAT(facts, Contains(Pair("torch", "2.9.1")));
  ASSERT_EQ(commands_.asked.size(), 1U);
  EXPECT_EQ(std::vector<std::string>(commands_.asked[0].begin(), commands_.asked[0].end() - 1),
            (std::vector<std::string>{"timeout", "5", "python3", "-c"}));
}

TEST_F(WorkloadFactsTest, WhatDoesNotAnswerIsAbsent) {
  commands_.answer.clear();

  EXPECT_THAT(facts_of("\"/nowhere/python3.99\", \"t.py\""), IsEmpty());
}

}  // namespace
}  // namespace faultline
