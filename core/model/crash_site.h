// Where and how it crashed: the key by which crashes are grouped.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/fault_explanation.h"

namespace faultline {

/// UUIDs and versions are attributes of the reports, not part of a site; only a frame without any
/// symbol is keyed by image UUID and image offset.
struct CrashSite {
  std::string key;          ///< 16 lower-case hex digits: a hash of `text`.
  std::string text;         ///< `AGXMetalG16X -[AGXG16X… setComputePipelineState:]+32 null+0x5c8 read`
  std::string family;       ///< 16 hex digits: a hash of `family_text`.
  std::string family_text;  ///< `text` without what differs between GPU generations and builds.
  std::string image;        ///< Image name of the deciding frame; empty if there is none.
  std::string function;     ///< Physical function; empty if unknown.
  std::optional<std::uint64_t> code_offset;   ///< pc - start of the function.
  std::optional<std::uint64_t> fault_offset;  ///< As in FaultExplanation.
  std::optional<AccessKind> access;
  FaultKind kind = FaultKind::unknown;
  std::optional<std::size_t> thread_index;  ///< Whose stack decided.
  std::optional<std::size_t> frame_index;   ///< Which frame of it.
  std::string rule;                         ///< The rule that chose the frame.
  std::vector<std::string> notes;           ///< Why: frames skipped, looked through, folded.
  friend bool operator==(const CrashSite&, const CrashSite&) = default;
};

}  // namespace faultline
