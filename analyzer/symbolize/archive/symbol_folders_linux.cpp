// XDG base directories: https://specifications.freedesktop.org/basedir-spec/

#include <cstdlib>

#include "analyzer/symbolize/archive/symbol_archive.h"

namespace faultline {
namespace {

/// `$variable`, else `$HOME/fallback`. The specification wants relative values ignored.
std::filesystem::path base_folder(const char* variable, const char* fallback) {
  const char* value = std::getenv(variable);
  if (value != nullptr && value[0] == '/') return value;
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::filesystem::path(home) / fallback;
}

std::filesystem::path below(const std::filesystem::path& base, const char* name) {
  return base.empty() ? base : base / "faultline" / name;
}

}  // namespace

std::filesystem::path default_symbol_archive_folder() {
  return below(base_folder("XDG_DATA_HOME", ".local/share"), "symbols");
}

std::filesystem::path default_gsym_cache_folder() {
  return below(base_folder("XDG_CACHE_HOME", ".cache"), "gsym");
}

std::filesystem::path default_device_support_folder() { return {}; }

}  // namespace faultline
