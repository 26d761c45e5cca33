// Reports: raw bytes, identity, forms, attribution, analysis.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/store.h"
#include "tests/db/store/stored_details.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {
using ::testing::Contains;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using StoreReportsTest = StoreFixture;

TEST_F(StoreReportsTest, TheBytesComeBackAsTheyCame) {
  const Analysis analysis = make_analysis(1);
  std::string bytes = make_bytes(analysis);
  bytes += std::string("\0\xff\xfe tail\r\n", 10);
  ASSERT_VALUE(const AddedReport added, store().add_report(bytes, arrival(), analysis));
  EXPECT_EQ(added.news, AddStatus::added);
  EXPECT_EQ(added.incident, *analysis.report.incident);
  ASSERT_VALUE(const std::string back, store().raw_report("last"));
  EXPECT_EQ(back, bytes);
}

TEST_F(StoreReportsTest, AnIncidentThatIsNoUuidIsNoIdentity) {
  for (const std::string incident : {"REDACTED", "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX",
                                     "00000000-0000-0000-0000-000000000000", "[redacted]"}) {
    Analysis one = make_analysis(1);
    Analysis two = make_analysis(2);
    one.report.incident = incident;
    two.report.incident = incident;
    ASSERT_VALUE(const AddedReport first, store().add_report(incident + " one", arrival(), one));
    ASSERT_VALUE(const AddedReport second, store().add_report(incident + " two", arrival(), two));
    EXPECT_NE(first.incident, second.incident) << incident;
  }
}

TEST_F(StoreReportsTest, ATextWithoutIncidentIsTheSameCrashAsItsJson) {
  const Analysis json = make_analysis(1);
  Analysis text = json;
  text.report.incident.reset();
  text.report.from_text = true;
  ASSERT_VALUE(const AddedReport first, store().add_report("the text", arrival(), text));
  ASSERT_VALUE(const AddedReport second, store().add_report(make_bytes(json), arrival(), json));
  EXPECT_EQ(first.news, AddStatus::added);
  EXPECT_EQ(second.news, AddStatus::new_form);
  EXPECT_EQ(second.incident, *json.report.incident);
  ASSERT_VALUE(const auto table, query_sql(store(), "SELECT incident FROM report"));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0][0], QueryValue(*json.report.incident));
}

TEST_F(StoreReportsTest, ReportsOfOneShapeAreStoredAgainstTheFirst) {
  std::vector<std::string> bytes;
  for (int i = 0; i < 5; ++i) {
    const Analysis analysis = make_analysis(i);
    bytes.push_back(make_bytes(analysis));
    ASSERT_DONE(store().add_report(bytes.back(), arrival(), analysis));
  }
  ASSERT_VALUE(const auto table, query_sql(store(),
                                           "SELECT count(*) FILTER (WHERE prefix_raw_id IS NULL), "
                                           "count(*) FILTER (WHERE prefix_raw_id = 1), max(length(body)) "
                                           "FILTER (WHERE prefix_raw_id = 1) FROM raw"));
  EXPECT_EQ(table.rows[0][0], QueryValue(std::int64_t{1}));
  EXPECT_EQ(table.rows[0][1], QueryValue(std::int64_t{4}));
  EXPECT_LT(std::get<std::int64_t>(table.rows[0][2]), 150);
  for (int i = 0; i < 5; ++i) {
    ASSERT_VALUE(const std::string back, store().raw_report(*make_analysis(i).report.incident));
    EXPECT_EQ(back, bytes[static_cast<std::size_t>(i)]);
  }
}

TEST_F(StoreReportsTest, ABatchMayHoldTheFirstOfItsShapeAndTheSameBytesTwice) {
  const Analysis one = make_analysis(1);
  const Analysis two = make_analysis(2);
  const std::string bytes_one = make_bytes(one);
  const std::string bytes_two = make_bytes(two);
  const std::vector<NewReport> batch{
      {bytes_one, arrival(), &one}, {bytes_two, arrival(), &two}, {bytes_one, arrival(), &one}};
  ASSERT_VALUE(const auto added, store().add_reports(batch));
  EXPECT_THAT(added, ElementsAre(AddedReport{*one.report.incident, AddStatus::added},
                                 AddedReport{*two.report.incident, AddStatus::added},
                                 AddedReport{*one.report.incident, AddStatus::known}));
}

TEST_F(StoreReportsTest, TheSameBytesAgainAreKnownWhateverTheirName) {
  const Analysis analysis = make_analysis(1);
  const std::string bytes = make_bytes(analysis);
  ASSERT_DONE(store().add_report(bytes, arrival(ReportOrigin::imported, "a.ips"), analysis));
  ASSERT_VALUE(const AddedReport again,
               store().add_report(bytes, arrival(ReportOrigin::imported, "b.ips"), analysis));
  EXPECT_EQ(again.news, AddStatus::known);
  ASSERT_VALUE(const auto known, store().find_known(bytes));
  EXPECT_EQ(known, analysis.report.incident);
  ASSERT_VALUE(const auto unknown, store().find_known(bytes + " "));
  EXPECT_FALSE(unknown.has_value());
  ASSERT_VALUE(const auto rows, list_reports(store(), {}));
  EXPECT_THAT(rows, SizeIs(1));
}

TEST_F(StoreReportsTest, AllFormsOfAnIncidentAreKeptAndTheCompleteJsonSpeaks) {
  Analysis text = make_analysis(1);
  text.report.from_text = true;
  text.fault.sentence = "from the text";
  Analysis cut = make_analysis(1);
  cut.fault.sentence = "from the cut one";
  Analysis whole = make_analysis(1);
  whole.fault.sentence = "from the whole one";
  const std::string text_bytes = "Process: Python [81921]\n";
  const std::string whole_bytes = make_bytes(whole);
  const std::string cut_bytes = whole_bytes.substr(0, whole_bytes.size() / 2);
  const auto sentence = [&] { return list_reports(store(), {})->front().sentence; };

  ASSERT_VALUE(const AddedReport first, store().add_report(cut_bytes, arrival(), cut));
  EXPECT_EQ(first.news, AddStatus::added);
  ASSERT_VALUE(const AddedReport second, store().add_report(text_bytes, arrival(), text));
  EXPECT_EQ(second.news, AddStatus::new_form);
  EXPECT_EQ(sentence(), "from the cut one");
  ASSERT_VALUE(const AddedReport third, store().add_report(whole_bytes, arrival(), whole));
  EXPECT_EQ(third.news, AddStatus::new_form);
  EXPECT_EQ(sentence(), "from the whole one");

  ASSERT_VALUE(const std::string speaker, store().raw_report("last"));
  EXPECT_EQ(speaker, whole_bytes);
  ASSERT_VALUE(const auto forms, store().raw_forms("last"));
  EXPECT_EQ(forms.front(), whole_bytes);
  EXPECT_THAT(forms, UnorderedElementsAre(whole_bytes, cut_bytes, text_bytes));
}

TEST_F(StoreReportsTest, WhatNobodyCanReadIsKeptUnderItsHash) {
  Analysis analysis;
  analysis.report.kind = ReportKind::unreadable;
  analysis.rules_version = "1";
  const std::string bytes =
      "\x7f"
      "ELF\x01\x02 not a report";
  ASSERT_VALUE(const AddedReport added, store().add_report(bytes, arrival(), analysis));
  EXPECT_EQ(added.incident, hash128_hex(bytes));
  ASSERT_VALUE(const AddedReport empty, store().add_report("", arrival(), analysis));
  ASSERT_VALUE(const std::string back, store().raw_report(empty.incident));
  EXPECT_EQ(back, "");
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  EXPECT_TRUE(sites.empty());
}

TEST_F(StoreReportsTest, AnIncidentIsFoundByAPrefixInAnyCaseIfItIsUnique) {
  for (int i = 1; i <= 2; ++i) {
    Analysis analysis = make_analysis(i);
    analysis.report.incident =
        i == 1 ? "AB000000-0000-4000-8000-000000000001" : "AB111111-0000-4000-8000-000000000001";
    ASSERT_DONE(store().add_report(make_bytes(analysis), arrival(), analysis));
  }
  ASSERT_VALUE(const std::string found, store().resolve_report("ab11"));
  EXPECT_EQ(found, "AB111111-0000-4000-8000-000000000001");
  EXPECT_THAT(store().resolve_report("AB").error().text(), HasSubstr("several reports"));
  EXPECT_THAT(store().resolve_report("CD").error().text(), HasSubstr("faultline list reports"));
  EXPECT_FALSE(store().resolve_report("").has_value());
}

TEST_F(StoreReportsTest, AnAnalysisComesBackAsItWasGiven) {
  const Analysis analysis = make_analysis(1);
  ASSERT_DONE(store().add_report(make_bytes(analysis), arrival(), analysis));
  ASSERT_VALUE(const ReportDetails details, report_details(store(), "last"));
  EXPECT_EQ(details.fault, analysis.fault);
  EXPECT_EQ(details.site, analysis.site);
  EXPECT_EQ(details.issues, analysis.report.issues);
  EXPECT_EQ(details.codes, analysis.report.exception->raw_codes);
  EXPECT_EQ(details.translated, false);
  EXPECT_EQ(details.crashed_thread, 0U);
  EXPECT_THAT(details.registers,
              ElementsAre(std::pair<std::string, std::uint64_t>("x0", 0),
                          std::pair<std::string, std::uint64_t>("x20", 0xfffffffffffffff0ULL)));
  EXPECT_THAT(details.partners,
              UnorderedElementsAre("AGXMetal* commit", "libsystem_kernel.dylib __psynch_mutexwait"));
  ASSERT_THAT(details.threads, SizeIs(2));
  ASSERT_THAT(details.threads[1], SizeIs(2));
  EXPECT_EQ(details.threads[1][0].symbol, "__psynch_mutexwait");
  EXPECT_EQ(details.threads[1][0].image, "AGXMetalG16X");
  EXPECT_EQ(details.threads[1][0].image_uuid, uuid_of(0xd1).text());
  EXPECT_EQ(details.threads[1][0].image_offset, 4096U);
  EXPECT_EQ(details.row.time, "2025-12-21T02:00:01.000000Z");
  EXPECT_EQ(details.row.process, "Python");
  EXPECT_EQ(details.row.os_version, "15.7.3");
}

TEST_F(StoreReportsTest, EqualStacksAreStoredOnceHoweverOftenTheyAreSeen) {
  for (int i = 0; i < 10; ++i) {
    const Analysis analysis = make_analysis(i);
    ASSERT_DONE(store().add_report(make_bytes(analysis), arrival(), analysis));
  }
  ASSERT_VALUE(const auto table,
               query_sql(store(),
                         "SELECT (SELECT count(*) FROM stack), (SELECT count(*) FROM image), "
                         "(SELECT count(*) FROM image_set), (SELECT count(*) FROM site)"));
  EXPECT_EQ(table.rows[0],
            (std::vector<QueryValue>{std::int64_t{2}, std::int64_t{1}, std::int64_t{1}, std::int64_t{1}}));
}

TEST_F(StoreReportsTest, ALateReportMakesItsTrialCaptured) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  Trial trial = make_trial(run, 0, 3, Outcome::crashed);
  trial.uncaptured = true;
  trial.uncaptured_reason = "none came in time";
  ASSERT_DONE(store().record_trial(trial, {}));
  ASSERT_VALUE(const ReconciliationRow before, query_reconciliation(store(), run.uuid));
  EXPECT_EQ(before.uncaptured, 1);
  EXPECT_EQ(before.uncaptured_reasons.at("none came in time"), 1);

  const Analysis analysis = make_analysis(1);
  ReportArrival found = arrival(ReportOrigin::captured, "live/late.ips");
  found.attribution = ReportAttribution{run.uuid, std::nullopt, "seen in the folder"};
  ASSERT_DONE(store().add_report(make_bytes(analysis), found, analysis));
  ASSERT_VALUE(const ReconciliationRow foreign, query_reconciliation(store(), run.uuid));
  EXPECT_EQ(foreign.foreign, 1);
  EXPECT_EQ(foreign.uncaptured, 1);

  ASSERT_DONE(store().attribute_report(*analysis.report.incident, {run.uuid, 0, "pid and start time"},
                                       at("2025-12-21T09:00:00.000Z")));

  ASSERT_VALUE(const auto after, store().find_trial(run.uuid, 0));
  EXPECT_FALSE(after->uncaptured);
  EXPECT_EQ(after->verdict.outcome, Outcome::crashed);
  EXPECT_THAT(after->incidents, ElementsAre(*analysis.report.incident));
  ASSERT_VALUE(const ReconciliationRow reconciliation, query_reconciliation(store(), run.uuid));
  EXPECT_EQ(reconciliation.deaths, 1);
  EXPECT_EQ(reconciliation.matched, 1);
  EXPECT_EQ(reconciliation.uncaptured, 0);
  EXPECT_EQ(reconciliation.foreign, 0);
  EXPECT_EQ(reconciliation.late, 1);
  ASSERT_VALUE(const auto rates, query_rates(store(), {}));
  EXPECT_EQ(rates.total.uncaptured, 0);
}

TEST_F(StoreReportsTest, AReportCannotBelongToATrialThatIsNotThere) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  const Analysis analysis = make_analysis(1);
  const auto added = store().add_report(make_bytes(analysis), captured_by(run, 7), analysis);
  ASSERT_FALSE(added.has_value());
  EXPECT_THAT(added.error().text(), HasSubstr("no trial 7"));
  // Nothing of it stayed, and the next report of the shape is not stored against it.
  const Analysis next = make_analysis(2);
  ASSERT_DONE(store().add_report(make_bytes(next), arrival(), next));
  ASSERT_VALUE(const auto rows, list_reports(store(), {}));
  EXPECT_THAT(rows, SizeIs(1));
}

TEST_F(StoreReportsTest, AReplacedAnalysisLeavesNothingOfTheOldOne) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  const Analysis before = make_analysis(1);
  record_crash(store(), run, 0, 3, before);
  Analysis after = make_analysis(1, "drawPrimitives:", 0x98);
  after.rules_version = "2";
  after.report.issues.clear();
  after.report.threads.pop_back();
  after.portrait.functions.clear();

  ASSERT_VALUE(const auto stored, store().stored_reports(0, 10, UINT64_MAX));
  ASSERT_THAT(stored, SizeIs(1));
  const std::string hash = analysis_hash(after);
  const NewAnalysis replacement{stored[0].incident, &after, hash, stored[0].analysis_hash};
  ASSERT_DONE(store().replace_analyses({&replacement, 1}));

  EXPECT_EQ(stored[0].incident, *before.report.incident);
  EXPECT_EQ(stored[0].bytes, make_bytes(before));
  EXPECT_EQ(stored[0].rules_version, "1");
  EXPECT_EQ(stored[0].analysis_hash, analysis_hash(before));
  EXPECT_EQ(stored[0].site_key, before.site.key);
  ASSERT_VALUE(const ReportDetails details, report_details(store(), "last"));
  EXPECT_EQ(details.site, after.site);
  EXPECT_THAT(details.threads, SizeIs(1));
  EXPECT_TRUE(details.issues.empty());
  EXPECT_TRUE(details.partners.empty());
  EXPECT_EQ(details.row.rules_version, "2");
  EXPECT_EQ(details.row.trial_index, 0);
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].key, after.site.key);
}

TEST_F(StoreReportsTest, OfAnAnalysisThatCameOutTheSameOnlyTheRulesAndTheLabelsAreNew) {
  const Analysis before = make_analysis(1);
  ASSERT_DONE(store().add_report(make_bytes(before), arrival(), before));
  Analysis after = before;
  after.rules_version = "1+0123456789abcdef";
  after.labels = {"ours"};
  const std::string hash = analysis_hash(after);
  const NewAnalysis replacement{*before.report.incident, &after, hash, hash};

  ASSERT_DONE(store().replace_analyses({&replacement, 1}));

  EXPECT_EQ(hash, analysis_hash(before));
  ASSERT_VALUE(const ReportDetails details, report_details(store(), "last"));
  EXPECT_EQ(details.row.rules_version, "1+0123456789abcdef");
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  EXPECT_THAT(sites[0].labels, ElementsAre("ours"));
  ASSERT_VALUE(const auto findings, store().check_integrity());
  EXPECT_TRUE(findings.empty());
}

TEST_F(StoreReportsTest, AReportThatIsOnlyExplainedInAnotherWayKeepsItsThreads) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  const Analysis before = make_analysis(1);
  record_crash(store(), run, 0, 3, before);
  ASSERT_VALUE(const ReportDetails old, report_details(store(), "last"));
  Analysis after = make_analysis(1, "drawPrimitives:", 0x98);
  after.report = before.report;
  after.rules_version = "2";
  after.portrait.functions = {"AGXMetal* other"};
  const std::string hash = analysis_hash(after);
  const std::string stored_hash = analysis_hash(before);
  ASSERT_NE(hash, stored_hash);
  ASSERT_TRUE(is_same_report(hash, stored_hash));
  after.report = {};
  const NewAnalysis replacement{*before.report.incident, &after, hash, stored_hash};

  ASSERT_DONE(store().replace_analyses({&replacement, 1}));

  ASSERT_VALUE(const ReportDetails details, report_details(store(), "last"));
  EXPECT_EQ(details.site, after.site);
  EXPECT_EQ(details.fault, after.fault);
  EXPECT_EQ(details.partners, after.portrait.functions);
  EXPECT_EQ(details.row.rules_version, "2");
  EXPECT_EQ(details.row.trial_index, 0);
  EXPECT_EQ(details.threads, old.threads);
  EXPECT_EQ(details.issues, old.issues);
  EXPECT_EQ(details.registers, old.registers);
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].key, after.site.key);
  ASSERT_VALUE(const auto findings, store().check_integrity());
  EXPECT_TRUE(findings.empty());
}

TEST_F(StoreReportsTest, ATrialWhoseFirstReportLosesItsSiteCountsByItsSecond) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  const Analysis first = make_analysis(1);
  const Analysis second = make_analysis(2);
  record_crash(store(), run, 0, 3, first);
  ReportArrival found = arrival();
  found.attribution = ReportAttribution{run.uuid, 0, "pid and start time"};
  ASSERT_DONE(store().add_report(make_bytes(second), found, second));
  Analysis after = first;
  after.site = {};
  const std::string hash = analysis_hash(after);
  const std::string stored_hash = analysis_hash(first);
  const NewAnalysis replacement{*first.report.incident, &after, hash, stored_hash};

  ASSERT_DONE(store().replace_analyses({&replacement, 1}));

  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].reports, 1);
  EXPECT_EQ(sites[0].trials, 1);
  ASSERT_VALUE(const auto repeats, query_sql(store(), "SELECT incident FROM report WHERE is_repeat = 1"));
  EXPECT_TRUE(repeats.rows.empty());
}

TEST_F(StoreReportsTest, AReportThatSomebodyElseDerivedMeanwhileStays) {
  const Analysis before = make_analysis(1);
  ASSERT_DONE(store().add_report(make_bytes(before), arrival(), before));
  Analysis theirs = make_analysis(1, "drawPrimitives:", 0x98);
  const std::string seen = analysis_hash(before);
  const std::string their_hash = analysis_hash(theirs);
  const NewAnalysis first{*before.report.incident, &theirs, their_hash, seen};
  ASSERT_DONE(store().replace_analyses({&first, 1}));
  Analysis ours = before;
  ours.rules_version = "2";
  const NewAnalysis second{*before.report.incident, &ours, seen, seen};

  ASSERT_DONE(store().replace_analyses({&second, 1}));

  ASSERT_VALUE(const ReportDetails details, report_details(store(), "last"));
  EXPECT_EQ(details.site, theirs.site);
}

TEST_F(StoreReportsTest, WhateverIsKeptOfAnAnalysisChangesItsHash) {
  const Analysis before = make_analysis(1);
  const auto changed = [&](auto change) {
    Analysis after = before;
    change(after);
    return analysis_hash(after);
  };

  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.fault.sentence += "."; }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.fault.evidence.emplace_back("more"); }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.site.notes.emplace_back("more"); }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.site.family[0] ^= 1; }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.portrait.functions.emplace_back("more"); }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.report.issues.push_back({"/a", "b"}); }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.report.model = "Mac99,1"; }));
  EXPECT_NE(analysis_hash(before), changed([](Analysis& a) { a.report.images[0].path = "/elsewhere"; }));
  EXPECT_NE(analysis_hash(before),
            changed([](Analysis& a) { a.report.threads[0].frames[0].symbol = "other"; }));
  EXPECT_EQ(analysis_hash(before), changed([](Analysis& a) { a.rules_version = "2"; }));
}

TEST_F(StoreReportsTest, ADeathThatItsOutputPlacedCountsThereUntilItsReportCame) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  Trial trial = make_trial(run, 0, 3, Outcome::crashed);
  trial.uncaptured = true;
  trial.stderr_tail = "failed assertion";
  const OutputSite by_output{make_analysis(1, "tryCoalescing:", 0x10).site, {"ours"}, "1+0123456789abcdef"};
  ASSERT_DONE(store().record_trial(trial, {}, &by_output));
  const Analysis late = make_analysis(2);

  ASSERT_VALUE(const auto before, query_sites(store(), {}));
  ASSERT_VALUE(const auto waiting, store().uncaptured_trials({}, -1, 10));
  ASSERT_DONE(store().add_report(make_bytes(late), captured_by(run, 0), late));
  ASSERT_VALUE(const auto after, query_sites(store(), {}));

  ASSERT_THAT(before, SizeIs(1));
  EXPECT_EQ(before[0].key, by_output.site.key);
  EXPECT_EQ(before[0].reports, 0);
  EXPECT_EQ(before[0].trials, 1);
  EXPECT_EQ(before[0].uncaptured, 1);
  EXPECT_THAT(before[0].labels, ElementsAre("ours"));
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].stderr_tail, "failed assertion");
  EXPECT_EQ(waiting[0].site_key, by_output.site.key);
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].key, late.site.key);
  EXPECT_EQ(after[0].trials, 1);
  EXPECT_EQ(after[0].uncaptured, 0);
}

TEST_F(StoreReportsTest, DeathsThatTheirOutputPlacedAreNotSoughtAmongAllTrials) {
  ASSERT_VALUE(auto plan,
               store().connection().prepare(
                   "EXPLAIN QUERY PLAN SELECT o.site_id, r.os_build FROM output_death o CROSS JOIN "
                   "run r ON r.id = o.run_id"));
  std::vector<std::string> steps;
  while (plan.step().value()) steps.push_back(plan.text(3));

  ASSERT_FALSE(steps.empty());
  EXPECT_THAT(steps.front(), HasSubstr("SCAN o"));
  EXPECT_THAT(steps, Contains(HasSubstr("SEARCH t USING INTEGER PRIMARY KEY")));
}

TEST_F(StoreReportsTest, StoredReportsComeInPagesByNumberAndByBytes) {
  for (int i = 1; i <= 5; ++i) {
    const Analysis analysis = make_analysis(i);
    ASSERT_DONE(store().add_report(make_bytes(analysis), arrival(), analysis));
  }
  ASSERT_VALUE(const auto all, store().stored_reports(0, 10, UINT64_MAX));
  ASSERT_VALUE(const auto two, store().stored_reports(0, 2, UINT64_MAX));
  ASSERT_VALUE(const auto rest, store().stored_reports(two.back().place, 10, UINT64_MAX));
  ASSERT_VALUE(const auto one, store().stored_reports(0, 10, 1));
  ASSERT_VALUE(const auto none, store().stored_reports(all.back().place, 10, UINT64_MAX));

  EXPECT_THAT(all, SizeIs(5));
  EXPECT_THAT(two, SizeIs(2));
  EXPECT_THAT(rest, SizeIs(3));
  EXPECT_EQ(rest[0].incident, all[2].incident);
  EXPECT_THAT(one, SizeIs(1));
  EXPECT_TRUE(none.empty());
}

TEST_F(StoreReportsTest, CapturedWinsOverImportedForTheSameBytes) {
  const Analysis analysis = make_analysis(1);
  const std::string bytes = make_bytes(analysis);
  ASSERT_DONE(store().add_report(bytes, arrival(ReportOrigin::imported, "mail.ips"), analysis));
  ASSERT_DONE(store().add_report(bytes, arrival(ReportOrigin::captured, "live.ips"), analysis));
  ASSERT_VALUE(const ReportArrival how, store().arrival_of("last"));
  EXPECT_EQ(how.origin, ReportOrigin::captured);
  EXPECT_EQ(how.source_path, "live.ips");
}

TEST_F(StoreReportsTest, HowLongAReportTookIsKnownThoughALaterAttributionDoesNotSay) {
  const RunRecord run = make_run();
  ASSERT_DONE(store().begin_run(run));
  ASSERT_DONE(store().record_trial(make_trial(run, 0, 3, Outcome::crashed), {}));
  const Analysis analysis = make_analysis(1);
  ReportArrival found = arrival(ReportOrigin::captured, "live/late.ips");
  found.attribution = ReportAttribution{run.uuid, 0, "pid and start time", std::chrono::milliseconds(2750)};
  ASSERT_DONE(store().add_report(make_bytes(analysis), found, analysis));
  ASSERT_DONE(store().attribute_report(*analysis.report.incident, {run.uuid, 0, "looked at again"},
                                       at("2030-01-01T00:00:00.000Z")));

  ASSERT_VALUE(const ReportArrival how, store().arrival_of("last"));

  ASSERT_TRUE(how.attribution.has_value());
  EXPECT_EQ(how.attribution->basis, "looked at again");
  EXPECT_EQ(how.attribution->latency, std::chrono::milliseconds(2750));
}

}  // namespace
}  // namespace faultline
