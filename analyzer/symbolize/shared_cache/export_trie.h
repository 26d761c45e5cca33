// The names that a Mach-O image exports, out of its trie.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

struct ExportedSymbol {
  std::string name;          ///< With the underscore that C names carry.
  std::uint64_t offset = 0;  ///< From the image's base.
};

/// All exported symbols of the image itself in the order of the trie; re-exports and absolute symbols have no
/// place in it and are left out. Layout: <mach-o/loader.h>, "export info".
///
/// A node that is met a second time, as in a trie that loops, and whatever leaves the bytes end their branch
/// in silence: the rest is still worth having. Neither names nor nodes grow beyond a fixed bound.
std::vector<ExportedSymbol> read_export_trie(std::string_view trie);

}  // namespace faultline
