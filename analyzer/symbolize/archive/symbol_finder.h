// Finds the files that hold the symbols of an image, and refuses those of another build.

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/archive/cache_search.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// Where a symbol file was found, in the order in which the places are asked.
enum class SymbolPlace {
  archive,
  given,           ///< Named by a person.
  image_path,      ///< The image's own path.
  shared_cache,    ///< macOS: the dyld shared cache, where nothing is at the image's own path.
  beside_image,    ///< A .dSYM bundle beside it or beside the bundle around it.
  debug_folder,    ///< Linux: /usr/lib/debug/.build-id
  spotlight,       ///< macOS: any dSYM that Spotlight knows.
  device_support,  ///< macOS: the symbols that Xcode keeps of systems that it has seen.
  driver_folder,   ///< macOS: the GPU driver bundles.
};
std::string_view symbol_place_text(SymbolPlace place);

struct SymbolSources {
  std::filesystem::path archive_folder;              ///< Empty: no archive.
  std::vector<std::filesystem::path> given;          ///< Files, bundles, shared caches, folders of them.
  bool use_image_paths = false;                      ///< image_path and beside_image.
  std::vector<std::filesystem::path> debug_folders;  ///< Holding a `.build-id` tree.
  bool use_spotlight = false;
  std::filesystem::path driver_folder;              ///< `/System/Library/Extensions`; empty: none.
  std::vector<std::filesystem::path> cache_places;  ///< Shared caches, asked with use_image_paths.
  /// `~/Library/Developer/Xcode/macOS DeviceSupport`, which holds `*/Symbols` with files at their systems'
  /// paths; empty: none.
  std::filesystem::path device_support_folder{};
};

struct FoundSymbols {
  SymbolPlace place = SymbolPlace::archive;
  std::filesystem::path path;
  SymbolSlice slice;
  /// Where it came from if `path` is a copy that goes with the finder: out of a shared cache.
  std::string copied_from;

  /// For people.
  [[nodiscard]] std::string shown_path() const { return copied_from.empty() ? path.string() : copied_from; }
};

/// Identity decides, never a name: every file that find() gives has the image's UUID (or build-id).
///
/// The given paths are walked and indexed at the first question. Threads: find() may be called from
/// several at a time.
class SymbolFinder {
 public:
  explicit SymbolFinder(SymbolSources places);
  SymbolFinder(const SymbolFinder&) = delete;
  SymbolFinder& operator=(const SymbolFinder&) = delete;
  ~SymbolFinder();

  /// All files of the image's build, in the order of the places. An image without identity has none.
  /// A file that ought to be this image by its name or place but is of another build adds an issue
  /// that names both builds; so does a symbol file that cannot be read, and a GPU driver of which no file is
  /// found.
  std::vector<FoundSymbols> find(const Image& image, std::vector<Issue>& issues);

 private:
  struct Index;
  Index& index();
  void find_given(const Image& image, std::vector<FoundSymbols>& found, std::vector<Issue>& issues);
  void find_in_device_support(const Image& image, std::vector<FoundSymbols>& found,
                              std::vector<Issue>& issues);
  void find_driver(const Image& image, std::vector<FoundSymbols>& found, std::vector<Issue>& issues);
  void find_by_path(const Image& image, std::vector<FoundSymbols>& found, std::vector<Issue>& issues);

  SymbolSources places_;
  std::once_flag indexed_;
  std::unique_ptr<Index> index_;
  CacheSearch host_caches_;
};

/// The DWARF files that Spotlight knows for a UUID: `mdfind com_apple_xcode_dsym_uuids == …`. Nothing
/// on systems without Spotlight.
std::vector<std::filesystem::path> find_with_spotlight(const Uuid& uuid);

/// The files in `bundle.dSYM/Contents/Resources/DWARF`, sorted.
std::vector<std::filesystem::path> files_of_dsym(const std::filesystem::path& bundle);

}  // namespace faultline
