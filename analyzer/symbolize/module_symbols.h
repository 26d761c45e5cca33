// Everything that is known about one build of one image, opened when first asked.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "analyzer/symbolize/gsym_cache.h"
#include "analyzer/symbolize/symbol_finder.h"
#include "analyzer/symbolize/symbol_source.h"
#include "core/image.h"
#include "core/issue.h"

namespace faultline {

/// What one lookup said, and which file said it.
struct ModuleAnswer {
  ResolvedFrame frame;
  SymbolPlace place = SymbolPlace::archive;
  std::filesystem::path file;
};

/// The symbol sources of one module in order: every file with DWARF first, then symbol tables and
/// Objective-C metadata. The first source that covers an address names it.
///
/// Files are found and converted at the first lookup; each offset is looked up once and remembered.
/// Threads: find() may be called from several at a time; they wait for one another.
class ModuleSymbols {
 public:
  /// `finder` and `cache` must outlive it.
  ModuleSymbols(Image image, SymbolFinder& finder, GsymCache& cache)
      : image_(std::move(image)), finder_(finder), cache_(cache) {}

  /// The answer for `offset`, or null. Lives as long as the module.
  const ModuleAnswer* find(ImageOffset offset);

  /// What was refused, damaged or could not be converted; complete after the first find().
  [[nodiscard]] std::vector<Issue> issues() const;

 private:
  struct Source {
    std::unique_ptr<SymbolSource> symbols;
    SymbolPlace place;
    std::filesystem::path file;
  };

  void open();
  void open_file(const FoundSymbols& found, GsymContent content);
  std::optional<ModuleAnswer> look_up(ImageOffset offset) const;

  Image image_;
  SymbolFinder& finder_;
  GsymCache& cache_;
  mutable std::mutex mutex_;
  bool opened_ = false;
  std::vector<Source> sources_;
  std::vector<Issue> issues_;
  std::map<ImageOffset, std::optional<ModuleAnswer>> known_;
};

}  // namespace faultline
