#include "analyzer/fault/facts/poison.h"

#include <array>

namespace faultline {
namespace {

// A field of a structure. Wider, and markers of 32 bits would meet ordinary numbers.
constexpr std::uint64_t kReach = 4 * 1024;

constexpr std::array<Poison, 15> kPoisons{{
    {0x5555555555555555, "freed memory as MallocScribble leaves it"},
    {0xaaaaaaaaaaaaaaaa, "fresh memory as MallocPreScribble leaves it"},
    {0xe5e5e5e5e5e5e5e5, "freed memory as jemalloc leaves it"},
    {0x5a5a5a5a5a5a5a5a, "freed memory as jemalloc leaves it"},
    {0xa5a5a5a5a5a5a5a5, "fresh memory as jemalloc leaves it"},
    {0xdddddddddddddddd, "freed memory as Python's debug allocator leaves it"},
    {0xdbdbdbdbdbdbdbdb, "freed memory as Python's old debug allocator leaves it"},
    {0xcdcdcdcdcdcdcdcd, "memory that was never written, as debug allocators leave it"},
    {0xfdfdfdfdfdfdfdfd, "a guard byte pattern of a debug allocator"},
    {0xbebebebebebebebe, "memory that was never written, as AddressSanitizer leaves it"},
    {0xdeadbeefdeadbeef, "a marker for dead memory"},
    {0xbaddcafebaddcafe, "a marker for uninitialised memory"},
    {0xfeeefeeefeeefeee, "a marker for freed memory"},
    {0x6b6b6b6b6b6b6b6b, "a marker for freed memory"},
    {0xdeadbeef, "a marker for dead memory"},
}};

}  // namespace

std::optional<Poison> find_poison(std::uint64_t value) {
  for (const Poison& poison : kPoisons) {
    if (value - poison.pattern < kReach || poison.pattern - value < kReach) return poison;
  }
  return std::nullopt;
}

}  // namespace faultline
