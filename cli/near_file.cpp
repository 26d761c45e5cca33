#include "cli/near_file.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/text/nearest_name.h"

namespace faultline {
namespace {

std::string near_text(const std::filesystem::path& path) {
  const auto folder = path.parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.empty() ? "." : folder, error))
    names.push_back(entry.path().filename().string());
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest_name(path.filename().string(), known);
  return near ? fmt::format("; did you mean {}?", (folder / *near).string()) : std::string();
}

}  // namespace

Result<void> check_is_there(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) || error) return {};
  return fail(ErrorKind::io,
              fmt::format("cannot read {}: No such file or directory{}", path.string(), near_text(path)));
}

}  // namespace faultline
