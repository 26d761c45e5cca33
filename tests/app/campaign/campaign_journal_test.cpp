#include "app/campaign/campaign_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "analyzer/derive.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "app/ingest/reanalysis.h"
#include "db/queries.h"
#include "tests/support/collector_ips.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CampaignJournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.emplace(std::move(*Store::open_in_memory()));
    record_.uuid = Uuid::random();
    record_.host.host_key = "host";
    Cell cell;
    cell.workload = "w";
    record_.cells = {cell};
    record_.planned_blocks = 3;
    record_.started = clock_.wall();
    EXPECT_TRUE(journal().begin(record_).has_value());
  }
  Store& store() { return *store_; }
  CampaignJournal journal() {
    return {store(), rules_, clock_, archiver_,
            [this](std::string_view bytes, std::string_view gpu_error) { return derive_(bytes, gpu_error); }};
  }
  [[nodiscard]] Trial crashed(std::int64_t index) const {
    Trial trial;
    trial.run = record_.uuid;
    trial.index = index;
    trial.block = index;
    trial.argv = {"prog"};
    trial.started = record_.started;
    trial.term_signal = 11;
    trial.verdict = {Outcome::crashed, "crash_signal", {}};
    return trial;
  }
  static CollectedReport report(std::int64_t number) {
    IpsText text;
    text.incident = numbered_incident(number);
    text.more = ",\n \"exception\" : {\"type\":\"EXC_BAD_ACCESS\",\"signal\":\"SIGSEGV\"}";
    CollectedReport report;
    report.bytes = text.text();
    report.source = "/reports/" + text.incident + ".ips";
    report.identity = summarize_report(report.bytes).identity;
    report.basis = AttributionBasis::supervisor;
    return report;
  }
  std::size_t underived() { return store().underived_reports(record_.uuid)->size(); }

  FakeClock clock_;
  SiteRules rules_;
  ScopedTempFolder folder_;
  RunObserver observer_;
  ImageArchiver archiver_{{}, SymbolArchive(folder_.path()), observer_};
  RunRecord record_;
  std::optional<Store> store_;
  DeriveReport derive_ = derive_captured(rules_);
};

TEST_F(CampaignJournalTest, BytesAndTrialAreCommittedBeforeAnythingIsDerived) {
  std::vector<std::string> in_store;
  derive_ = [&](std::string_view bytes, std::string_view gpu_error) {
    EXPECT_TRUE(store().find_trial(record_.uuid, 0)->has_value());
    in_store.push_back(*store().raw_report(numbered_incident(1)));
    EXPECT_EQ(in_store.back(), bytes);
    return derive_captured(rules_)(bytes, gpu_error);
  };

  ASSERT_TRUE(journal().trial_ended(crashed(0), {report(1)}).has_value());

  EXPECT_THAT(in_store, ElementsAre(report(1).bytes));
  const auto stored = store().stored_reports(0, 10, 1 << 20);
  ASSERT_THAT(*stored, SizeIs(1));
  EXPECT_NE(stored->front().rules_version, "");
  EXPECT_EQ(underived(), 0U);
}

TEST_F(CampaignJournalTest, AnEndBeforeTheAnalysisLosesNothingAndIsMadeUpForWhenTheRunGoesOn) {
  derive_ = [](std::string_view, std::string_view) -> Analysis {
    throw std::runtime_error("the harness is killed here");
  };
  EXPECT_THROW(static_cast<void>(journal().trial_ended(crashed(0), {report(1)})), std::runtime_error);
  EXPECT_THROW(static_cast<void>(journal().foreign_report(record_.uuid, report(2))), std::runtime_error);
  EXPECT_THROW(static_cast<void>(journal().report_arrived_late(crashed(0), report(3))), std::runtime_error);
  EXPECT_EQ(*store().ended_trials(record_.uuid), std::vector<std::int64_t>{0});
  for (const int number : {1, 2, 3})
    EXPECT_EQ(*store().raw_report(numbered_incident(number)), report(number).bytes);
  EXPECT_EQ(underived(), 3U);

  derive_ = derive_captured(rules_);
  ASSERT_TRUE(journal().resume(record_).has_value());

  EXPECT_EQ(underived(), 0U);
  const auto stored_reports = store().stored_reports(0, 10, 1 << 20);
  ASSERT_TRUE(stored_reports.has_value());
  for (const StoredReport& stored : *stored_reports) EXPECT_NE(stored.rules_version, "") << stored.incident;
  EXPECT_THAT(store().find_trial(record_.uuid, 0)->value().incidents,
              ElementsAre(numbered_incident(1), numbered_incident(3)));
  EXPECT_THAT(*store().check_integrity(), IsEmpty());
}

TEST_F(CampaignJournalTest, AReportThatOurOwnCodeFailsOnIsStoredAndTheRunGoesOn) {
  int asked = 0;
  derive_ = [&](std::string_view, std::string_view) {
    ++asked;
    return unanalysed(ReportOrigin::captured, "died of signal 11");
  };
  ASSERT_TRUE(journal().trial_ended(crashed(0), {report(1)}).has_value());
  ASSERT_TRUE(journal().foreign_report(record_.uuid, report(2)).has_value());
  ASSERT_TRUE(journal().report_arrived_late(crashed(0), report(3)).has_value());
  ASSERT_TRUE(journal().trial_ended(crashed(1), {}).has_value());
  EXPECT_EQ(asked, 3);

  ASSERT_TRUE(journal().resume(record_).has_value());

  EXPECT_EQ(asked, 3) << "a resumed run meets none of them again";
  const auto rows = list_reports(store(), {});
  ASSERT_TRUE(rows.has_value());
  ASSERT_THAT(*rows, SizeIs(3));
  for (const auto& row : *rows) EXPECT_EQ(row.kind, "unanalysed");
  for (const int number : {1, 2, 3})
    EXPECT_EQ(*store().raw_report(numbered_incident(number)), report(number).bytes);
  EXPECT_EQ(store().find_trial(record_.uuid, 0)->value().verdict.outcome, Outcome::crashed);
  EXPECT_THAT(*store().check_integrity(), IsEmpty());
}

TEST_F(CampaignJournalTest, ReanalysisTriesAgain) {
  derive_ = [](std::string_view, std::string_view) {
    return unanalysed(ReportOrigin::captured, "died of signal 11");
  };
  ASSERT_TRUE(journal().trial_ended(crashed(0), {report(1)}).has_value());
  Symbolizer symbolizer(SymbolizeOptions{});
  const ReanalysisWatcher watcher{[](const auto&) {}, [](const auto&) {}, [](const auto&, const auto&) {}};
  AnalysisChild none("/no/such/program");

  ASSERT_TRUE(reanalyze_store(store(), rules_, symbolizer, none, watcher).has_value());

  const auto rows = list_reports(store(), {});
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->front().kind, "crash");
  EXPECT_EQ(rows->front().trial_index, 0);
  const auto stored = store().stored_reports(0, 10, 1 << 20);
  EXPECT_FALSE(stored->front().is_unanalysed);
  EXPECT_NE(stored->front().rules_version, "");
  EXPECT_THAT(*store().check_integrity(), IsEmpty());
}

TEST_F(CampaignJournalTest, AnAnalysisThatTheStoreRefusesIsOneReportsIssue) {
  derive_ = [this](std::string_view bytes, std::string_view gpu_error) {
    auto analysis = derive_captured(rules_)(bytes, gpu_error);
    analysis.report.threads.resize(2);
    for (Thread& thread : analysis.report.threads) thread.number = 4;
    return analysis;
  };

  ASSERT_TRUE(journal().trial_ended(crashed(0), {report(1)}).has_value());

  const auto rows = list_reports(store(), {});
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->front().kind, "unanalysed");
  EXPECT_THAT(*store().check_integrity(), IsEmpty());
}

TEST_F(CampaignJournalTest, ACrashWithoutAReportIsPlacedByItsOutput) {
  Trial trial = crashed(0);
  trial.uncaptured = true;
  trial.stderr_tail = "prog: model.c:42: load_weights: Assertion `count > 0' failed.\n";

  ASSERT_TRUE(journal().trial_ended(trial, {}).has_value());

  const auto placed = store().uncaptured_trials(record_.uuid, -1, 10);
  ASSERT_THAT(*placed, SizeIs(1));
  EXPECT_NE(placed->front().site_key, "");
}

TEST_F(CampaignJournalTest, AGpuErrorOnItsOutputIsPartOfTheSiteOfItsReport) {
  Trial trial = crashed(0);
  trial.verdict.notes = {"GPU error on its output: failed (kIOGPUCommandBufferCallbackErrorTimeout)"};

  ASSERT_TRUE(journal().trial_ended(trial, {report(1)}).has_value());
  ASSERT_TRUE(journal().trial_ended(crashed(1), {report(2)}).has_value());

  const auto stored = store().stored_reports(0, 10, 1 << 20);
  ASSERT_THAT(*stored, SizeIs(2));
  EXPECT_THAT(stored->front().site_text, testing::HasSubstr("kIOGPUCommandBufferCallbackErrorTimeout"));
  EXPECT_EQ(stored->front().gpu_error, "kIOGPUCommandBufferCallbackErrorTimeout");
  EXPECT_THAT(stored->back().site_text, testing::Not(testing::HasSubstr("kIOGPU")));
  EXPECT_EQ(*store().gpu_error_of(numbered_incident(1)), "kIOGPUCommandBufferCallbackErrorTimeout");
  EXPECT_EQ(*store().gpu_error_of(numbered_incident(2)), "");
}

TEST_F(CampaignJournalTest, AReportThatIsThereAlreadyIsNotDerivedAgain) {
  ASSERT_TRUE(journal().trial_ended(crashed(0), {report(1)}).has_value());
  int derived = 0;
  derive_ = [&](std::string_view bytes, std::string_view gpu_error) {
    ++derived;
    return derive_captured(rules_)(bytes, gpu_error);
  };

  ASSERT_TRUE(journal().report_arrived_late(crashed(0), report(1)).has_value());
  ASSERT_TRUE(journal().trial_ended(crashed(1), {report(1)}).has_value());

  EXPECT_EQ(derived, 0);
}

}  // namespace
}  // namespace faultline
