#include "app/ingest/report_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/symbolize_report.h"
#include "db/queries.h"
#include "tests/support/fake_clock.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ReportWatchTest : public testing::Test {
 protected:
  ReportWatchTest() {
    SymbolizeOptions none;
    none.use_image_paths = false;
    none.use_system_places = false;
    symbolizer = std::make_unique<Symbolizer>(none);
  }
  ReportWatch watch(const std::filesystem::path& path) {
    WatchObserver observer;
    observer.arrived = [this](const std::string& line) { arrived.push_back(line); };
    observer.problem = [this](const std::string& line) { problems.push_back(line); };
    return {store, rules, *symbolizer, no_child, clock, {path}, observer};
  }
  /// A file counts when it has not changed for a while.
  void look(ReportWatch& reports) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_DONE(reports.look());
      clock.advance(std::chrono::seconds(2));
    }
  }

  ScopedTempFolder folder;
  Store store = std::move(*Store::open_in_memory());
  SiteRules rules;
  AnalysisChild no_child{"/no/such/program"};
  std::unique_ptr<Symbolizer> symbolizer;
  FakeClock clock;
  std::vector<std::string> arrived;
  std::vector<std::string> problems;
};

TEST_F(ReportWatchTest, WhatAppearsIsStoredOnceAndSaidInOneLine) {
  auto reports = watch(folder.path());
  look(reports);
  write_text(folder / "model-1.ips", night_report(1));

  look(reports);
  look(reports);

  ASSERT_EQ(arrived.size(), 1U);
  EXPECT_THAT(arrived[0], HasSubstr("added"));
  EXPECT_THAT(arrived[0], HasSubstr("model-1.ips"));
  EXPECT_THAT(arrived[0], HasSubstr("setComputePipelineState:] +32 · NULL+0x5c8 read"));
  ASSERT_VALUE(const auto stored, list_reports(store, {}));
  EXPECT_EQ(stored.size(), 1U);
}

TEST_F(ReportWatchTest, WhatTheStoreHasIsPassedOver) {
  const std::string bytes = night_report(1);
  ASSERT_DONE(store.add_report(bytes, arrival(), derive(bytes, ReportOrigin::imported, {})));
  write_text(folder / "model-1.ips", bytes);
  auto reports = watch(folder.path());

  look(reports);

  EXPECT_TRUE(arrived.empty());
}

TEST_F(ReportWatchTest, AFolderThatIsNoneIsNamedOnce) {
  write_text(folder / "file", "no folder");
  auto reports = watch(folder / "file");

  look(reports);

  EXPECT_THAT(problems, ElementsAre(HasSubstr("file")));
}

}  // namespace
}  // namespace faultline
