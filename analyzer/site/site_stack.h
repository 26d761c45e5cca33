// The stack that a site is chosen from: physical frames only, with names as sites use them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/crash_report.h"
#include "core/model/fault_explanation.h"

namespace faultline {

/// One physical frame. Names are normalised; `function` is empty where there is no usable name.
struct SiteFrame {
  std::size_t index = 0;  ///< Of the physical frame in the stack as reported.
  std::string image;      ///< Empty where the frame lies in no image.
  std::string function;
  std::optional<std::uint64_t> code_offset;
  std::optional<Uuid> uuid;
  std::uint64_t image_offset = 0;
  std::vector<std::string> inlined;  ///< Calls inlined here, innermost first.
  std::string doubt;                 ///< Why the reported name was not used; empty if it was.
  bool from_link_register = false;   ///< Put in for a caller that the reported stack leaves out.
};

struct SiteStack {
  std::vector<SiteFrame> frames;
  std::optional<std::size_t> thread_index;  ///< Absent for the stack of a thrown exception.
  std::string what;                         ///< `thread 4`, `the stack where the exception was thrown`.
};

/// Whether the process decided on its end: the frames on top are then those of ending.
bool ends_itself(FaultKind kind);

/// The stack of the thrown exception where the process ended itself and the report has it (as frames, or
/// as an application-specific backtrace), else that of the crashed thread, else an empty one.
///
/// After a jump to nowhere the caller stands in `lr` only: it is put in behind the bad frame.
SiteStack build_site_stack(const CrashReport& report, FaultKind kind);

/// What the first entry of a stack is: where the thread stood, or an address to which a call returns.
enum class StackTop { pc, return_address };

/// The physical frames of any stack, without the caller from `lr`.
std::vector<SiteFrame> physical_frames(const CrashReport& report, const std::vector<Frame>& frames,
                                       StackTop top);

}  // namespace faultline
