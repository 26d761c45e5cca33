#include "collector/plan/schedule.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/text/nearest_name.h"

namespace faultline {
namespace {

void add_cells(const Workload& workload, std::size_t workload_index, std::vector<Cell>& cells) {
  std::size_t count = 1;
  for (const MatrixParameter& parameter : workload.matrix) count *= parameter.values.size();
  for (std::size_t number = 0; number < count; ++number) {
    Cell cell{workload_index, workload.name, {}};
    std::size_t rest = number;
    std::size_t below = count;
    for (const MatrixParameter& parameter : workload.matrix) {
      below /= parameter.values.size();
      cell.parameters.emplace_back(parameter.name, parameter.values[rest / below]);
      rest %= below;
    }
    cells.push_back(std::move(cell));
  }
}

bool has_field(const std::vector<Cell>& cells, std::string_view field) {
  if (field == "workload") return true;
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
    return std::any_of(cell.parameters.begin(), cell.parameters.end(),
                       [&](const auto& parameter) { return parameter.first == field; });
  });
}

std::vector<std::string_view> field_names(const std::vector<Cell>& cells) {
  std::vector<std::string_view> names{"workload"};
  for (const Cell& cell : cells) {
    for (const auto& [name, value] : cell.parameters) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    }
  }
  return names;
}

/// Short-circuiting would hide a misspelt field behind a condition that decides alone.
Result<void> check_fields(const Filter& filter, const FilterNode& node, const std::vector<Cell>& cells) {
  if (node.kind == FilterNode::Kind::condition) {
    if (has_field(cells, node.condition.field)) return {};
    return fail(filter_error(
        filter, node.condition.field_at,
        "no workload has a parameter of that name" + name_hint(node.condition.field, field_names(cells))));
  }
  for (const FilterNode& child : node.children) TRY(check_fields(filter, child, cells));
  return {};
}

bool cell_meets(const Cell& cell, const FilterCondition& condition) {
  if (condition.field == "workload") return compare_value(cell.workload, condition);
  for (const auto& [name, value] : cell.parameters) {
    if (name == condition.field) return compare_value(value.label, condition);
  }
  return false;
}

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// From [0, bound), for a bound below 2^32: the high half of a 32 x 32 bit product.
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(((next() >> 32) * static_cast<std::uint64_t>(bound)) >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace

std::vector<Cell> make_cells(const Campaign& campaign) {
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < campaign.workloads.size(); ++i) add_cells(campaign.workloads[i], i, cells);
  return cells;
}

Result<std::vector<bool>> select_cells(const Filter& filter, const std::vector<Cell>& cells) {
  if (filter.root) TRY(check_fields(filter, *filter.root, cells));
  std::vector<bool> selected;
  selected.reserve(cells.size());
  for (const Cell& cell : cells) {
    TRY_ASSIGN(const bool accepted,
               evaluate_filter(filter, [&cell](const FilterCondition& condition) -> Result<bool> {
                 return cell_meets(cell, condition);
               }));
    selected.push_back(accepted);
  }
  return selected;
}

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::int64_t {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? value : 0;
  };
  const Shard shard{number(text.substr(0, slash)), number(text.substr(slash + 1))};
  if (shard.number < 1 || shard.of < shard.number) return std::nullopt;
  return shard;
}

Schedule::Schedule(const SchedulePlan& plan) : plan_(plan) {
  CHECK(plan.cell_count > 0 && plan.blocks >= 0 && plan.warm_up >= 0);
  CHECK(plan.shard.number >= 1 && plan.shard.number <= plan.shard.of);
}

std::int64_t Schedule::own_blocks() const {
  // Those of 0 … blocks-1 whose remainder is ours.
  return (plan_.blocks - plan_.shard.number + plan_.shard.of) / plan_.shard.of;
}

std::int64_t Schedule::trial_count() const {
  return (plan_.warm_up + own_blocks()) * static_cast<std::int64_t>(plan_.cell_count);
}

std::int64_t Schedule::end_index() const {
  return (plan_.warm_up + plan_.blocks) * static_cast<std::int64_t>(plan_.cell_count);
}

bool Schedule::is_own_block(std::int64_t block) const {
  return block < plan_.warm_up || (block - plan_.warm_up) % plan_.shard.of == plan_.shard.number - 1;
}

std::vector<std::size_t> Schedule::block_order(std::int64_t block) const {
  std::vector<std::size_t> order(plan_.cell_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SplitMix64 random(SplitMix64(plan_.seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(block)).next());
  for (std::size_t last = order.size(); last > 1; --last) {
    std::swap(order[last - 1], order[random.below(last)]);
  }
  return order;
}

std::optional<PlannedTrial> Schedule::trial(std::int64_t index) {
  CHECK(index >= 0);
  const auto cells = static_cast<std::int64_t>(plan_.cell_count);
  const std::int64_t block = index / cells;
  if (index >= end_index()) return std::nullopt;
  if (block != cached_block_) {
    cached_order_ = block_order(block);
    cached_block_ = block;
  }
  return PlannedTrial{index, block, cached_order_[static_cast<std::size_t>(index % cells)],
                      block < plan_.warm_up};
}

std::optional<PlannedTrial> next_trial(Schedule& schedule, std::int64_t from,
                                       const std::set<std::int64_t>& done,
                                       const std::set<std::size_t>& set_aside) {
  for (std::int64_t index = from;; ++index) {
    const auto planned = schedule.trial(index);
    if (!planned) return std::nullopt;
    if (!schedule.is_own_block(planned->block)) continue;
    if (!done.contains(index) && !set_aside.contains(planned->cell_index)) return planned;
  }
}

std::int64_t count_left(Schedule& schedule, const std::set<std::int64_t>& done,
                        const std::set<std::size_t>& set_aside) {
  if (set_aside.empty()) {
    const auto beyond = std::distance(done.lower_bound(schedule.end_index()), done.end());
    return schedule.trial_count() - static_cast<std::int64_t>(done.size()) + beyond;
  }
  std::int64_t left = 0;
  for (auto next = next_trial(schedule, 0, done, set_aside); next;
       next = next_trial(schedule, next->index + 1, done, set_aside)) {
    ++left;
  }
  return left;
}

}  // namespace faultline
