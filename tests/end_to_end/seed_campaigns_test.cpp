// The campaigns that need a Mac can be read anywhere, and name sources that are there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "collector/plan/placeholders.h"
#include "collector/plan/schedule.h"
#include "core/files/text_file.h"
#include "core/model/filter.h"

namespace faultline {
namespace {

const std::filesystem::path kSamples = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "samples";

std::vector<std::filesystem::path> seed_campaigns() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kSamples / "campaigns")) {
    if (entry.path().filename().string().starts_with("seeds-")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class SeedCampaignsTest : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  void SetUp() override {
    Result<Campaign> campaign = read_campaign_file(GetParam());
    ASSERT_TRUE(campaign) << campaign.error().text();
    campaign_ = *campaign;
  }

  Campaign campaign_;
};

TEST_P(SeedCampaignsTest, NamesItselfAsItsFile) { EXPECT_EQ(campaign_.name, GetParam().stem()); }

TEST_P(SeedCampaignsTest, NamesOnlySourcesThatAreThere) {
  const PlaceholderFolders folders{"/built", campaign_.folder};
  for (const Cell& cell : make_cells(campaign_)) {
    const std::vector<std::string>& command = campaign_.workloads[cell.workload_index].command;
    const std::filesystem::path program = *replace_placeholders(command[0], cell, folders);
    if (program == "python3") {
      const std::filesystem::path script = *replace_placeholders(command[1], cell, folders);
      EXPECT_TRUE(std::filesystem::is_regular_file(script)) << script;
    } else {
      const std::filesystem::path source = kSamples / "metal" / program.filename();
      EXPECT_EQ(program.parent_path(), "/built");
      EXPECT_TRUE(std::filesystem::exists(source.string() + ".m") ||
                  std::filesystem::exists(source.string() + ".mm"))
          << source;
    }
  }
}

TEST_P(SeedCampaignsTest, ControlIsAmongItsCells) {
  if (campaign_.control.empty()) {
    EXPECT_THAT(campaign_.name, ::testing::AnyOf("seeds-efficiency", "seeds-throughput"));
    return;
  }
  const Result<Filter> control = parse_filter(campaign_.control);
  ASSERT_TRUE(control) << control.error().text();
  const Result<std::vector<bool>> chosen = select_cells(*control, make_cells(campaign_));

  ASSERT_TRUE(chosen) << chosen.error().text();
  EXPECT_EQ(std::count(chosen->begin(), chosen->end(), true), 1);
}

TEST_P(SeedCampaignsTest, ValidatedArmDiffersByItsLayerAlone) {
  for (const Workload& validated : campaign_.workloads) {
    if (!validated.name.ends_with("-validated")) continue;
    const std::string plain_name = validated.name.substr(0, validated.name.find("-validated"));
    const auto plain = std::find_if(campaign_.workloads.begin(), campaign_.workloads.end(),
                                    [&](const Workload& one) { return one.name == plain_name; });
    ASSERT_NE(plain, campaign_.workloads.end()) << plain_name;

    EXPECT_THAT(validated.env, ::testing::ElementsAre(EnvSetting{"MTL_DEBUG_LAYER", "1"}));
    EXPECT_TRUE(plain->env.empty());
    // A setting that only the plain arm varies stands at its default in the other.
    EXPECT_TRUE(std::equal(validated.command.begin(), validated.command.end(), plain->command.begin()));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, SeedCampaignsTest, ::testing::ValuesIn(seed_campaigns()),
                         [](const auto& instance) {
                           std::string name = instance.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SeedCampaigns, AreAllInTheReadme) {
  ASSERT_GE(seed_campaigns().size(), 7U);
  const Result<std::string> readme = read_file(kSamples / "README.md");
  ASSERT_TRUE(readme);
  for (const std::filesystem::path& file : seed_campaigns()) {
    EXPECT_THAT(*readme, ::testing::HasSubstr("faultline run samples/campaigns/" + file.filename().string()));
  }
}

}  // namespace
}  // namespace faultline
