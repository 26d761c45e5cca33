// Errors of a GPU by their own names, wherever a text mentions one.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace faultline {

/// The first GPU error named in `text`: `kIOGPUCommandBufferCallbackErrorOutOfMemory`,
/// `MTLCommandBufferErrorTimeout`, `cudaErrorIllegalAddress`, `CUDA_ERROR_OUT_OF_MEMORY`, `Xid 31` (from the
/// NVIDIA driver's `NVRM: Xid (PCI:…): 31, …`). nullopt where there is none. Linear.
std::optional<std::string> find_gpu_error(std::string_view text);

}  // namespace faultline
