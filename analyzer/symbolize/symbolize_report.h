// Names the frames of a crash report, and says for each who named it.

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "analyzer/symbolize/gsym/gsym_cache.h"
#include "core/model/crash_report.h"
#include "core/model/issue.h"

namespace faultline {

struct SymbolizeOptions {
  std::vector<std::filesystem::path> search_paths;  ///< Files, dSYM bundles, folders: `--symbols`.
  std::filesystem::path archive_folder;             ///< Empty: none. See default_symbol_archive_folder().
  std::filesystem::path cache_folder;  ///< Empty: a temporary one. See default_gsym_cache_folder().
  /// Look at the path that the image was loaded from, and beside it. Only the image's build is taken.
  bool use_image_paths = true;
  /// Ask the host's own places: /usr/lib/debug, Spotlight, the driver bundles.
  bool use_system_places = true;
  std::filesystem::path swift_demangle = "swift-demangle";  ///< Empty: Swift names stay mangled.
  std::filesystem::path converter;  ///< See GsymCacheOptions. Empty: the running program.
  ConversionLimits conversion;
  std::uint64_t cache_limit_bytes = 4ULL << 30;
};

/// Where these options want symbol files to be looked for.
SymbolSources symbol_places(const SymbolizeOptions& options);

/// Which file named frames of an image.
struct ImageSymbols {
  std::optional<SymbolPlace> place;  ///< None where our files named nothing in this image.
  std::filesystem::path file;
  std::size_t frames_named = 0;
};

struct SymbolizedReport {
  /// As given, with frames renamed and inlined calls put before the function that they were inlined
  /// into. Frame::symbol_source says who named each.
  CrashReport report;
  std::vector<ImageSymbols> images;  ///< Parallel to report.images.
  /// Files that were refused, damaged or could not be converted, once each; `at` is the path.
  std::vector<Issue> issues;
  std::size_t physical_frames =
      0;                         ///< Of threads and the last exception's backtrace, inlined ones not counted.
  std::size_t named_before = 0;  ///< Of these, those that the report itself named.
  std::size_t named_after = 0;
};

/// Symbolizes many reports with one set of open modules: what an import uses.
///
/// Rules:
/// - A return address is looked up one byte before itself; the first frame of a thread, and the frame
///   that a signal trampoline interrupted, at itself; address 0 not at all.
/// - DWARF replaces the report's own name. A symbol table or Objective-C metadata names what the report
///   does not, and replaces a name only where its function begins nearer to the address: then the
///   report's name was a guess from afar.
/// - Where ours is a Swift name that nothing here can read, the report's readable one stays.
///
/// Threads: symbolize() may be called from several at a time.
class Symbolizer {
 public:
  explicit Symbolizer(SymbolizeOptions options);
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;
  ~Symbolizer();

  /// Never fails: what cannot be named stays as it is.
  SymbolizedReport symbolize(CrashReport report);

  /// SymbolizedReport::issues of all reports so far, once each.
  [[nodiscard]] std::vector<Issue> issues() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One report with a Symbolizer of its own.
SymbolizedReport symbolize_report(CrashReport report, const SymbolizeOptions& options);

}  // namespace faultline
