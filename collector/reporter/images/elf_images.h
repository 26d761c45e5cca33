// The images of a process, from its mappings and its own memory: no file is opened.

#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "collector/reporter/images/memory_map.h"
#include "core/model/image.h"

namespace faultline {

/// As many bytes from an address on as are readable, at most so many.
using ReadMemory = std::function<std::vector<std::uint8_t>(std::uint64_t, std::size_t)>;

/// Every ELF image with code, in address order. `base` is where its file begins in memory and
/// `size_bytes` reaches to the end of its code, as on macOS: data addresses are in no image. The build-id
/// is read from the notes as they are mapped, so that a file replaced meanwhile does not lie.
std::vector<Image> find_elf_images(std::span<const Mapping> map, const ReadMemory& read,
                                   std::string_view arch);

}  // namespace faultline
