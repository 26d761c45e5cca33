#include <cstdlib>

#include "analyzer/symbolize/archive/symbol_archive.h"

namespace faultline {
namespace {

std::filesystem::path below_library(const char* folder, const char* name) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::filesystem::path(home) / "Library" / folder / "Faultline" / name;
}

}  // namespace

std::filesystem::path default_symbol_archive_folder() {
  return below_library("Application Support", "Symbols");
}

std::filesystem::path default_gsym_cache_folder() { return below_library("Caches", "gsym"); }

std::filesystem::path default_device_support_folder() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::filesystem::path(home) / "Library/Developer/Xcode/macOS DeviceSupport";
}

}  // namespace faultline
