// Which files of a folder are shared caches, and which only parts of one.

#pragma once

#include <filesystem>
#include <vector>

#include "core/model/issue.h"

namespace faultline {

/// The main files among `files`, each of which may_be_cache_file(), sorted. Parts whose main file is not
/// among them, or lists no images, add one issue for all of them.
std::vector<std::filesystem::path> main_cache_files(std::vector<std::filesystem::path> files,
                                                    std::vector<Issue>& issues);

/// The main files of the caches at `place`: a main file itself, or a folder of caches. Nothing where there is
/// no such place.
std::vector<std::filesystem::path> find_main_cache_files(const std::filesystem::path& place,
                                                         std::vector<Issue>& issues);

/// Where this system keeps its own cache; empty on systems without one.
std::vector<std::filesystem::path> host_cache_folders();

}  // namespace faultline
