// The campaign files that we ship mean what they say, and name programs that are built.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "collector/plan/placeholders.h"
#include "collector/plan/schedule.h"
#include "core/model/filter.h"

namespace faultline {
namespace {

std::filesystem::path samples_folder() { return std::filesystem::path(FAULTLINE_BINARY_DIR) / "samples"; }

Campaign read_sample_campaign(const std::string& name) {
  const std::filesystem::path file =
      std::filesystem::path(FAULTLINE_SOURCE_DIR) / "samples" / "campaigns" / name;
  Result<Campaign> campaign = read_campaign_file(file);
  if (!campaign) {
    ADD_FAILURE() << campaign.error().text();
    return {};
  }
  return *campaign;
}

/// Every argument of every cell that is a program of ours, with its folder.
std::set<std::filesystem::path> programs_of(const Campaign& campaign) {
  const PlaceholderFolders folders{samples_folder().string(), campaign.folder};
  std::set<std::filesystem::path> programs;
  for (const Cell& cell : make_cells(campaign)) {
    for (const std::string& argument : campaign.workloads[cell.workload_index].command) {
      const auto text = replace_placeholders(argument, cell, folders);
      if (text && text->starts_with(samples_folder().string())) programs.insert(*text);
    }
  }
  return programs;
}

class SampleCampaignsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SampleCampaignsTest, NamesOnlyProgramsThatAreBuilt) {
  const Campaign campaign = read_sample_campaign(GetParam());

  ASSERT_FALSE(campaign.workloads.empty());
  for (std::filesystem::path program : programs_of(campaign)) {
    // A text given to `sh -c` goes on after the program's name.
    const std::string name = program.string();
    if (const auto end = name.find(';'); end != std::string::npos) program = name.substr(0, end);
    EXPECT_TRUE(std::filesystem::is_regular_file(program)) << program;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, SampleCampaignsTest,
                         ::testing::Values("agx-race.toml", "crashers.toml", "model-replay.toml",
                                           "smoke.toml"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           name.resize(name.find('.'));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SampleCampaigns, ControlsAreAmongTheirCells) {
  for (const char* file : {"agx-race.toml", "smoke.toml"}) {
    SCOPED_TRACE(file);
    const Campaign campaign = read_sample_campaign(file);
    const Result<Filter> control = parse_filter(campaign.control);
    ASSERT_TRUE(control) << control.error().text();
    const Result<std::vector<bool>> chosen = select_cells(*control, make_cells(campaign));

    ASSERT_TRUE(chosen) << chosen.error().text();
    EXPECT_NE(std::count(chosen->begin(), chosen->end(), true), 0);
  }
}

TEST(SampleCampaigns, CrashersRunsEveryProgramButTheModel) {
  const std::set<std::filesystem::path> run = programs_of(read_sample_campaign("crashers.toml"));

  const std::filesystem::path workloads =
      std::filesystem::path(FAULTLINE_SOURCE_DIR) / "samples" / "workloads";
  std::size_t crashers = 0;
  for (const auto& entry : std::filesystem::directory_iterator(workloads)) {
    if (entry.path().extension() != ".cpp") continue;
    EXPECT_TRUE(run.contains(samples_folder() / entry.path().stem())) << entry.path() << " is in no workload";
    ++crashers;
  }
  EXPECT_GT(crashers, 20U);
}

TEST(SampleCampaigns, RaceGathersAHundredTrialsOfEachArmThatMustHold) {
  const Campaign campaign = read_sample_campaign("agx-race.toml");
  const std::vector<Cell> cells = make_cells(campaign);

  for (const char* arm : {"lock=global", "threads=1"}) {
    const Result<Filter> filter = parse_filter(arm);
    ASSERT_TRUE(filter);
    const Result<std::vector<bool>> chosen = select_cells(*filter, cells);
    ASSERT_TRUE(chosen);

    EXPECT_GE(std::count(chosen->begin(), chosen->end(), true) * campaign.trials, 100) << arm;
  }
}

}  // namespace
}  // namespace faultline
