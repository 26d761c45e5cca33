// The stacks of a MetricKit document, read without following them into the depth.
//
// MetricKit nests each caller inside its callee: `{"address": …, "subFrames": [{"address": …, "subFrames":
// […]}]}`. A stack of a few hundred frames is a document of twice as many levels, deeper than a JSON reader
// shall go.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/image.h"

namespace faultline {

/// Absent where the frame does not say.
struct MetrickitFrame {
  std::string binary_name;  ///< Of the old form; empty: see the document's `binaryInfo`.
  std::optional<Uuid> binary_uuid;
  std::uint64_t offset = 0;  ///< From the start of the binary's __TEXT, in bytes.
  std::optional<std::uint64_t> address;
};

/// A document without its trees of frames.
struct CutMetrickit {
  std::string text;  ///< The document; in the place of each tree stands its index in `stacks`.
  std::vector<std::vector<MetrickitFrame>> stacks;  ///< Roots, which are innermost, first.
  std::size_t branches = 0;  ///< Passed over: where a tree branches, the first branch is taken.
};

/// Linear in the text; a stack has at most a few thousand frames. Damaged input gives what could be read.
CutMetrickit cut_metrickit_stacks(std::string_view text);

}  // namespace faultline
