#include "app/campaign/validation_layer.h"

#include <gtest/gtest.h>

#include "collector/plan/campaign_file.h"

namespace faultline {
namespace {

/// A campaign of one workload, with these lines in it.
Campaign campaign(const std::string& lines) {
  const auto read = parse_campaign(
      "[campaign]\nname = \"c\"\ntrials = 1\n[[workload]]\nname = \"w\"\ncommand = [\"./w\"]\n" + lines, {});
  EXPECT_TRUE(read.mistakes.empty()) << lines;
  return read.campaign;
}

Cell cell(const std::string& parameter = {}, const std::string& value = {}) {
  Cell made{0, "w", {}};
  if (!parameter.empty()) made.parameters = {{parameter, {value, value, ParameterType::text, false}}};
  return made;
}

RunRecord begun_with(const std::string& variable, const std::string& value) {
  RunRecord run;
  run.host.more = {{"env." + variable, value}};
  return run;
}

TEST(ValidationLayerTest, AVariableOfTheArmSwitchesItOn) {
  EXPECT_TRUE(has_validation_layer(cell(), campaign("env = { MTL_DEBUG_LAYER = \"1\" }\n"), {}));
  EXPECT_TRUE(has_validation_layer(cell(), campaign("env = { METAL_DEVICE_WRAPPER_TYPE = \"1\" }\n"), {}));
  EXPECT_TRUE(has_validation_layer(cell(), campaign("env = { MTL_SHADER_VALIDATION = \"1\" }\n"), {}));
  EXPECT_FALSE(has_validation_layer(cell(), campaign("env = { MTL_DEBUG_LAYER = \"0\" }\n"), {}));
  EXPECT_FALSE(has_validation_layer(cell(), campaign("env = { MTL_HUD_ENABLED = \"1\" }\n"), {}));
  EXPECT_FALSE(has_validation_layer(cell(), campaign(""), {}));
}

TEST(ValidationLayerTest, AParameterMayBeItsValueOrBeNamedForIt) {
  const auto by_value =
      campaign("env = { MTL_DEBUG_LAYER = \"{layer}\" }\nmatrix = { layer = [\"0\", \"1\"] }\n");

  EXPECT_TRUE(has_validation_layer(cell("layer", "1"), by_value, {}));
  EXPECT_FALSE(has_validation_layer(cell("layer", "0"), by_value, {}));
  EXPECT_TRUE(has_validation_layer(cell("validation", "on"), campaign(""), {}));
  EXPECT_FALSE(has_validation_layer(cell("validation", "off"), campaign(""), {}));
}

TEST(ValidationLayerTest, WhatTheRunInheritedHoldsUnlessTheArmSaysOtherwise) {
  const auto inherited = begun_with("MTL_DEBUG_LAYER", "1");

  EXPECT_TRUE(has_validation_layer(cell(), campaign(""), inherited));
  EXPECT_FALSE(has_validation_layer(cell(), campaign("env = { MTL_DEBUG_LAYER = \"0\" }\n"), inherited));
  EXPECT_FALSE(
      has_validation_layer(cell(), campaign("env = { MTL_DEBUG_LAYER = { unset = true } }\n"), inherited));
}

TEST(ValidationLayerTest, TheCommandMaySetItToo) {
  Campaign by_env = campaign("");
  by_env.workloads[0].command = {"env", "MTL_DEBUG_LAYER=1", "./w"};

  EXPECT_TRUE(has_validation_layer(cell(), by_env, {}));
}

TEST(ValidationLayerTest, ACampaignThatCannotBeReadSaysNothing) {
  EXPECT_FALSE(has_validation_layer(cell(), Campaign{}, {}));
}

}  // namespace
}  // namespace faultline
