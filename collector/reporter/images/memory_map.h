// The mappings of a process, and what they say about an address.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// One line of /proc/PID/maps (proc(5)). `end` is the first byte behind it.
struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  std::uint64_t file_offset = 0;
  std::uint64_t inode = 0;
  std::string path;  ///< A file, a name such as `[stack]`, or empty.
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

/// Reads the text of /proc/PID/maps; lines of another form are left out. Sorted, no two overlap.
std::vector<Mapping> parse_memory_map(std::string_view text);

/// The mapping that covers `address`, or null. Lives as long as `map`.
const Mapping* find_mapping(std::span<const Mapping> map, std::uint64_t address);

/// True where `address` is in the unmapped or inaccessible space right below a stack that holds one of
/// `stack_pointers`, or below the stack that one of them has just run out of: a stack overflow.
bool is_below_a_stack(std::span<const Mapping> map, std::uint64_t address,
                      std::span<const std::uint64_t> stack_pointers);

/// `vmRegionInfo` for `address`: where it is, and the regions before, at and behind it, in the layout of
/// macOS. Linux tells no maximum protection: what mprotect would allow is shown, which is everything for
/// a private mapping. `stack_pointers` are those of all threads and name their stacks.
std::string describe_region(std::span<const Mapping> map, std::uint64_t address,
                            std::span<const std::uint64_t> stack_pointers);

}  // namespace faultline
