#include "app/campaign/run_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using testing::ElementsAre;

TEST(RunCellsTest, WorkloadsAndParametersComeInTheOrderOfTheCampaign) {
  RunRecord run = make_run();
  Cell other;
  other.workload = "mlx";
  run.cells.push_back(other);

  EXPECT_THAT(workloads_of(run), ElementsAre("agx-sim", "mlx"));
  EXPECT_THAT(parameters_of(run, "agx-sim"), ElementsAre("threads", "lock"));
  EXPECT_TRUE(parameters_of(run, "mlx").empty());
  EXPECT_TRUE(parameters_of(run, "absent").empty());
}

TEST(RunCellsTest, TheFilterNamesTheWholeRun) {
  EXPECT_EQ(where_run(make_run(1)), "run=" + uuid_of(1).text());
}

}  // namespace
}  // namespace faultline
