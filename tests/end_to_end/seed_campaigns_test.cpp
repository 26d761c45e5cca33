// The campaigns that need a Mac can be read anywhere, and name sources that are there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
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
    if (program.filename() == "python3") {
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

/// A row of README's table: what the reports say something about, the campaigns, and what asks for it.
struct ClaimedRow {
  std::string name;
  std::vector<std::string> campaigns;
  std::string ask;
};

std::vector<std::string> quoted_parts(const std::string& text, char quote) {
  std::vector<std::string> parts;
  for (auto open = text.find(quote); open != std::string::npos;) {
    const auto close = text.find(quote, open + 1);
    if (close == std::string::npos) break;
    parts.push_back(text.substr(open + 1, close - open - 1));
    open = text.find(quote, close + 1);
  }
  return parts;
}

std::vector<ClaimedRow> claimed_rows() {
  std::istringstream readme(read_file(kSamples / "README.md").value_or(""));
  std::vector<ClaimedRow> rows;
  for (std::string line; std::getline(readme, line);) {
    if (line.find("| `seeds-") == std::string::npos) continue;
    const auto campaign = line.find(" | `seeds-");
    const auto ask = line.find(" | `faultline", campaign);
    if (ask == std::string::npos) continue;
    rows.push_back({line.substr(2, campaign - 2), quoted_parts(line.substr(campaign, ask - campaign), '`'),
                    quoted_parts(line.substr(ask), '`').at(0)});
  }
  return rows;
}

/// The filters that an ask chooses cells by: that of --where, or both sides of a comparison.
std::vector<std::string> filters_of(const std::string& ask) {
  return quoted_parts(ask, ask.starts_with("faultline compare") ? '"' : '\'');
}

TEST(SeedCampaigns, AreAllInTheReadme) {
  std::set<std::string> named;
  for (const ClaimedRow& row : claimed_rows()) named.insert(row.campaigns.begin(), row.campaigns.end());

  ASSERT_GE(seed_campaigns().size(), 10U);
  for (const std::filesystem::path& file : seed_campaigns())
    EXPECT_TRUE(named.contains(file.filename().string())) << file;
}

TEST(SeedCampaigns, EveryRowOfTheReportsTablesHasItsCellsAndItsCommand) {
  std::size_t rows = 0;
  for (const ClaimedRow& row : claimed_rows()) {
    SCOPED_TRACE(row.name);
    ++rows;
    std::vector<Cell> cells;
    for (const std::string& file : row.campaigns) {
      const Result<Campaign> campaign = read_campaign_file(kSamples / "campaigns" / file);
      ASSERT_TRUE(campaign) << campaign.error().text();
      const auto more = make_cells(*campaign);
      cells.insert(cells.end(), more.begin(), more.end());
    }
    const auto filters = filters_of(row.ask);
    EXPECT_FALSE(filters.empty()) << row.ask;
    for (const std::string& text : filters) {
      const Result<Filter> filter = parse_filter(text);
      ASSERT_TRUE(filter) << filter.error().text();
      const Result<std::vector<bool>> chosen = select_cells(*filter, cells);
      ASSERT_TRUE(chosen) << chosen.error().text();
      EXPECT_NE(std::count(chosen->begin(), chosen->end(), true), 0) << text;
    }
  }
  EXPECT_EQ(rows, 40U);
}

/// What the reports' own tables have as rows, in words of the README.
TEST(SeedCampaigns, NoRowOfTheReportsTablesIsMissing) {
  std::string names;
  for (const ClaimedRow& row : claimed_rows()) names += row.name + "\n";
  for (const char* name : {"separate command buffers per thread",
                           "one command buffer shared by threads",
                           "one command buffer, one thread after the other",
                           "success at 2 threads",
                           "success at 4 threads",
                           "success at 6 threads",
                           "success at 8 threads",
                           "`MPSNDArrayMatrixMultiplication` at 3 threads and more",
                           "its encoding under a mutex",
                           "as an `MPSGraph`",
                           "PyTorch, crash rate at 1 thread",
                           "crash rate at 2 threads",
                           "crash rate at 4 threads",
                           "PyTorch, crash rate at 8 threads",
                           "crash rate at 16 threads",
                           "PyTorch, under a global mutex",
                           "own mutex off",
                           "`setComputePipelineState:`",
                           "`useResourceCommon`",
                           "`prepareForEnqueue`",
                           "`allocateUSCSpillBuffer`",
                           "`torch.mm` of 1024 x 1024 at 4 threads",
                           "MLX, one thread",
                           "MLX, two threads",
                           "MLX, more threads",
                           "MLX, products of 1024 x 1024 at 4 threads",
                           "PyTorch beside MLX",
                           "per-stream command buffers",
                           "one worker with a batch queue",
                           "event against device waits, unlocked",
                           "raw Metal, one queue, per-thread buffers",
                           "PyTorch, event waits",
                           "PyTorch, device waits",
                           "efficiency at 1, 2, 4, 8 threads",
                           "plateau by threads",
                           "gain by batch"}) {
    EXPECT_THAT(names, ::testing::HasSubstr(name));
  }
}

}  // namespace
}  // namespace faultline
