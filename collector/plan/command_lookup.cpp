#include "collector/plan/command_lookup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "core/text/nearest_name.h"

namespace faultline {
namespace {

// What execvp() takes where PATH is not set.
constexpr const char* kDefaultPath = "/bin:/usr/bin";

std::string own_path() {
  const char* path = std::getenv("PATH");
  return path == nullptr ? kDefaultPath : path;
}

bool is_executable(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

std::vector<std::filesystem::path> folders_of(std::string_view path, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  while (true) {
    const std::size_t colon = path.find(':');
    folders.push_back(folder / path.substr(0, colon));  // An empty part is the current folder.
    if (colon == std::string_view::npos) return folders;
    path.remove_prefix(colon + 1);
  }
}

/// `; did you mean python3?`, from the programs of one folder after the other.
std::string near_program(const std::string& name, const std::string& path,
                         const std::filesystem::path& folder) {
  std::vector<std::string> programs;
  for (const auto& place : folders_of(path, folder)) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(place, error))
      programs.push_back(entry.path().filename().string());
  }
  // Among thousands of programs one is always near a short name by a third of its letters: one slip is asked.
  std::optional<std::string> nearest;
  for (const std::string& program : programs) {
    const std::string_view known[] = {program};
    const bool alike = program.size() + 1 >= name.size() && name.size() + 1 >= program.size() &&
                       !name.empty() && program.front() == name.front();
    if (alike && nearest_name(name, known) && (!nearest || program < *nearest)) nearest = program;
  }
  return nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
}

std::string path_of(const Workload& workload, const Cell& cell, const PlaceholderFolders& folders) {
  for (const EnvSetting& setting : workload.env) {
    if (setting.name == "PATH")
      return setting.value ? replace_placeholders(*setting.value, cell, folders).value_or("") : kDefaultPath;
  }
  return own_path();
}

std::filesystem::path folder_of(const Campaign& campaign, const Workload& workload, const Cell& cell,
                                const PlaceholderFolders& folders) {
  if (!workload.working_folder) return std::filesystem::path();
  return std::filesystem::path(campaign.folder) /
         replace_placeholders(*workload.working_folder, cell, folders).value_or("");
}

Result<void> check_command(const Campaign& campaign, const Cell& cell, const PlaceholderFolders& folders) {
  const Workload& workload = campaign.workloads[cell.workload_index];
  const auto name = replace_placeholders(workload.command.front(), cell, folders);
  if (!name) return {};
  const auto folder = folder_of(campaign, workload, cell, folders);
  const std::string path = path_of(workload, cell, folders);
  if (find_program(*name, path, folder)) return {};
  std::error_code ignored;
  if (name->find('/') == std::string::npos) {
    return fail(ErrorKind::process, fmt::format("workload {}: no folder of PATH has a program {}{}",
                                                workload.name, *name, near_program(*name, path, folder)));
  }
  const bool there = std::filesystem::exists(folder / *name, ignored);
  return fail(ErrorKind::process, fmt::format("workload {}: {} {}", workload.name, *name,
                                              there ? "is not a file that may be executed" : "is not there"));
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name, const std::string& path,
                                                  const std::filesystem::path& folder) {
  if (name.find('/') != std::string::npos) {
    if (is_executable(folder / name)) return folder / name;
    return std::nullopt;
  }
  for (const auto& place : folders_of(path, folder)) {
    if (is_executable(place / name)) return place / name;
  }
  return std::nullopt;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  return find_program(name, own_path(), {});
}

Result<void> check_commands(const Campaign& campaign, const std::vector<Cell>& cells,
                            const PlaceholderFolders& folders) {
  if (!campaign.hooks.setup.empty() || !campaign.hooks.before_trial.empty()) return {};
  for (const Cell& cell : cells) TRY(check_command(campaign, cell, folders));
  return {};
}

}  // namespace faultline
