#include "analyzer/symbolize/frame_symbolizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/symbolize/names/readable_name.h"

namespace faultline {
namespace {

// The functions that the kernel makes a signal handler return to: Darwin, glibc x86-64, Linux arm64 vDSO.
constexpr std::array<std::string_view, 4> kTrampolines{"_sigtramp", "__restore_rt", "__kernel_rt_sigreturn",
                                                       "_sigtramp_"};

/// Ours begins strictly nearer to the address than the function that the report claims, so that the
/// report's name is of another function.
bool begins_nearer(std::optional<std::uint64_t> code_offset, const Frame& physical) {
  return code_offset && physical.symbol_location && *code_offset < *physical.symbol_location;
}

void take_location(const SourceLocation& call, Frame& frame) {
  if (!call.file.empty()) frame.source_file = std::string(call.file);
  if (call.line) frame.source_line = *call.line;
}

Frame physical_frame(const Frame& reported, const ResolvedFrame& resolved,
                     std::optional<std::uint64_t> code_offset) {
  const SourceLocation& function = resolved.chain.back();
  Frame frame = reported;
  const bool keep_readable_swift = is_swift_name(function.function) && reported.symbol &&
                                   !is_swift_name(*reported.symbol) && !begins_nearer(code_offset, reported);
  if (!keep_readable_swift && !function.function.empty()) {
    frame.symbol = std::string(function.function);
    frame.symbol_location = code_offset;
    frame.symbol_source = resolved.origin;
  }
  take_location(function, frame);
  return frame;
}

std::vector<Frame> name_from_dwarf(FrameGroup group, const ResolvedFrame& resolved,
                                   std::optional<std::uint64_t> code_offset) {
  const Frame& physical = group.back();
  std::vector<Frame> frames;
  if (group.size() > resolved.chain.size()) {
    // The report expands more calls than our file knows: it saw better DWARF than we have.
    frames.assign(group.begin(), group.end());
    take_location(resolved.chain.back(), frames.back());
    return frames;
  }
  frames.reserve(resolved.chain.size());
  for (std::size_t i = 0; i + 1 < resolved.chain.size(); ++i) {
    Frame inlined = physical;
    inlined.inlined = true;
    inlined.symbol = std::string(resolved.chain[i].function);
    inlined.symbol_location.reset();
    inlined.source_file.reset();
    inlined.source_line.reset();
    inlined.symbol_source = resolved.origin;
    take_location(resolved.chain[i], inlined);
    frames.push_back(std::move(inlined));
  }
  frames.push_back(physical_frame(physical, resolved, code_offset));
  return frames;
}

}  // namespace

std::vector<FrameGroup> group_frames(std::span<const Frame> frames) {
  std::vector<FrameGroup> groups;
  std::size_t first = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].inlined && i + 1 < frames.size()) continue;
    groups.push_back(frames.subspan(first, i + 1 - first));
    first = i + 1;
  }
  return groups;
}

bool is_below_signal_trampoline(const std::vector<FrameGroup>& groups, std::size_t index) {
  if (index == 0 || index > groups.size()) return false;
  const Frame& callee = groups[index - 1].back();
  return callee.symbol &&
         std::find(kTrampolines.begin(), kTrampolines.end(), *callee.symbol) != kTrampolines.end();
}

std::vector<Frame> name_group(FrameGroup group, const ResolvedFrame& resolved, std::uint64_t back) {
  if (resolved.chain.empty()) return {group.begin(), group.end()};
  auto code_offset = resolved.code_offset;
  if (code_offset) *code_offset += back;
  if (resolved.origin == SymbolOrigin::dwarf) return name_from_dwarf(group, resolved, code_offset);
  const Frame& physical = group.back();
  if (group.size() > 1 || (physical.symbol && !begins_nearer(code_offset, physical))) {
    return {group.begin(), group.end()};
  }
  return {physical_frame(physical, resolved, code_offset)};
}

}  // namespace faultline
