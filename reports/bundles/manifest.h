// MANIFEST.json: every file of a bundle with its hash, its size, and the command that makes it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

struct ManifestEntry {
  std::string path;  ///< Relative, with slashes.
  std::string sha256;
  std::uint64_t bytes = 0;
  std::string made_by;
};

/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// `{"files": […]}`, by path, ending in a newline.
std::string manifest_json(std::vector<ManifestEntry> files);

}  // namespace faultline
