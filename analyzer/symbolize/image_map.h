// Finds which loaded image an address of the crashed process belongs to.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/model/address.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// Answer of ImageMap::find().
struct ImageHit {
  std::size_t image_index = 0;  ///< Position in the list given to build().
  ImageOffset offset;           ///< From the start of that image, in bytes.
};

/// Lookup from a run-time address to the image that was mapped there.
///
/// Built once per report and then only read: for frames that came without an image (text reports,
/// addresses in registers). A lookup is a binary search over the images.
///
/// Ownership: keeps its own sorted ranges; the report may go away first.
/// Threads: immutable once built.
class ImageMap {
 public:
  /// Never fails: a damaged list is ordinary input. An image of size zero is left out in silence, as
  /// is the absolute pseudo-image (source `A`); one that runs past the end of memory is left out, and
  /// of two that overlap the one listed first wins: both add an issue at `/usedImages/N`.
  static ImageMap build(std::span<const Image> images, std::vector<Issue>& issues);

  /// The image covering `address`, or nullopt where nothing was mapped (a wild jump, code made at run
  /// time). The last byte of an image still belongs to it; the byte after does not.
  [[nodiscard]] std::optional<ImageHit> find(RuntimeAddress address) const;

 private:
  struct Range {
    RuntimeAddress first;
    RuntimeAddress last;  // Inclusive, so that an image may end at UINT64_MAX.
    std::size_t image_index = 0;
  };

  std::vector<Range> ranges_;  // Sorted by `first`; no two overlap.
};

}  // namespace faultline
