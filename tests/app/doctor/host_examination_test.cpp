#include "app/doctor/host_examination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/db/store_fixtures.h"
#include "tests/support/fake_host.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::HasSubstr;

const HostCheck* find_check(const std::vector<HostCheck>& checks, std::string_view name) {
  const auto found =
      std::find_if(checks.begin(), checks.end(), [&](const HostCheck& check) { return check.name == name; });
  return found == checks.end() ? nullptr : &*found;
}

TEST(HostExaminationTest, OneBadFindingMakesAHostUnfitAndAWarningDoesNot) {
  const HostCheck good{"disk", CheckState::good, "300 GB", {}};
  const HostCheck warning{"canary", CheckState::warning, "late", "wait"};
  const HostCheck bad{"ptrace", CheckState::bad, "refused", "allow it"};

  EXPECT_TRUE(is_fit({good, warning}));
  EXPECT_FALSE(is_fit({good, bad}));
}

TEST(HostExaminationTest, EachFindingIsARowWithItsRemedy) {
  const Table table = host_check_table({{"ptrace", CheckState::bad, "refused", "allow it"}});

  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0][0].value, CellValue("ptrace"));
  EXPECT_EQ(table.rows[0][1].value, CellValue("bad"));
  EXPECT_EQ(table.rows[0][3].value, CellValue("allow it"));
  ASSERT_EQ(table.facts.size(), 1U);
  EXPECT_EQ(table.facts[0].second, CellValue(false));
}

TEST(HostExaminationTest, WithoutItsProgramsACrashIsNotCapturedAndNothingIsLeftBehind) {
  const ScopedTempFolder folder;
  std::filesystem::create_directories(folder / "store");
  HostExamination wanted;
  wanted.reporter = ReporterKind::folders;
  wanted.report_folders = {folder / "reports"};
  wanted.program_folder = folder / "absent";
  wanted.store_folder = folder / "store";
  wanted.deadline = std::chrono::milliseconds(1);
  SystemClock clock;
  FakeHost host;
  const std::atomic<bool> stop{false};

  const auto checks = examine_host(wanted, clock, host, stop);

  EXPECT_TRUE(std::filesystem::is_empty(folder / "store"));
  if (!checks) return;  // Without a supervisor no trial begins at all.
  const HostCheck* canary = find_check(*checks, "canary");
  ASSERT_NE(canary, nullptr);
  EXPECT_EQ(canary->state, CheckState::bad);
  EXPECT_FALSE(is_fit(*checks));
  const HostCheck* reports = find_check(*checks, "report_folder");
  ASSERT_NE(reports, nullptr);
  EXPECT_THAT(reports->found, HasSubstr("not there yet"));
}

}  // namespace
}  // namespace faultline
