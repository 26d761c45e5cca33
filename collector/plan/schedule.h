// Which trial comes when: cells, blocks, and what a resumed run has left. Pure; nothing is stored.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/filter.h"

namespace faultline {

/// The one parameter that needs no placeholder: its values `on` and `off` decide whether the reporter
/// attaches to a cell's trials, so that capture itself can be an arm.
inline constexpr std::string_view kCaptureParameter = "capture";

/// All combinations, workload by workload, the last parameter of a matrix changing fastest.
std::vector<Cell> make_cells(const Campaign& campaign);

/// One flag per cell: whether the filter accepts it. Fields are `workload` and the names of
/// parameters; a parameter that a workload lacks meets no condition. An error names a field that no
/// cell has.
Result<std::vector<bool>> select_cells(const Filter& filter, const std::vector<Cell>& cells);

/// The part of a campaign that one of several hosts runs: whole blocks, so that a host is never an arm.
/// Host `number` of `of` runs the blocks number-1, number-1+of, …
struct Shard {
  std::int64_t number = 1;
  std::int64_t of = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// `2/4`. nullopt where it is anything else, or the first number is not within the second.
std::optional<Shard> parse_shard(std::string_view text);

/// Which trials there are, before they are put in order.
struct SchedulePlan {
  std::size_t cell_count = 1;
  std::int64_t blocks = 0;   ///< Of the whole campaign, without the warm-up.
  std::int64_t warm_up = 0;  ///< Blocks 0 to warm_up-1 are run by every shard, and are in no rate.
  std::uint64_t seed = 1;
  Shard shard;
};

struct PlannedTrial {
  std::int64_t index = 0;  ///< block * cell count + place in the block.
  std::int64_t block = 0;
  std::size_t cell_index = 0;
  bool warm_up = false;
  friend bool operator==(const PlannedTrial&, const PlannedTrial&) = default;
};

/// The order of a run's trials: blocks of one trial of every cell, each block shuffled by itself.
///
/// Made from three numbers, so that a resumed run finds the same order again, on any platform and
/// with any standard library: the shuffle is Fisher-Yates from the back, each place drawn from
/// SplitMix64 (Steele, Lea, Flood 2014; started at seed * 0x9E3779B97F4A7C15 + block, mixed once) by
/// the multiply-shift of Lemire 2019 without its rejection: its bias is below cells / 2^32. More blocks
/// may be planned later without moving any of the earlier ones.
///
/// Cost: one block is held at a time.
class Schedule {
 public:
  explicit Schedule(const SchedulePlan& plan);

  /// Trials of this shard, warm-up included.
  [[nodiscard]] std::int64_t trial_count() const;
  [[nodiscard]] std::size_t cell_count() const { return plan_.cell_count; }
  /// Blocks of this shard, without the warm-up.
  [[nodiscard]] std::int64_t own_blocks() const;

  /// Cell indexes of one block, in the order of execution.
  [[nodiscard]] std::vector<std::size_t> block_order(std::int64_t block) const;

  /// The trial of that index, of whichever shard; nullopt past the end of the plan.
  [[nodiscard]] std::optional<PlannedTrial> trial(std::int64_t index);
  /// Past the last index, of whichever shard.
  [[nodiscard]] std::int64_t end_index() const;
  [[nodiscard]] bool is_own_block(std::int64_t block) const;

 private:
  SchedulePlan plan_;
  std::int64_t cached_block_ = -1;
  std::vector<std::size_t> cached_order_;
};

/// The first index of our shard from `from` on that is neither done nor of a set-aside cell; nullopt if
/// none is left.
std::optional<PlannedTrial> next_trial(Schedule& schedule, std::int64_t from,
                                       const std::set<std::int64_t>& done,
                                       const std::set<std::size_t>& set_aside);

/// How many trials next_trial() would still give.
std::int64_t count_left(Schedule& schedule, const std::set<std::int64_t>& done,
                        const std::set<std::size_t>& set_aside);

}  // namespace faultline
