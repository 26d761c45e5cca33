#include "collector/host/environment_facts.h"

#include <algorithm>
#include <array>
#include <string_view>

extern char** environ;

namespace faultline {
namespace {

constexpr std::array<std::string_view, 11> kPrefixes{
    "MTL_", "METAL_", "AGX_", "PYTORCH_", "MPS_", "MLX_", "DYLD_", "Malloc", "MALLOC_", "CUDA_", "PYTHON"};
constexpr std::array<std::string_view, 3> kNames{"LD_PRELOAD", "LD_LIBRARY_PATH", "OMP_NUM_THREADS"};

bool matters(std::string_view name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_facts() {
  std::vector<std::pair<std::string, std::string>> facts;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !matters(text.substr(0, equals))) continue;
    facts.emplace_back("env." + std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

}  // namespace faultline
