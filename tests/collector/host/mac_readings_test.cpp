// Texts as the tools of macOS print them, as their manual pages and the forum threads of their users show.

#include "collector/host/mac_readings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPmset = R"(System-wide power settings:
Currently in use:
 standby              1
 Sleep On Power Button 1
 hibernatemode        3
 powernap             1
 networkoversleep     0
 disksleep            10
 sleep                0 (sleep prevented by powerd, caffeinate)
 autorestart          1
 ttyskeepawake        1
 displaysleep         10
)";

TEST(MacReadingsTest, PowerSettingsAreReadByTheirWholeName) {
  EXPECT_EQ(pmset_value(kPmset, "sleep"), "0");
  EXPECT_EQ(pmset_value(kPmset, "disksleep"), "10");
  EXPECT_EQ(pmset_value(kPmset, "autorestart"), "1");
  EXPECT_EQ(pmset_value(kPmset, "womp"), std::nullopt);
  EXPECT_EQ(read_sleep(kPmset).state, CheckState::good);
  EXPECT_EQ(read_restart_after_power_failure(kPmset).state, CheckState::good);
  EXPECT_EQ(read_restart_after_power_failure(" autorestart 0\n").state, CheckState::warning);
  EXPECT_EQ(read_sleep(" sleep 10\n").state, CheckState::warning);
  EXPECT_EQ(read_restart_after_power_failure(" sleep 1\n").state, CheckState::unknown);
}

TEST(MacReadingsTest, ADisabledReporterIsBadAndNamed) {
  const auto found = read_report_crash(
      "disabled services = {\n\t\t\"com.apple.Siri\" => enabled\n\t\t\"com.apple.ReportCrash\" => "
      "disabled\n\t}\n",
      "gui/501");

  EXPECT_EQ(found.state, CheckState::bad);
  EXPECT_EQ(found.found, "com.apple.ReportCrash is disabled in gui/501");
  EXPECT_THAT(found.remedy, HasSubstr("launchctl enable gui/501/com.apple.ReportCrash"));
  // As systems before macOS 13 say it.
  EXPECT_EQ(read_report_crash("\t\"com.apple.ReportCrash.Root\" => true\n", "system").state, CheckState::bad);
  EXPECT_EQ(read_report_crash("\t\"com.apple.ReportCrash\" => enabled\n", "system").state, CheckState::good);
  EXPECT_EQ(read_report_crash("disabled services = {\n}\n", "system").state, CheckState::good);
  EXPECT_EQ(read_report_crash(std::nullopt, "system").state, CheckState::unknown);
}

TEST(MacReadingsTest, TheDialogIsOffOnlyWhereItWasSwitchedOff) {
  EXPECT_EQ(read_crash_dialog("none\n").state, CheckState::good);
  EXPECT_EQ(read_crash_dialog("server").state, CheckState::good);
  EXPECT_EQ(read_crash_dialog("crashreport").state, CheckState::warning);
  EXPECT_EQ(read_crash_dialog(std::nullopt).state, CheckState::warning);
}

TEST(MacReadingsTest, AMacThatWaitsForAPasswordIsAWarning) {
  EXPECT_EQ(read_filevault("FileVault is Off.\n").state, CheckState::good);
  EXPECT_EQ(read_filevault("FileVault is On.\n").state, CheckState::warning);
  EXPECT_EQ(read_autologin("measure\n").found, "as measure");
  EXPECT_EQ(read_autologin(std::nullopt).state, CheckState::warning);
}

TEST(MacReadingsTest, SystemIntegrityProtectionBelongsToAnOrdinaryMac) {
  EXPECT_EQ(read_sip("System Integrity Protection status: enabled.\n").state, CheckState::good);
  EXPECT_EQ(read_sip("System Integrity Protection status: disabled.\n").state, CheckState::warning);
  EXPECT_EQ(read_sip("System Integrity Protection status: unknown (Custom Configuration).\n").state,
            CheckState::warning);
}

TEST(MacReadingsTest, MetalIsThereOrNotOrAVirtualMachines) {
  const auto real = read_metal(
      "Graphics/Displays:\n\n    Apple M4 Max:\n\n      Chipset Model: Apple M4 Max\n      Type: GPU\n"
      "      Total Number of Cores: 40\n      Metal Support: Metal 3\n");
  EXPECT_EQ(real.state, CheckState::good);
  EXPECT_EQ(real.found, "Chipset Model: Apple M4 Max, Metal Support: Metal 3");
  EXPECT_EQ(read_metal("      Chipset Model: Apple Paravirtual device\n      Metal Support: Metal 3\n").state,
            CheckState::warning);
  EXPECT_EQ(read_metal("Graphics/Displays:\n").state, CheckState::bad);
  EXPECT_EQ(read_metal(std::nullopt).state, CheckState::unknown);
}

TEST(MacReadingsTest, ResetsOfTheGpuAreCounted) {
  EXPECT_EQ(read_gpu_resets("  \"PerformanceStatistics\" = {\"recoveryCount\"=0,\"x\"=5}\n").state,
            CheckState::good);
  const auto twice = read_gpu_resets("{\"recoveryCount\"=2}");
  EXPECT_EQ(twice.state, CheckState::warning);
  EXPECT_EQ(twice.found, "2 since the start");
  EXPECT_EQ(ioreg_number("\"gpu-core-count\" = 40\n", "gpu-core-count"), 40);
  EXPECT_EQ(ioreg_number("\"gpu-core-count\" = <28000000>\n", "gpu-core-count"), std::nullopt);
}

TEST(MacReadingsTest, DroppedReportsAreCounted) {
  EXPECT_EQ(read_bursts("Timestamp  Ty Process\n").state, CheckState::good);
  const auto twice = read_bursts(
      "12:00 Df ReportCrash[1] Too many events in rapid succession\n12:01 Df ReportCrash[1] Too many events "
      "in rapid "
      "succession\n");
  EXPECT_EQ(twice.state, CheckState::warning);
  EXPECT_EQ(twice.found, "2 times the system dropped reports in the last hour");
  EXPECT_EQ(read_bursts(std::nullopt).state, CheckState::unknown);
  EXPECT_EQ(read_user(true).state, CheckState::warning);
  EXPECT_EQ(read_user(false).state, CheckState::good);
}

TEST(MacReadingsTest, PowerAndBootArguments) {
  EXPECT_EQ(read_power("Now drawing from 'AC Power'\n").state, CheckState::good);
  EXPECT_EQ(read_power("Now drawing from 'Battery Power'\n -InternalBattery-0 50%\n").state,
            CheckState::warning);
  EXPECT_EQ(read_boot_arguments("-v -no_corpses").state, CheckState::bad);
  EXPECT_EQ(read_boot_arguments("").found, "none");
}

}  // namespace
}  // namespace faultline
