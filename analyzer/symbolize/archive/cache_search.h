// Finds images in shared caches, and gives them as files that all readers of symbol files read.

#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// An image that was taken out of a cache.
struct CachedImageFile {
  std::filesystem::path path;  ///< Of the copy; gone with the search.
  std::string origin;          ///< The cache's main file and the image's path in it.
};

/// The caches are opened at the first question; images are copied, each once, into a private temporary
/// folder. Threads: find() may be called from several at a time; they wait for one another.
class CacheSearch {
 public:
  /// `places`: main files, or folders of caches.
  explicit CacheSearch(std::vector<std::filesystem::path> places) : places_(std::move(places)) {}
  CacheSearch(const CacheSearch&) = delete;
  CacheSearch& operator=(const CacheSearch&) = delete;
  ~CacheSearch();

  /// The image of exactly this UUID. Where caches have only other builds at the image's path, an issue names
  /// them; so does a cache that is damaged, at the first question.
  std::optional<CachedImageFile> find(const Image& image, std::vector<Issue>& issues);

 private:
  struct OpenCache {
    std::filesystem::path main_file;
    DyldCache cache;
  };

  void open_caches(std::vector<Issue>& issues);
  std::optional<CachedImageFile> copy_out(const OpenCache& from, const CachedImage& image, const Uuid& uuid,
                                          std::vector<Issue>& issues);

  std::vector<std::filesystem::path> places_;
  std::mutex mutex_;
  bool opened_ = false;
  std::vector<OpenCache> caches_;
  std::map<Uuid, std::optional<CachedImageFile>> copies_;
  std::filesystem::path folder_;  // Ours to remove; empty unless made.
};

/// `/…/dyld_shared_cache_arm64e: /usr/lib/libobjc.A.dylib`
std::string cached_image_origin(const std::filesystem::path& main_file, const CachedImage& image);

}  // namespace faultline
