#include "app/report/shown_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(ShownReportTest, APathIsTakenForAFile) {
  const ScopedTempFolder folder;
  write_text(folder / "a.ips", night_report(1));

  EXPECT_TRUE(names_a_file("-"));
  EXPECT_TRUE(names_a_file((folder / "a.ips").string()));
  EXPECT_TRUE(names_a_file("./absent.ips"));
  EXPECT_FALSE(names_a_file("79BC4A1F"));
}

TEST(ShownReportTest, ATrialIsNamedByItsRunAndIndex) {
  const auto trial = parse_trial_name("last/12");
  ASSERT_TRUE(trial.has_value());
  EXPECT_EQ(trial->run, "last");
  EXPECT_EQ(trial->index, 12);

  EXPECT_FALSE(parse_trial_name("last").has_value());
  EXPECT_FALSE(parse_trial_name("/12").has_value());
  EXPECT_FALSE(parse_trial_name("reports/12").has_value());
  EXPECT_FALSE(parse_trial_name("last/12th").has_value());
}

TEST(ShownReportTest, AStoredReportComesWithTheSiteThatTheStoreHas) {
  Store store = std::move(*Store::open_in_memory());
  const Analysis old = make_analysis(1, "oldRule");
  ASSERT_DONE(store.add_report(night_report(1), arrival(), old));

  ASSERT_VALUE(const auto report, report_of_store(store, night_incident(1)));
  const ShownReport shown = derive_shown(report, {}, FrameNames::readable, {});

  EXPECT_EQ(report.bytes, night_report(1));
  EXPECT_EQ(report.stored_site, old.site.key);
  const auto difference = difference_from_store(report, shown);
  ASSERT_TRUE(difference.has_value());
  EXPECT_THAT(*difference, HasSubstr(old.site.key));
  EXPECT_THAT(*difference, HasSubstr(shown.analyses.front().site.key));
}

TEST(ShownReportTest, AFileHasNothingToDifferFrom) {
  const ScopedTempFolder folder;
  write_text(folder / "a.ips", night_report(1));

  ASSERT_VALUE(const auto report, report_of_file((folder / "a.ips").string()));

  EXPECT_EQ(report.origin, ReportOrigin::imported);
  EXPECT_FALSE(difference_from_store(report, derive_shown(report, {}, FrameNames::readable, {})).has_value());
}

TEST(ShownReportTest, WithoutACrashedThreadThereAreNoInstructions) {
  const auto disassembly = disassemble_at_pc(CrashReport(), {});

  ASSERT_FALSE(disassembly.has_value());
  EXPECT_EQ(disassembly.error().kind(), ErrorKind::symbols);
}

TEST(ShownReportTest, ATrialComesWithItsRunAndFolder) {
  NightStore night;

  ASSERT_VALUE(const auto shown, find_shown_trial(night.store, "/data/night.db", {"last", 3}, {}));

  EXPECT_EQ(shown.trial.index, 3);
  EXPECT_EQ(shown.run.uuid, night.run.uuid);
  EXPECT_EQ(shown.folder, std::filesystem::path("/data/night.db.trials") / night.run.uuid.text() / "3");
  EXPECT_FALSE(find_shown_trial(night.store, "/data/night.db", {"last", 900}, {}).has_value());
}

}  // namespace
}  // namespace faultline
