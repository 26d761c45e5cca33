// Whole files: read at once, written so that a reader sees all or nothing.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace faultline {

/// Reads a regular file. A FIFO, device or folder is refused, never waited for; so is a file larger
/// than `limit_bytes` (kind unsupported).
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit_bytes = UINT64_MAX);

enum class Durability { cached, synced };

/// Writes `.NAME.tmp-PID` beside it, then renames. `synced` also flushes file and folder to the disk.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   Durability durability = Durability::cached);

/// Makes a folder and those above it that are missing; no error where it is there.
Result<void> make_folder(const std::filesystem::path& folder);

}  // namespace faultline
