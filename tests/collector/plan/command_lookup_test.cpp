#include "collector/plan/command_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "collector/plan/schedule.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::HasSubstr;

class CommandLookupTest : public testing::Test {
 protected:
  void make_program(const std::string& name, mode_t mode = 0755) const {
    std::ofstream(folder_ / name) << "#!/bin/sh\n";
    ::chmod((folder_ / name).c_str(), mode);
  }
  std::string mistake(const std::string& program) const {
    Campaign campaign = campaign_of(program);
    const auto checked =
        check_commands(campaign, make_cells(campaign), {"/samples", folder_.path().string()});
    return checked ? "" : checked.error().message();
  }
  Campaign campaign_of(const std::string& program) const {
    Campaign campaign;
    campaign.folder = folder_.path().string();
    Workload workload;
    workload.name = "w";
    workload.command = {program};
    workload.env = {{"PATH", folder_.path().string()}};
    campaign.workloads = {workload};
    return campaign;
  }

  ScopedTempFolder folder_;
};

TEST_F(CommandLookupTest, AProgramOfThePathOrOfAPlaceIsFound) {
  make_program("trainer");
  EXPECT_EQ(mistake("trainer"), "");
  EXPECT_EQ(mistake("{campaign}/trainer"), "");
  EXPECT_EQ(find_program("trainer", "/nowhere:" + folder_.path().string(), {}), folder_ / "trainer");
}

TEST_F(CommandLookupTest, WhatIsNotThereIsNamedWithWhatIsNear) {
  make_program("trainer");
  EXPECT_THAT(mistake("trianer"),
              HasSubstr("workload w: no folder of PATH has a program trianer; did you mean "
                        "trainer?"));
  EXPECT_THAT(mistake("zzz"), HasSubstr("no folder of PATH has a program zzz"));
  EXPECT_THAT(mistake("{campaign}/other"), HasSubstr("other is not there"));
}

TEST_F(CommandLookupTest, AFileThatMayNotBeExecutedIsToldApart) {
  make_program("trainer", 0644);
  EXPECT_THAT(mistake("{campaign}/trainer"), HasSubstr("is not a file that may be executed"));
}

TEST_F(CommandLookupTest, WhatAHookMayMakeIsNotLookedFor) {
  Campaign campaign = campaign_of("nosuch");
  campaign.hooks.setup = {"make"};
  EXPECT_TRUE(check_commands(campaign, make_cells(campaign), {}));
}

}  // namespace
}  // namespace faultline
