// Rates, filters and sites over small stores whose numbers are known.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/queries.h"
#include "tests/db/store_fixtures.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Cells: 0..2 are threads=1 with none, per-op, global; 3..5 the same with threads=8.
class RatesTest : public RunFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(RunFixture::SetUp());
    // threads=8 lock=none: two crash at one site, one at another, one left no report, one passed.
    record_crash(store(), run(), 0, 3, make_analysis(0));
    record_crash(store(), run(), 1, 3, make_analysis(1));
    record_crash(store(), run(), 2, 3, make_analysis(2, "drawPrimitives:", 0x98));
    Trial silent = make_trial(run(), 3, 3, Outcome::crashed);
    silent.uncaptured = true;
    silent.phase = "encoding";
    ASSERT_TRUE(store().record_trial(silent, {}).has_value());
    record(store(), run(), 4, 3, Outcome::passed);
    // threads=8 lock=global: passes. threads=1 lock=none: every other outcome once.
    record(store(), run(), 5, 5, Outcome::passed);
    record(store(), run(), 6, 5, Outcome::passed);
    std::int64_t index = 7;
    for (const Outcome outcome :
         {Outcome::wrong, Outcome::hung, Outcome::panicked, Outcome::exit_error, Outcome::setup_failed}) {
      record(store(), run(), index++, 0, outcome);
    }
    Trial warm = make_trial(run(), index++, 0, Outcome::crashed);
    warm.warm_up = true;
    ASSERT_TRUE(store().record_trial(warm, {}).has_value());
    Trial reset = make_trial(run(), index++, 0, Outcome::crashed);
    reset.contaminated = true;
    ASSERT_TRUE(store().record_trial(reset, {}).has_value());
  }

  static Filter filter(std::string_view text) { return parse_filter(text).value(); }

  Result<RatesResult> rates(std::string_view where, std::string_view count = "crashed",
                            std::vector<std::string> by = {}) {
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter(where));
    TRY_ASSIGN(query.count, parse_count(count));
    query.by = std::move(by);
    return query_rates(store(), query);
  }
  /// `k/n`.
  std::string fraction(std::string_view where, std::string_view count = "crashed") {
    const auto result = rates(where, count);
    if (!result) return result.error().text();
    return std::to_string(result->total.counted) + "/" + std::to_string(result->total.trials);
  }
};

TEST_F(RatesTest, EveryTrialIsCountedOnceInItsSort) {
  ASSERT_VALUE(const RatesResult result, rates(""));
  const TrialCounts& total = result.total;
  EXPECT_EQ(total.outcomes[Outcome::passed], 3);
  EXPECT_EQ(total.outcomes[Outcome::crashed], 4);
  EXPECT_EQ(total.outcomes[Outcome::wrong], 1);
  EXPECT_EQ(total.outcomes[Outcome::hung], 1);
  EXPECT_EQ(total.outcomes[Outcome::panicked], 1);
  EXPECT_EQ(total.outcomes[Outcome::exit_error], 1);
  EXPECT_EQ(total.trials, 11);
  EXPECT_EQ(total.outcomes[Outcome::setup_failed], 1);
  EXPECT_EQ(total.warm_up, 1);
  EXPECT_EQ(total.contaminated, 1);
  EXPECT_EQ(total.uncaptured, 1);
  EXPECT_EQ(total.counted, 4);
  EXPECT_TRUE(result.unfinished);
}

TEST_F(RatesTest, GroupsAreTypedAndInTheOrderOfTheMatrix) {
  ASSERT_VALUE(const RatesResult result, rates("", "crashed", {"threads", "lock"}));
  EXPECT_THAT(result.columns, ElementsAre("threads", "lock"));
  ASSERT_THAT(result.rows, SizeIs(3));
  EXPECT_THAT(result.rows[0].values, ElementsAre(QueryValue(std::int64_t{1}), QueryValue("none")));
  EXPECT_THAT(result.rows[1].values, ElementsAre(QueryValue(std::int64_t{8}), QueryValue("none")));
  EXPECT_THAT(result.rows[2].values, ElementsAre(QueryValue(std::int64_t{8}), QueryValue("global")));
  EXPECT_EQ(result.rows[1].counts.counted, 4);
  EXPECT_EQ(result.rows[1].counts.trials, 5);
  EXPECT_EQ(result.rows[2].counts.counted, 0);
  TrialCounts sum;
  for (const RatesRow& row : result.rows) sum += row.counts;
  EXPECT_EQ(sum, result.total);
}

TEST_F(RatesTest, ThePivotIsTheLastColumn) {
  RatesQuery query;
  query.by = {"threads"};
  query.pivot = "lock";
  ASSERT_VALUE(const RatesResult result, query_rates(store(), query));
  EXPECT_THAT(result.columns, ElementsAre("threads", "lock"));
  EXPECT_EQ(result.rows[1].counts.counted, 4);
}

TEST_F(RatesTest, AParameterThatAWorkloadLacksIsNullAndComesLast) {
  RunRecord other = make_run(2);
  other.cells = {Cell{0, "plain", {}}};
  ASSERT_DONE(store().begin_run(other));
  record(store(), other, 0, 0, Outcome::passed);
  ASSERT_VALUE(const RatesResult result, rates("", "crashed", {"threads"}));
  ASSERT_THAT(result.rows, SizeIs(3));
  EXPECT_EQ(result.rows[2].values[0], QueryValue());
  // It fits no condition, and `not` around one holds.
  EXPECT_EQ(fraction("threads != 8"), "0/4");
  EXPECT_EQ(fraction("not threads = 8"), "0/5");
}

TEST_F(RatesTest, WhatIsCountedMayBeAnOutcomeBadOrAFilter) {
  EXPECT_EQ(fraction("", "passed"), "3/11");
  EXPECT_EQ(fraction("", "bad"), "7/11");
  EXPECT_EQ(fraction("", "uncaptured"), "1/11");
  EXPECT_EQ(fraction("", "outcome in (wrong, hung)"), "2/11");
  EXPECT_EQ(fraction("", "outcome = crashed and phase = encoding"), "1/11");
  EXPECT_THAT(parse_count("crushed").error().text(), HasSubstr("cannot be counted"));
}

TEST_F(RatesTest, WhatIsCountedMayBeASite) {
  const Analysis first = make_analysis(0);
  EXPECT_EQ(fraction("", "site~setCompute"), "2/11");
  EXPECT_EQ(fraction("lock=none and threads=8", "site = " + first.site.key), "2/5");
  EXPECT_EQ(fraction("", "site = " + first.site.key.substr(0, 6)), "2/11");
  EXPECT_EQ(fraction("", "family = " + first.site.family), "2/11");
  EXPECT_EQ(fraction("", "kind = null_dereference"), "3/11");
  EXPECT_EQ(fraction("", "fault_offset = 0x98"), "1/11");
  EXPECT_EQ(fraction("", "fault_offset > 200"), "2/11");
  EXPECT_EQ(fraction("", "image = AGXMetalG16X and access = write"), "0/11");
  EXPECT_EQ(fraction("", "site~setCompute or site~drawPrim"), "3/11");
  EXPECT_EQ(fraction("", "site~setCompute and threads = 1"), "0/11");
  // The trial that left no report is not one of a site, so `not` holds for it and all that passed.
  EXPECT_EQ(fraction("", "not site~setCompute"), "9/11");
  EXPECT_EQ(fraction("", "outcome = crashed and not site~setCompute"), "2/11");
}

TEST_F(RatesTest, ALabelCountsItsSite) {
  const Analysis first = make_analysis(0);
  ASSERT_DONE(store().add_label(first.site.key, "known", at("2025-12-22T00:00:00.000Z")));
  EXPECT_EQ(fraction("", "label = known"), "2/11");
  EXPECT_EQ(fraction("", "outcome = crashed and label != known"), "1/11");
  ASSERT_DONE(store().remove_label(first.site.key, "known", at("2025-12-23T00:00:00.000Z")));
  EXPECT_EQ(fraction("", "label = known"), "0/11");
}

TEST_F(RatesTest, ATrialWithTwoReportsIsCountedOnce) {
  const Analysis duplicate = make_analysis(7);
  ASSERT_DONE(store().add_report(make_bytes(duplicate), captured_by(run(), 0), duplicate));
  EXPECT_EQ(fraction("", "site~setCompute"), "2/11");
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  EXPECT_EQ(sites[0].reports, 3);
  EXPECT_EQ(sites[0].trials, 2);
}

TEST_F(RatesTest, ReconstructedReportsAreInNoRate) {
  const Analysis made_up = make_analysis(8, "made_up");
  ReportArrival how = captured_by(run(), 4);
  how.origin = ReportOrigin::reconstructed;
  ASSERT_DONE(store().add_report(make_bytes(made_up), how, made_up));
  EXPECT_EQ(fraction("", "site~made_up"), "0/11");
}

TEST_F(RatesTest, FiltersKnowParametersFactsAndTheHost) {
  struct Case {
    const char* where;
    const char* fraction;
  };
  const Case cases[] = {
      {"threads = 8", "4/7"},
      {"threads >= 8 and lock = global", "0/2"},
      {"threads in (1, 2)", "0/4"},
      {"lock ~ LOB", "0/2"},
      {"workload = agx-sim", "4/11"},
      {"torch = 2.9.1", "4/11"},
      {"torch = 2.10", "0/0"},
      {"os_build = 24G419", "4/11"},
      {"os_version < 15.8", "4/11"},  // 15.7.3 is no number: compared as text.
      {"model ~ mac16", "4/11"},
      {"host = rack-1", "4/11"},
      {"host = host-a", "4/11"},
      {"chip ~ \"M4 Max\"", "4/11"},
      {"agx_version = 329.2", "4/11"},
      {"date = 2025-12-21", "4/11"},
      {"date < 2025-12-21", "0/0"},
      {"run = last", "4/11"},
      {"run = 0101", "4/11"},
      {"phase = encoding", "1/1"},
      {"not phase = encoding", "3/10"},
      {"outcome = passed", "0/3"},
      {"not (threads = 8 or lock = none)", "0/0"},
      {"uncaptured = true", "1/1"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.where);
    EXPECT_EQ(fraction(one.where), one.fraction);
  }
}

TEST_F(RatesTest, TheNightIsThatOfTheRunsStartInItsOwnZone) {
  RunRecord late = make_run(5, "2025-12-31T23:30:00.000Z");
  late.host.zone_minutes = 60;
  ASSERT_DONE(store().begin_run(late));
  record(store(), late, 0, 0, Outcome::passed);
  EXPECT_EQ(fraction("date = 2026-01-01"), "0/1");
  EXPECT_EQ(fraction("date = 2025-12-31"), "0/0");
}

TEST_F(RatesTest, AnUnknownFieldIsAnErrorThatNamesNearOnes) {
  const auto result = rates("threds = 8");
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().text(), HasSubstr("threds"));
  EXPECT_THAT(result.error().text(), HasSubstr("did you mean threads"));
  EXPECT_THAT(result.error().text(), HasSubstr("^"));
  EXPECT_THAT(rates("site~x").error().text(), HasSubstr("rates --count 'site~x'"));
  EXPECT_THAT(rates("", "crashed", {"thread"}).error().text(), HasSubstr("did you mean threads"));
}

TEST_F(RatesTest, ValuesAreNeverPartOfTheSql) {
  const char* attempts[] = {
      "lock = \"none' OR '1'='1\"",
      "lock = \"none'); DROP TABLE trial; --\"",
      "lock = \"?\"",
      "lock in (\"a'\", \"b\\\"\")",
      "workload ~ \"%\"",
      "lock = \"none\\\\' OR 1=1 --\"",
  };
  for (const char* attempt : attempts) {
    SCOPED_TRACE(attempt);
    EXPECT_EQ(fraction(attempt), "0/0");
  }
  const auto field = rates("\"lock' OR 1=1 --\" = none");
  EXPECT_FALSE(field.has_value());
  EXPECT_EQ(fraction("", "site ~ \"') OR 1=1 --\""), "0/11");
  EXPECT_EQ(fraction("threads = 8"), "4/7");
}

TEST_F(RatesTest, AnEmptyStoreHasOneRowOfZeros) {
  ASSERT_VALUE(Store empty, Store::open_in_memory());
  ASSERT_VALUE(const RatesResult result, query_rates(empty, {}));
  ASSERT_THAT(result.rows, SizeIs(1));
  EXPECT_EQ(result.rows[0].counts, TrialCounts{});
  EXPECT_FALSE(result.unfinished);
}

TEST_F(RatesTest, MetricsAreThoseOfTheDenominator) {
  for (int i = 0; i < 3; ++i) {
    Trial trial = make_trial(run(), 100 + i, static_cast<std::size_t>(i == 0 ? 5 : 3), Outcome::passed);
    trial.metrics = {{"ops_per_second", 1000.0 + i}};
    trial.warm_up = i == 2;
    ASSERT_DONE(store().record_trial(trial, {}));
  }
  MetricsQuery query;
  query.metric = "ops_per_second";
  query.by = {"lock"};
  ASSERT_VALUE(const auto rows, query_metrics(store(), query));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].values[0], QueryValue("none"));
  EXPECT_EQ(rows[0].value, 1001.0);
  EXPECT_EQ(rows[1].value, 1000.0);
  query.metric = "ops_per_secnd";
  EXPECT_THAT(query_metrics(store(), query).error().text(), HasSubstr("did you mean ops_per_second"));
}

// Sites of the same store.

TEST_F(RatesTest, SitesHaveTheirCountsCellsAndTimes) {
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  ASSERT_THAT(sites, SizeIs(2));
  const Analysis first = make_analysis(0);
  EXPECT_EQ(sites[0].key, first.site.key);
  EXPECT_EQ(sites[0].text, first.site.text);
  EXPECT_EQ(sites[0].family, first.site.family);
  EXPECT_EQ(sites[0].reports, 2);
  EXPECT_EQ(sites[0].trials, 2);
  EXPECT_EQ(sites[0].cells, 1);
  EXPECT_EQ(sites[0].first_seen, "2025-12-21T02:00:00.000000Z");
  EXPECT_EQ(sites[0].last_seen, "2025-12-21T02:00:01.000000Z");
  EXPECT_THAT(sites[0].os_builds, ElementsAre("24G419"));
  EXPECT_EQ(sites[0].code_offset, 32U);
  EXPECT_EQ(sites[0].fault_offset, 0x5c8U);
  EXPECT_EQ(sites[0].fault_kind, "null_dereference");
  EXPECT_EQ(sites[0].access, "read");
  EXPECT_EQ(sites[1].reports, 1);
}

TEST_F(RatesTest, ImportedReportsAreInSitesWithoutATrial) {
  Analysis imported = make_analysis(9);
  imported.report.os.build = "25A354";
  imported.labels = {"team-word"};
  ASSERT_DONE(store().add_report(make_bytes(imported), arrival(), imported));
  ASSERT_VALUE(const auto sites, query_sites(store(), {}));
  EXPECT_EQ(sites[0].reports, 3);
  EXPECT_EQ(sites[0].trials, 2);
  EXPECT_THAT(sites[0].os_builds, ElementsAre("24G419", "25A354"));
  EXPECT_THAT(sites[0].labels, ElementsAre("team-word"));
  SitesQuery query;
  query.where = filter("os_build = 25A354");
  ASSERT_VALUE(const auto of_build, query_sites(store(), query));
  ASSERT_THAT(of_build, SizeIs(1));
  EXPECT_EQ(of_build[0].reports, 1);
  query.where = filter("threads = 8 and label = team-word");
  ASSERT_VALUE(const auto of_cell, query_sites(store(), query));
  EXPECT_EQ(of_cell[0].reports, 2);
  query.where = filter("date = 2025-12-21 and outcome = crashed");
  ASSERT_VALUE(const auto of_date, query_sites(store(), query));
  EXPECT_EQ(of_date[0].reports, 2);
}

TEST_F(RatesTest, AFamilyFoldsItsSitesAndKeepsWhatTheyAgreeOn) {
  Analysis other = make_analysis(9);
  other.site.text = "AGXMetalG17X setComputePipelineState:+40 null+0x5c8 read";
  other.site.key = hash64_hex(other.site.text);
  other.site.image = "AGXMetalG17X";
  other.site.code_offset = 40;
  record_crash(store(), run(), 50, 3, other);
  SitesQuery query;
  query.fold_families = true;
  ASSERT_VALUE(const auto families, query_sites(store(), query));
  ASSERT_THAT(families, SizeIs(2));
  EXPECT_EQ(families[0].key, other.site.family);
  EXPECT_EQ(families[0].text, other.site.family_text);
  EXPECT_EQ(families[0].reports, 3);
  EXPECT_EQ(families[0].trials, 3);
  EXPECT_EQ(families[0].image, "");
  EXPECT_FALSE(families[0].code_offset.has_value());
  EXPECT_EQ(families[0].fault_offset, 0x5c8U);
  query.limit = 1;
  ASSERT_VALUE(const auto first_only, query_sites(store(), query));
  EXPECT_THAT(first_only, SizeIs(1));
}

TEST_F(RatesTest, OnlySitesSeenSinceATimeAreShown) {
  SitesQuery query;
  query.since = at("2025-12-21T02:00:02.000Z");
  ASSERT_VALUE(const auto sites, query_sites(store(), query));
  ASSERT_THAT(sites, SizeIs(1));
  EXPECT_EQ(sites[0].function, "drawPrimitives:");
}

TEST_F(RatesTest, ASiteIsNamedByKeyPrefixLabelOrText) {
  const std::string first = make_analysis(0).site.key;
  const std::string second = make_analysis(2, "drawPrimitives:", 0x98).site.key;
  const std::string family = make_analysis(0).site.family;
  ASSERT_DONE(store().add_label(second, "FB13", at("2025-12-22T00:00:00.000Z")));
  const auto keys = [&](std::string_view text) {
    return resolve_site(store(), text).value_or(std::vector<std::string>{});
  };
  EXPECT_THAT(keys(first), ElementsAre(first));
  EXPECT_THAT(keys(first.substr(0, 8)), ElementsAre(first));
  EXPECT_THAT(keys(family), ElementsAre(first));
  EXPECT_THAT(keys("FB13"), ElementsAre(second));
  EXPECT_THAT(keys("site~setcompute"), ElementsAre(first));
  EXPECT_THAT(keys("site~null+0x"), SizeIs(2));
  EXPECT_THAT(keys("ffffffffffffffff"), IsEmpty());
  EXPECT_THAT(resolve_site(store(), "nothing").error().text(), HasSubstr("a label, or site~text"));
  EXPECT_THAT(resolve_site(store(), "site~nowhere").error().text(), HasSubstr("no crash site fits"));
}

TEST_F(RatesTest, ARunWithAStopRuleIsKnownByItsCells) {
  ASSERT_VALUE(const RatesResult before, rates(""));
  EXPECT_FALSE(before.stop_rule);
  RunRecord early = make_run(2, "2025-12-22T22:00:00.000Z");
  early.stop_rule = "{ when = \"interval\", width = 0.1 }";
  ASSERT_DONE(store().begin_run(early));
  record(store(), early, 0, 0, Outcome::passed);

  ASSERT_VALUE(const RatesResult both, rates(""));
  EXPECT_TRUE(both.stop_rule);
  ASSERT_VALUE(const RatesResult old, rates("run=" + run().uuid.text()));
  EXPECT_FALSE(old.stop_rule) << "none of its cells is among them";
  ASSERT_VALUE(const RunRecord read, store().run(early.uuid.text()));
  EXPECT_EQ(read.stop_rule, early.stop_rule);
}

TEST_F(RatesTest, TheCommonestSiteOfAGroupIsTheOneWithMostReports) {
  ASSERT_VALUE(const auto rows, query_commonest_sites(store(), std::nullopt, {"threads"}));
  ASSERT_THAT(rows, SizeIs(1)) << "groups without reports are not there";
  EXPECT_THAT(rows[0].values, ElementsAre(QueryValue(std::int64_t{8})));
  EXPECT_EQ(rows[0].key, make_analysis(0).site.key);
  EXPECT_EQ(rows[0].fault_kind, "null_dereference");
  EXPECT_EQ(rows[0].reports, 2);
  EXPECT_EQ(rows[0].of, 3);
  ASSERT_VALUE(const auto none, query_commonest_sites(store(), filter("lock=global"), {"threads"}));
  EXPECT_THAT(none, IsEmpty());
}

TEST_F(RatesTest, PartnersAreCountedHereAndElsewhere) {
  const std::string first = make_analysis(0).site.key;
  ASSERT_VALUE(const auto totals, query_report_totals(store(), {first}));
  ASSERT_VALUE(const auto partners, query_partners(store(), {first}, totals, 10));
  ASSERT_THAT(partners, SizeIs(2));
  EXPECT_EQ(partners[0].reports, 2);
  EXPECT_EQ(partners[0].of, 2);
  EXPECT_EQ(partners[0].elsewhere, 1);
  EXPECT_EQ(partners[0].elsewhere_of, 1);
  ASSERT_VALUE(const auto crashed, query_stacks(store(), {first}, StackChoice::crashed, 5));
  ASSERT_THAT(crashed, SizeIs(1));
  EXPECT_EQ(crashed[0].reports, 2);
  EXPECT_EQ(crashed[0].frames[0].symbol, "setComputePipelineState:");
  ASSERT_VALUE(const auto others, query_stacks(store(), {first}, StackChoice::others, 5));
  ASSERT_THAT(others, SizeIs(1));
  EXPECT_EQ(others[0].frames[0].symbol, "__psynch_mutexwait");
}

}  // namespace
}  // namespace faultline
