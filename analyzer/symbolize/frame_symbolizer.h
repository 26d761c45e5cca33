// Puts what a symbol source said into the frames of a report, without losing what was better.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/crash_report.h"
#include "core/model/source_location.h"

namespace faultline {

/// One physical frame with the inlined entries before it; the physical one is the last.
using FrameGroup = std::span<const Frame>;

/// Cuts a stack into groups. A stack that ends in inlined entries gives them as a group of their own.
std::vector<FrameGroup> group_frames(std::span<const Frame> frames);

/// True if `frames[index]` was interrupted rather than left by a call: the entry before it (inlined ones
/// aside) is a signal trampoline. Its address is a pc, not a return address.
bool is_below_signal_trampoline(const std::vector<FrameGroup>& groups, std::size_t index);

/// The frames that stand for `group` once `resolved` is known: the choice between the report's names
/// and ours, as symbolize_report.h states it. `resolved` is of the place `back` bytes before the frame's
/// own address.
std::vector<Frame> name_group(FrameGroup group, const ResolvedFrame& resolved, std::uint64_t back = 0);

}  // namespace faultline
