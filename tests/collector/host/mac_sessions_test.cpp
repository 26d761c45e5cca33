// Sessions, drivers and reporting of a Mac, from texts as its tools print them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/host/mac_conditions.h"
#include "collector/host/mac_readings.h"
#include "collector/host/mac_readings_driver.h"
#include "collector/host/mac_readings_reports.h"
#include "collector/host/mac_readings_session.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(MacSessionTest, OnlyAquaIsALoginSessionAndTheOthersAreToldApart) {
  EXPECT_EQ(read_session({"Aqua\n", false, false, false}).state, CheckState::good);
  const auto ssh = read_session({"Background\n", true, false, false});
  EXPECT_EQ(ssh.state, CheckState::warning);
  EXPECT_EQ(ssh.found, "Background, over ssh");
  EXPECT_THAT(ssh.remedy, HasSubstr("ssh alone is no login session"));
  EXPECT_THAT(read_session({"Background", false, true, false}).remedy, HasSubstr("tmux kill-server"));
  EXPECT_THAT(read_session({"System", false, false, true}).found, HasSubstr("as a job of launchd"));
  EXPECT_EQ(read_session({}).state, CheckState::unknown);
}

TEST(MacSessionTest, AnAccountThatIsNoAdministratorIsAWarningAndNoFailure) {
  EXPECT_EQ(read_account("staff everyone localaccounts admin _lpadmin\n").state, CheckState::good);
  const auto plain = read_account("staff everyone localaccounts _lpadmin\n");
  EXPECT_EQ(plain.state, CheckState::warning);
  EXPECT_THAT(plain.remedy, HasSubstr("-t user admin"));
  EXPECT_EQ(read_account(std::nullopt).state, CheckState::unknown);
}

TEST(MacSessionTest, TheCallThatGivesADeviceIsNamed) {
  MetalLookup lookup{true, true, true, 1, "AGXG16XDevice", 9, 3, true};
  EXPECT_EQ(read_metal_device(lookup, {}).found,
            "AGXG16XDevice (Apple9, Metal3, Metal Performance Shaders) by MTLCreateSystemDefaultDevice");
  lookup.default_alone = false;
  EXPECT_THAT(read_metal_device(lookup, {}).found, HasSubstr("only with CoreGraphics loaded"));
  lookup.default_with_graphics = false;
  const auto listed = read_metal_device(lookup, {"Background", true, false, false});
  EXPECT_EQ(listed.state, CheckState::warning);
  EXPECT_THAT(listed.found, HasSubstr("by MTLCopyAllDevices alone"));
  EXPECT_THAT(listed.remedy, HasSubstr("Background, over ssh"));
  lookup.all_devices = 0;
  EXPECT_EQ(read_metal_device(lookup, {}).state, CheckState::bad);
  EXPECT_EQ(read_metal_device({}, {}).found, "Metal cannot be loaded");
}

constexpr const char* kAccelerator =
    "+-o AGXAcceleratorG16X  <class AGXAcceleratorG16X, id 0x1000004e3, registered, matched, active>\n"
    "    {\n      \"MetalPluginName\" = \"AGXMetalG16X\"\n      \"gpu-core-count\" = 40\n    }\n";
const std::vector<AgxBundle> kBundles{{"AGXMetalG13X", "329.1", true}, {"AGXMetalG16X", "329.2", false}};

TEST(MacDriverTest, TheLoadedBundleGivesTheVersionAndIsMarked) {
  const auto loaded = read_loaded_agx(kAccelerator);

  EXPECT_EQ(loaded, "AGXMetalG16X");
  EXPECT_EQ(agx_version(kBundles, loaded), "329.2");
  EXPECT_THAT(agx_facts(kBundles, loaded),
              ElementsAre(Pair("driver.AGXMetalG13X", "329.1"), Pair("driver.AGXMetalG16X", "329.2 (loaded)"),
                          Pair("driver.loaded", "AGXMetalG16X")));
  EXPECT_EQ(agx_version(kBundles, std::nullopt), std::nullopt) << "of several versions none is guessed";
  EXPECT_EQ(agx_version({{"AGXMetalG13X", "329.2", true}, {"AGXMetalG16X", "329.2", true}}, std::nullopt),
            "329.2");
  EXPECT_EQ(agx_version(kBundles, "AGXMetalG99X"), std::nullopt);
}

TEST(MacDriverTest, WhereItsSymbolsCanComeFromIsSaid) {
  EXPECT_EQ(read_agx_driver(kBundles, "AGXMetalG13X", false).state, CheckState::good);
  const auto none = read_agx_driver(kBundles, "AGXMetalG16X", false);
  EXPECT_EQ(none.state, CheckState::warning);
  EXPECT_THAT(none.found,
              HasSubstr("AGXMetalG16X 329.2 (loaded); no binary on disk, nor any that Xcode keeps"));
  EXPECT_EQ(read_agx_driver(kBundles, "AGXMetalG16X", true).state, CheckState::good);
  EXPECT_THAT(read_agx_driver(kBundles, std::nullopt, true).found, HasSubstr("which one runs is not known"));
  EXPECT_EQ(read_agx_driver({}, std::nullopt, true).state, CheckState::warning);
  EXPECT_THAT(
      read_metal_toolchain("Apple metal version 32023.155 (metalfe-32023.155)\nTarget: air64\n").found,
      HasSubstr("32023.155"));
  EXPECT_THAT(read_metal_toolchain(std::nullopt).remedy, HasSubstr("-downloadComponent MetalToolchain"));
}

TEST(MacDriverTest, AStringOfAPropertyListIsThatOfItsOwnKey) {
  constexpr const char* kList =
      "<dict>\n<key>CFBundleName</key>\n<string>AGX</string>\n<key>Flag</key>\n<true/"
      ">\n<key>CFBundleVersion</key>\n"
      "\t<string>329.2</string>\n</dict>";
  EXPECT_EQ(plist_text(kList, "CFBundleVersion"), "329.2");
  EXPECT_EQ(plist_text(kList, "CFBundleName"), "AGX");
  EXPECT_EQ(plist_text(kList, "Flag"), std::nullopt) << "not the string of the next key";
  EXPECT_EQ(plist_text(kList, "Absent"), std::nullopt);
  EXPECT_EQ(ioreg_text("\"gpu-core-count\" = 40", "gpu-core-count"), std::nullopt);
}

TEST(MacReportingTest, CorpsesThatDidNotFitAreCounted) {
  EXPECT_THAT(read_corpse_limit(5, "Timestamp  Ty Process\n").found, HasSubstr("at most 5"));
  const auto more = read_corpse_limit(5,
                                      "12:00 Df kernel: Python[81] Corpse failure, too many 6\n"
                                      "12:00 Df kernel: Python[82] Corpse failure, too many 7\n");
  EXPECT_EQ(more.state, CheckState::warning);
  EXPECT_THAT(more.found, HasSubstr("2 more came"));
  EXPECT_EQ(read_corpse_limit(0, "").state, CheckState::bad);
  EXPECT_EQ(read_corpse_limit(5, std::nullopt).state, CheckState::good);
  EXPECT_EQ(read_corpse_limit(std::nullopt, "").state, CheckState::unknown);
}

TEST(MacReportingTest, ALogThatMayNotBeReadIsAWarning) {
  EXPECT_EQ(read_log_access("", "").state, CheckState::good);
  const auto refused =
      read_log_access(std::nullopt, "log: Could not open local log store: Operation not permitted");
  EXPECT_EQ(refused.state, CheckState::warning);
  EXPECT_THAT(refused.found, HasSubstr("Operation not permitted"));
}

TEST(MacConditionsTest, DisplayLidPowerAndHeatAreNumbersOfATrial) {
  ConditionTexts texts;
  texts.display =
      "+-o IODisplayWrangler  <class IODisplayWrangler>\n    {\n      \"IOPowerManagement\" = "
      "{\"DevicePowerState\"=4,\"CurrentPowerState\"=4,\"MaxPowerState\"=4}\n    }\n";
  texts.root = "      \"AppleClamshellState\" = No\n      \"AppleClamshellCausesSleep\" = Yes\n";
  texts.power = "Now drawing from 'Battery Power'\n";
  texts.heat = "Note: No thermal warning level has been recorded\nCPU_Speed_Limit \t= 85\n";

  EXPECT_THAT(
      read_conditions(texts),
      ElementsAre(Metric{"host_display_on", 1}, Metric{"host_lid_open", 1}, Metric{"host_on_mains", 0},
                  Metric{"host_thermal_warning", 0}, Metric{"host_cpu_speed_percent", 85}));

  texts = {};
  texts.display = "{\"DevicePowerState\"=1,\"CurrentPowerState\"=1}";
  texts.root = "      \"AppleClamshellState\" = Yes\n";
  EXPECT_THAT(read_conditions(texts), ElementsAre(Metric{"host_display_on", 0}, Metric{"host_lid_open", 0}));
  EXPECT_THAT(read_conditions({}), IsEmpty()) << "what is not told is absent";
}

}  // namespace
}  // namespace faultline
