// Symbol files kept by UUID, so that old reports stay readable after the files have gone.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/shared_cache/cache_file.h"
#include "core/base/result.h"
#include "core/model/image.h"
#include "core/model/issue.h"
#include "core/model/source_location.h"

namespace faultline {

/// One slice in the archive.
struct ArchiveEntry {
  SymbolSlice slice;           ///< offset is 0: each slice is a file of its own.
  std::string name;            ///< As the file was called: `AGXMetalG16X`.
  std::filesystem::path path;  ///< In the archive.
  std::string origin;          ///< Where it was added from; empty if that is not known any more.
};

/// Which images of a shared cache are kept: a whole cache has some 5 GB.
struct WantedImages {
  std::set<Uuid> uuids;               ///< Those that reports name.
  std::vector<std::string> patterns;  ///< Of file names, as fnmatch(3) reads them.

  [[nodiscard]] bool contains(const CachedImage& image) const;
};

/// What a shared cache had to give.
struct ArchivedCache {
  std::filesystem::path main_file;
  std::size_t images = 0;
  std::size_t wanted = 0;  ///< Of these.
};

/// What became of SymbolArchive::add().
struct ArchiveAddition {
  std::vector<ArchiveEntry> added;
  std::vector<ArchiveEntry> present;  ///< Had been there, byte for byte.
  std::vector<ArchivedCache> caches;
  std::vector<Issue> issues;  ///< Files that could not be read or have no UUID; `at` is the path.
};

/// Where a name lies in one archived build.
struct SymbolAddress {
  ArchiveEntry entry;
  std::string function;  ///< Readable.
  LinkAddress address;
  ImageOffset offset;
  std::uint64_t size_bytes = 0;
  SymbolOrigin origin = SymbolOrigin::symbol_table;
};

/// A folder tree without an index of its own:
///
///     0c/0ce453ff-…/macho-<hash of the slice>/AGXMetalG16X    the slice
///     0c/0ce453ff-…/macho-<hash of the slice>/origin.txt      the path that it came from
///
/// Fat files are taken apart, so each slice is stored once whichever file it came in. Everything that is
/// shown is read back from the slices. Files appear by rename, whole; nothing is ever changed.
///
/// Threads and processes may add and read at the same time.
class SymbolArchive {
 public:
  /// Touches nothing until something is added.
  explicit SymbolArchive(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Adds a Mach-O or ELF file, a dSYM bundle, the wanted images of a dyld shared cache, or all of these
  /// below a folder (links to folders are not followed). A damaged cache adds one issue, and what can be read
  /// of it. Fails only where the archive cannot be written or `path` does not exist.
  Result<ArchiveAddition> add(const std::filesystem::path& path, const WantedImages& wanted = {});

  /// Adds only the slice that `image` was loaded from: for keeping a driver that a report names. Gives
  /// nothing, without an issue, where `path` is absent or holds another build. `origin`: what is told as the
  /// origin; empty: the path.
  Result<std::optional<ArchiveEntry>> add_image(const std::filesystem::path& path, const Image& image,
                                                const std::string& origin = {});

  /// All slices of one UUID, files with DWARF first.
  [[nodiscard]] std::vector<ArchiveEntry> find(const Uuid& uuid) const;

  /// Everything, by name, then UUID. Reads the head of every file.
  [[nodiscard]] std::vector<ArchiveEntry> list() const;

  /// The address of `function` in every archived slice, by name, then UUID. `function` is a linkage name
  /// or a readable one, C++ with or without its parameter list; one row per build and address.
  [[nodiscard]] std::vector<SymbolAddress> lookup(std::string_view function) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  /// What is told of a slice beside what it says itself.
  struct Provenance {
    std::string name;    // As the file was called.
    std::string origin;  // A path, or a cache and a path in it.
  };

  Result<void> add_file(const std::filesystem::path& path, const Image* wanted, const std::string& origin,
                        ArchiveAddition& outcome);
  Result<void> add_cache(const std::filesystem::path& main_file, const WantedImages& wanted,
                         ArchiveAddition& outcome);
  Result<void> store(const Provenance& provenance, std::string_view bytes, const SymbolSlice& slice,
                     ArchiveAddition& outcome);

  std::filesystem::path folder_;
};

/// Where the archive and the GSYM cache live unless told otherwise: the user's data and cache folders.
/// Empty where the system names no home.
std::filesystem::path default_symbol_archive_folder();
std::filesystem::path default_gsym_cache_folder();
/// Where Xcode keeps symbols of the systems that it has seen; empty on other systems.
std::filesystem::path default_device_support_folder();

}  // namespace faultline
