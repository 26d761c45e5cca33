#include "collector/plan/workload_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Campaign metal_campaign() {
  return parse_campaign(
             "[campaign]\nname = \"metal\"\ntrials = 5\ncontrol = \"api=ndarray and threads=4\"\n"
             "[[workload]]\nname = \"products\"\ncommand = [\"{samples}/products\", \"{api}\", "
             "\"{threads}\"]\n"
             "pass_when = \"^complete$\"\nexpect_output = \"^device \"\nexpect_image = \"Metal\"\n"
             "matrix = { api = [\"ndarray\", \"graph\"], threads = [1, 4] }\n",
             "/c")
      .campaign;
}

std::vector<std::string> messages_of(std::string_view map) {
  Campaign campaign = metal_campaign();
  std::vector<std::string> messages;
  for (const CampaignMistake& mistake : apply_workload_map(campaign, map))
    messages.push_back(std::to_string(mistake.line) + ": " + mistake.message);
  return messages;
}

TEST(WorkloadMapTest, AnotherCommandTakesThePlaceAndTheMatrixStays) {
  Campaign campaign = metal_campaign();
  const std::string hash = campaign.hash;

  EXPECT_THAT(apply_workload_map(campaign,
                                 "name = \"sim\"\n[workload.products]\ncommand = [\"sim\", \"{api}\"]\n"
                                 "expect_output = \"\"\nvalues.api = { ndarray = \"shared\" }\n"
                                 "[workload.other]\ncommand = [\"x\"]\n"),
              IsEmpty());

  EXPECT_EQ(campaign.name, "metal-as-sim");
  EXPECT_NE(campaign.hash, hash);
  const Workload& workload = campaign.workloads[0];
  EXPECT_THAT(workload.command, ElementsAre("sim", "{api}"));
  EXPECT_EQ(workload.pass_when, "^complete$");
  EXPECT_FALSE(workload.expect_output);
  EXPECT_FALSE(workload.expect_image);
  EXPECT_EQ(workload.matrix[0].values[0].label, "ndarray");
  EXPECT_EQ(workload.matrix[0].values[0].value, "shared");
  EXPECT_EQ(workload.matrix[0].values[1].value, "graph");
  EXPECT_EQ(workload.matrix[1].values.size(), 2U);
}

TEST(WorkloadMapTest, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_THAT(messages_of("[workload.products]\ncommand = [\"sim\"]\n"),
              ElementsAre(HasSubstr("the map has no name")));
  EXPECT_THAT(messages_of("name = \"s\"\n"), ElementsAre(HasSubstr("the map has no workload")));
  EXPECT_THAT(messages_of("name = \"s\"\n[workload.product]\ncommand = [\"sim\"]\n"),
              ElementsAre(HasSubstr("there is no [workload.products], which the campaign has")));
  EXPECT_THAT(
      messages_of("name = \"s\"\n[workload.products]\ncomand = [\"sim\"]\n"),
      ElementsAre(HasSubstr("3: unknown key \"comand\" in [workload.products]; did you mean \"command\"?"),
                  HasSubstr("has no command")));
  EXPECT_THAT(messages_of("name = \"s\"\n[workload.products]\ncommand = \"sim\"\n"),
              ElementsAre(HasSubstr("3: command is no array of strings")));
  EXPECT_THAT(messages_of("name = \"s\"\n[workload.products]\ncommand = [\"sim\", \"{lock}\"]\n"),
              ElementsAre(HasSubstr("unknown placeholder {lock}")));
  EXPECT_THAT(
      messages_of("name = \"s\"\n[workload.products]\ncommand = [\"sim\"]\nvalues.lock = { a = \"b\" }\n"),
      ElementsAre(HasSubstr("4: lock is no parameter of workload products")));
  EXPECT_THAT(
      messages_of("name = \"s\"\n[workload.products]\ncommand = [\"sim\"]\nvalues.api = { graf = \"b\" }\n"),
      ElementsAre(HasSubstr("4: graf is no value of api")));
  EXPECT_THAT(messages_of("name = \"s"), ElementsAre(HasSubstr("1: not TOML: ")));
}

}  // namespace
}  // namespace faultline
