// Everything that is known about one build of one image, opened when first asked.

#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "analyzer/symbolize/gsym/gsym_cache.h"
#include "analyzer/symbolize/names/symbol_source.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// What one lookup said, and which file said it.
struct ModuleAnswer {
  ResolvedFrame frame;
  SymbolPlace place = SymbolPlace::archive;
  const std::filesystem::path* file = nullptr;  ///< Lives as long as the module.
};

/// The symbol sources of one module in order: every file with DWARF first, then symbol tables and
/// Objective-C metadata. The first source that covers an address names it.
///
/// Files are found at the first lookup, and opened (converted, if need be) only when those before them do
/// not name an address; each offset is looked up once and remembered.
/// Threads: find() may be called from several at a time; they wait for one another.
class ModuleSymbols {
 public:
  /// `finder` and `cache` must outlive it.
  ModuleSymbols(Image image, SymbolFinder& finder, GsymCache& cache)
      : image_(std::move(image)), finder_(finder), cache_(cache) {}

  /// The answer for `offset`, or null. Lives as long as the module.
  const ModuleAnswer* find(ImageOffset offset);

  /// What was refused, damaged or could not be converted so far.
  [[nodiscard]] std::vector<Issue> issues() const;

 private:
  struct Source {
    std::unique_ptr<SymbolSource> symbols;
    SymbolPlace place;
    std::filesystem::path file;
  };

  void find_files();
  Source open_file(const FoundSymbols& found);
  std::optional<ModuleAnswer> look_up(ImageOffset offset);

  Image image_;
  SymbolFinder& finder_;
  GsymCache& cache_;
  mutable std::mutex mutex_;
  std::optional<std::vector<FoundSymbols>> files_;  // Those with DWARF first; nullopt until found.
  std::deque<Source> sources_;                      // Of the first files: as many as were needed so far.
  std::vector<Issue> issues_;
  std::unordered_map<std::uint64_t, std::optional<ModuleAnswer>> known_;  // By image offset.
};

}  // namespace faultline
