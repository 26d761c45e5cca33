#include "app/report/trial_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

RunRecord one_cell_run() {
  RunRecord run;
  run.uuid = *Uuid::parse("0ce453ff-0000-4000-8000-000000000001");
  run.campaign_name = "agx-race";
  Cell cell;
  cell.workload = "sim";
  cell.parameters = {{"threads", {"8", "8", ParameterType::integer, false}}};
  run.cells = {cell};
  return run;
}

Trial crashed_trial() {
  Trial trial;
  trial.index = 12;
  trial.argv = {"agx_sim", "--threads", "8"};
  trial.term_signal = 11;
  trial.term_signal_name = "SIGSEGV";
  trial.verdict = {Outcome::crashed, "crash_signal", {"died of SIGSEGV"}};
  trial.incidents = {"79BC4A1F-0000-4000-8000-000000000000"};
  trial.stderr_tail = "evil \x1b[31m text";
  return trial;
}

TEST(TrialPageTest, SaysHowItEndedAndWhyAndNamesItsReport) {
  const ScopedTempFolder folder;

  const auto page = trial_page(one_cell_run(), crashed_trial(), folder.path());

  EXPECT_THAT(page, HasSubstr("threads=8"));
  EXPECT_THAT(page, HasSubstr("signal SIGSEGV"));
  EXPECT_THAT(page, HasSubstr("crashed  (crash_signal)"));
  EXPECT_THAT(page, HasSubstr("79BC4A1F-0000-4000-8000-000000000000"));
}

TEST(TrialPageTest, OutputIsEscapedAndComesFromTheStoreWhereTheFileIsGone) {
  const ScopedTempFolder folder;

  const auto page = trial_page(one_cell_run(), crashed_trial(), folder.path());

  EXPECT_THAT(page, HasSubstr("evil \\x1b[31m text"));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("the file was pruned"));
}

TEST(TrialPageTest, KeptOutputIsReadFromTheTrialsFolder) {
  const ScopedTempFolder folder;
  std::ofstream(folder / "stdout") << "whole output\n";

  EXPECT_THAT(trial_page(one_cell_run(), crashed_trial(), folder.path()), HasSubstr("whole output"));
}

TEST(TrialPageTest, JsonCarriesTheSameFacts) {
  const auto json = trial_json(one_cell_run(), crashed_trial());

  EXPECT_THAT(json, HasSubstr("\"outcome\": \"crashed\""));
  EXPECT_THAT(json, HasSubstr("\"exit_code\": null"));
  EXPECT_THAT(json, HasSubstr("\"duration_ms\""));
}

}  // namespace
}  // namespace faultline
