// Errors of a GPU by their own names, wherever a text mentions one.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// The first GPU error named in `text`: `kIOGPUCommandBufferCallbackErrorOutOfMemory`,
/// `MTLCommandBufferErrorTimeout`, `cudaErrorIllegalAddress`, `CUDA_ERROR_OUT_OF_MEMORY`, `Xid 31` (from the
/// NVIDIA driver's `NVRM: Xid (PCI:…): 31, …`). nullopt where there is none. Linear.
std::optional<std::string> find_gpu_error(std::string_view text);

/// How a trial's verdict notes a line of its output with a GPU error; the line follows.
inline constexpr std::string_view kGpuErrorNote = "GPU error on its output: ";

/// The first GPU error that such a note names; empty if none.
std::string gpu_error_of_notes(const std::vector<std::string>& notes);

}  // namespace faultline
