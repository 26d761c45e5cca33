// The tables that people wrote by hand before there was Faultline, from a store filled with trials of such
// counts: the same layouts, now with n and intervals. Each is made as its command makes it.

#include <gtest/gtest.h>

#include "db/queries.h"
#include "reports/formats/report_writer.h"
#include "reports/tables/metric_table.h"
#include "reports/tables/rate_table.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/golden.h"

namespace faultline {
namespace {

struct Death {
  std::string function = "setComputePipelineState:";
  FaultKind kind = FaultKind::null_dereference;
};
struct Planned {
  int passed;
  int crashed;
  double ops;
  Death death;
};

class SeedTablesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open_in_memory();
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    store_.emplace(std::move(*opened));
    // Crash rate by threads, with and without a mutex.
    const std::vector<std::pair<int, int>> without{{1, 0}, {2, 5}, {4, 15}, {8, 28}, {16, 28}};
    for (const auto& [threads, crashed] : without) {
      plan("race", {{"threads", integer_value(threads)}, {"lock", text_value("none")}}, 50 - crashed,
           crashed);
      plan("race", {{"threads", integer_value(threads)}, {"lock", text_value("global")}}, 50, 0);
    }
    // Success by threads.
    const std::vector<std::pair<int, int>> queues{{2, 0}, {4, 12}, {6, 18}, {8, 12}};
    for (const auto& [threads, crashed] : queues)
      plan("queues", {{"threads", integer_value(threads)}}, 30 - crashed, crashed);
    // Efficiency by threads under a mutex; the other framework crashes from two threads on.
    const std::vector<std::pair<int, double>> mutex{{1, 3500.0}, {2, 3850.0}, {4, 4200.0}, {8, 3640.0}};
    for (const auto& [threads, ops] : mutex) {
      plan("pytorch-mps", {{"threads", integer_value(threads)}, {"lock", text_value("global")}}, 10, 0, ops);
      plan("pytorch-mps", {{"threads", integer_value(threads)}, {"lock", text_value("none")}},
           threads == 8 ? 5 : 10, threads == 8 ? 5 : 0, 0.0,
           {"useResourceCommon", FaultKind::null_dereference});
      plan("mlx", {{"threads", integer_value(threads)}}, threads == 1 ? 10 : 0, threads == 1 ? 0 : 5, 2900.0,
           {"tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:", FaultKind::assertion});
    }
    record_all();
  }

  void plan(std::string workload, std::vector<std::pair<std::string, ParameterValue>> parameters, int passed,
            int crashed, double ops = 0.0, Death death = {}) {
    Cell cell;
    cell.workload = std::move(workload);
    cell.parameters = std::move(parameters);
    run_.cells.push_back(std::move(cell));
    planned_.push_back({passed, crashed, ops, std::move(death)});
  }

  void record_all() {
    run_.state = RunState::finished;
    run_.ended = run_.started;
    ASSERT_DONE(store().begin_run(run_));
    std::int64_t index = 0;
    for (std::size_t cell = 0; cell < planned_.size(); ++cell) {
      const Planned& planned = planned_[cell];
      const int trials = planned.passed + planned.crashed;
      int passed = 0;
      // Crashes among the others, as trials come: 19 has no factor in common with any number of trials.
      for (int i = 0; i < trials; ++i) {
        if (i * 19 % trials < planned.crashed) {
          record_planned_crash(planned, cell, index++);
        } else {
          record_pass(planned, cell, index++, passed++);
        }
      }
    }
  }

  void record_pass(const Planned& planned, std::size_t cell, std::int64_t index, int passed_before) {
    Trial trial = make_trial(run_, index, cell, Outcome::passed);
    // No two trials are equally fast: 98 to 102 %.
    if (planned.ops > 0.0) {
      trial.metrics = {
          {"ops_per_second", planned.ops * (0.98 + 0.04 * (passed_before + 0.5) / planned.passed)}};
    }
    ASSERT_DONE(store().record_trial(trial, {}));
  }

  void record_planned_crash(const Planned& planned, std::size_t cell, std::int64_t index) {
    Analysis analysis = make_analysis(static_cast<int>(index), planned.death.function);
    analysis.fault.kind = analysis.site.kind = planned.death.kind;
    if (planned.death.kind == FaultKind::assertion) {
      analysis.site.text = analysis.site.image + " " + planned.death.function + " assertion";
      analysis.site.key = hash64_hex(analysis.site.text);
    }
    record_crash(store(), run_, index, cell, analysis);
  }

  Store& store() { return *store_; }

  /// `faultline rates …`
  RatesResult rates(const std::string& where, std::vector<std::string> by, const std::string& pivot = {},
                    const std::string& count = "crashed") {
    RatesQuery query;
    query.where = parse_filter(where).value();
    query.count = parse_count(count).value();
    query.by = std::move(by);
    if (!pivot.empty()) query.pivot = pivot;
    auto result = query_rates(store(), query);
    EXPECT_TRUE(result.has_value()) << result.error().text();
    return result ? std::move(*result) : RatesResult{};
  }
  /// `faultline metrics ops_per_second …`
  MetricGroups metrics(const std::string& where, const std::vector<std::string>& by) {
    const Filter filter = parse_filter(where).value();
    auto values = query_metrics(store(), {"ops_per_second", filter, by});
    EXPECT_TRUE(values.has_value()) << values.error().text();
    return metric_groups("ops_per_second", rates(where, by), *values, true);
  }
  static std::string text(const Table& table) { return write_table(table, TableFormat::markdown); }

 private:
  std::optional<Store> store_;
  RunRecord run_ = [] {
    RunRecord run = make_run();
    run.cells.clear();
    return run;
  }();
  std::vector<Planned> planned_;
};

TEST_F(SeedTablesTest, CrashRateByThreads) {
  expect_golden("seed_crash_rate_by_threads.md",
                text(rate_table(rates("workload=race and lock=none", {"threads"}), {})));
}

TEST_F(SeedTablesTest, SuccessByThreads) {
  RateTableOptions options;
  options.count = "passed";
  expect_golden("seed_success_by_threads.md",
                text(rate_table(rates("workload=queues", {"threads"}, "", "passed"), options)));
}

TEST_F(SeedTablesTest, WithAndWithoutMutex) {
  expect_golden("seed_with_and_without_mutex.md",
                text(rate_pivot_table(rates("workload=race", {"threads"}, "lock"), {})));
}

TEST_F(SeedTablesTest, EfficiencyByThreads) {
  MetricTableOptions options;
  options.efficiency_by = "threads";
  const auto table = metric_pivot_table(
      metrics("lock=global and workload=pytorch-mps or workload=mlx", {"threads", "workload"}), options);
  ASSERT_TRUE(table.has_value()) << table.error().text();
  expect_golden("seed_efficiency_by_threads.md", text(*table));
}

TEST_F(SeedTablesTest, TwoFrameworksSideBySide) {
  const std::string where = "lock=none and workload=pytorch-mps or workload=mlx";
  const auto sites = query_commonest_sites(store(), parse_filter(where).value(), {"workload"});
  ASSERT_TRUE(sites.has_value()) << sites.error().text();
  const auto table = first_crash_pivot_table(rates(where, {"workload", "threads"}), "threads", *sites, {});
  ASSERT_TRUE(table.has_value()) << table.error().text();
  expect_golden("seed_two_frameworks.md", text(*table));
}

}  // namespace
}  // namespace faultline
