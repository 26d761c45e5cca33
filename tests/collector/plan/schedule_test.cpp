#include "collector/plan/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace faultline {
namespace {

ParameterValue integer(int number) {
  return {std::to_string(number), std::to_string(number), ParameterType::integer, false};
}
ParameterValue text(std::string value) { return {value, value, ParameterType::text, false}; }

Campaign race_campaign() {
  Campaign campaign;
  Workload shared;
  shared.name = "shared";
  shared.matrix = {{"threads", {integer(1), integer(8)}},
                   {"lock", {text("none"), text("global"), text("rwlock")}}};
  Workload bare;
  bare.name = "bare";
  campaign.workloads = {shared, bare};
  return campaign;
}

std::vector<std::string> texts_of(const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  for (const Cell& cell : cells) texts.push_back(cell.workload + ": " + cell.text());
  return texts;
}

TEST(ScheduleTest, CellsAreAllCombinationsWithTheLastParameterFastest) {
  EXPECT_EQ(texts_of(make_cells(race_campaign())),
            (std::vector<std::string>{"shared: threads=1 lock=none", "shared: threads=1 lock=global",
                                      "shared: threads=1 lock=rwlock", "shared: threads=8 lock=none",
                                      "shared: threads=8 lock=global", "shared: threads=8 lock=rwlock",
                                      "bare: bare"}));
}

Schedule schedule_of(std::size_t cells, std::int64_t blocks, std::uint64_t seed) {
  SchedulePlan plan;
  plan.cell_count = cells;
  plan.blocks = blocks;
  plan.seed = seed;
  return Schedule(plan);
}

TEST(ScheduleTest, EveryBlockHoldsEveryCellOnce) {
  const Schedule schedule = schedule_of(25, 40, 7);

  std::vector<std::size_t> all(25);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::int64_t block = 0; block < 40; ++block) {
    auto order = schedule.block_order(block);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, all) << "block " << block;
  }
}

TEST(ScheduleTest, TheOrderIsTheSameOnEveryPlatformAndForEver) {
  // Written down once: a changed order would make a resumed run repeat other cells than it lost.
  EXPECT_EQ(schedule_of(7, 3, 1).block_order(0), (std::vector<std::size_t>{3, 2, 5, 0, 4, 6, 1}));
  EXPECT_EQ(schedule_of(7, 3, 1).block_order(2), (std::vector<std::size_t>{6, 2, 5, 1, 3, 4, 0}));
}

TEST(ScheduleTest, SeedsAndBlocksGiveDifferentOrders) {
  EXPECT_NE(schedule_of(25, 2, 1).block_order(0), schedule_of(25, 2, 1).block_order(1));
  EXPECT_NE(schedule_of(25, 2, 1).block_order(0), schedule_of(25, 2, 2).block_order(0));
}

TEST(ScheduleTest, EachCellComesAtEachPlaceAboutEquallyOften) {
  // 7 cells, 7000 blocks: 1000 expected at each place, standard deviation 29. Fixed seed, so no chance.
  const Schedule schedule = schedule_of(7, 7000, 99);
  std::vector<std::vector<int>> counts(7, std::vector<int>(7, 0));
  for (std::int64_t block = 0; block < 7000; ++block) {
    const auto order = schedule.block_order(block);
    for (std::size_t place = 0; place < 7; ++place) ++counts[order[place]][place];
  }
  for (const auto& row : counts) {
    for (const int count : row) {
      EXPECT_GT(count, 850);
      EXPECT_LT(count, 1150);
    }
  }
}

TEST(ScheduleTest, MoreBlocksDoNotMoveTheEarlierTrials) {
  Schedule few = schedule_of(5, 2, 3);
  Schedule many = schedule_of(5, 9, 3);
  for (std::int64_t index = 0; index < 10; ++index) EXPECT_EQ(few.trial(index), many.trial(index));
  EXPECT_EQ(few.trial(10), std::nullopt);
}

TEST(ScheduleTest, AResumedRunGetsWhatIsNeitherDoneNorSetAside) {
  Schedule schedule = schedule_of(3, 2, 5);
  const std::size_t panicking = schedule.trial(1)->cell_index;
  const std::set<std::int64_t> done{0, 2};

  std::vector<std::int64_t> left;
  for (auto next = next_trial(schedule, 0, done, {panicking}); next;
       next = next_trial(schedule, next->index + 1, done, {panicking})) {
    EXPECT_NE(next->cell_index, panicking);
    left.push_back(next->index);
  }

  EXPECT_EQ(left.size(), 2U);
  EXPECT_EQ(count_left(schedule, done, {panicking}), 2);
  EXPECT_EQ(count_left(schedule, done, {}), 4);
  // Done trials past a plan that was made shorter do not make the rest negative.
  EXPECT_EQ(count_left(schedule, {0, 1, 2, 3, 4, 5, 6, 7}, {}), 0);
}

std::set<std::int64_t> indexes_of(const SchedulePlan& plan) {
  Schedule schedule(plan);
  std::set<std::int64_t> indexes;
  for (auto next = next_trial(schedule, 0, {}, {}); next;
       next = next_trial(schedule, next->index + 1, {}, {})) {
    indexes.insert(next->index);
  }
  EXPECT_EQ(static_cast<std::int64_t>(indexes.size()), schedule.trial_count());
  EXPECT_EQ(count_left(schedule, {}, {}), schedule.trial_count());
  EXPECT_EQ(count_left(schedule, indexes, {}), 0);
  return indexes;
}

TEST(ScheduleTest, ShardsDealOutWholeBlocksAndTogetherAreTheWhole) {
  SchedulePlan plan;
  plan.cell_count = 3;
  plan.blocks = 7;
  std::set<std::int64_t> all;
  for (std::int64_t number = 1; number <= 4; ++number) {
    plan.shard = {number, 4};
    const auto own = indexes_of(plan);
    for (const std::int64_t index : own) {
      EXPECT_EQ(index / 3 % 4, number - 1);
      EXPECT_TRUE(all.insert(index).second) << index << " is in two shards";
    }
    EXPECT_EQ(own.size() % 3, 0U);
  }
  EXPECT_EQ(all.size(), 21U);
}

TEST(ScheduleTest, EveryShardWarmsItselfUp) {
  SchedulePlan plan;
  plan.cell_count = 2;
  plan.blocks = 4;
  plan.warm_up = 1;
  plan.shard = {2, 2};

  EXPECT_EQ(indexes_of(plan), (std::set<std::int64_t>{0, 1, 4, 5, 8, 9}));
  Schedule schedule(plan);
  EXPECT_TRUE(schedule.trial(1)->warm_up);
  EXPECT_FALSE(schedule.trial(2)->warm_up);
  EXPECT_EQ(schedule.own_blocks(), 2);
}

TEST(ScheduleTest, AShardIsANumberWithinAnother) {
  EXPECT_EQ(parse_shard("2/4"), (Shard{2, 4}));
  EXPECT_EQ(parse_shard("1/1"), Shard{});
  for (const auto* text : {"", "2", "0/4", "5/4", "-1/4", "2/4/1", "a/b", "2/", "/4", " 2/4"}) {
    EXPECT_FALSE(parse_shard(text)) << text;
  }
}

TEST(ScheduleTest, OnlyChoosesCellsByWorkloadAndParameters) {
  const auto cells = make_cells(race_campaign());

  const auto chosen = select_cells(*parse_filter("threads >= 2 and lock in (none, global)"), cells);
  const auto bare = select_cells(*parse_filter("workload = bare"), cells);
  const auto all = select_cells(Filter{}, cells);

  EXPECT_EQ(*chosen, (std::vector<bool>{false, false, false, true, true, false, false}));
  EXPECT_EQ(*bare, (std::vector<bool>{false, false, false, false, false, false, true}));
  EXPECT_EQ(std::count(all->begin(), all->end(), true), 7);
}

TEST(ScheduleTest, AMisspeltFieldIsAnErrorEvenWhereItWouldNotBeLookedAt) {
  const auto cells = make_cells(race_campaign());

  const auto selected = select_cells(*parse_filter("workload = nothing and thread = 8"), cells);

  ASSERT_FALSE(selected.has_value());
  EXPECT_NE(selected.error().text().find("thread"), std::string::npos);
}

}  // namespace
}  // namespace faultline
