// Zip files written, and archives of any usual form looked into.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

/// One file inside of an archive.
struct ArchiveMember {
  std::string name;
  std::string bytes;
};

/// Writes every file below `folder` into a zip at `path`, by name and all with the same time, so that the
/// same folder makes the same zip; names inside begin with the folder's own. Replaces the file at once.
Result<void> write_zip(const std::filesystem::path& path, const std::filesystem::path& folder);

/// The files of a zip, tar, 7z or compressed file in memory; empty where the bytes are none of these.
/// Fails where the archive is damaged, encrypted, or unpacks to more than 1 GiB.
Result<std::vector<ArchiveMember>> read_archive(std::string_view bytes);

}  // namespace faultline
