// Whether a file lies on a network: SQLite's write-ahead log needs memory that all writers share.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace faultline {

/// Name of the network file system that holds `path` or its nearest existing parent (`nfs`, `smb`);
/// nullopt on a local one, or where the system does not say.
std::optional<std::string> network_file_system_of(const std::filesystem::path& path);

}  // namespace faultline
