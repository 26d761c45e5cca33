// The folder that is attached to a bug form: written beside its place, checked for leaks, then put there.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "reports/privacy/leak_check.h"
#include "reports/privacy/scrub.h"

namespace faultline {

/// Files of a bundle in memory, by path.
class FeedbackBundle {
 public:
  /// Replaces a file of the same path.
  void add(const std::string& path, std::string bytes, std::string made_by);
  /// A file or everything below a folder, under `prefix`; text is scrubbed where a scrubber is given.
  Result<void> add_from_disk(const std::string& prefix, const std::filesystem::path& path,
                             const std::string& made_by, Scrubber* scrubber);
  /// Paths, ascending.
  [[nodiscard]] std::vector<std::string> paths() const;
  /// Each ending in a slash or being a file's path.
  [[nodiscard]] bool contains(const std::string& path) const;
  /// All files and MANIFEST.json into `folder`, which is made.
  Result<void> write(const std::filesystem::path& folder) const;

 private:
  struct File {
    std::string bytes;
    std::string made_by;
  };
  std::map<std::string, File> files_;
};

struct BundlePlace {
  std::filesystem::path folder;
  bool zip = false;  ///< Also `<folder>.zip`.
};

/// Writes, checks and moves into place. What was there before stays until then, and stays where a leak was
/// found: then nothing new is left behind, and the error lists every file and value. A folder that is not
/// empty and no bundle is never replaced.
Result<LeakCheck> publish_bundle(const FeedbackBundle& bundle, const BundlePlace& place,
                                 const std::vector<LeakTarget>& targets,
                                 const std::vector<LeakAllowance>& allowed);

}  // namespace faultline
