#include "reports/bundles/manifest.h"

#include <fmt/format.h>
#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/SHA256.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace faultline {

std::string sha256_hex(std::string_view bytes) {
  // LLVM takes unsigned bytes; the view is of chars.
  const auto* const data = static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data()));
  std::string text;
  for (const auto byte : llvm::SHA256::hash(llvm::ArrayRef<std::uint8_t>(data, bytes.size()))) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

std::string manifest_json(std::vector<ManifestEntry> files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& file : files) {
    rows.push_back(
        {{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}, {"made_by", file.made_by}});
  }
  return nlohmann::ordered_json{{"files", rows}}.dump(2, ' ', false,
                                                      nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace faultline
