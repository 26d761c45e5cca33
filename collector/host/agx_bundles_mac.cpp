#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "collector/host/agx_bundles.h"
#include "collector/host/mac_readings.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::size_t kLargestListBytes = 1U << 20;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

std::optional<std::string> property_list_text(CommandRunner& commands, const std::string& path,
                                              const std::string& key) {
  const auto text = read_file(path, kLargestListBytes);
  if (!text) return std::nullopt;
  if (!text->starts_with("bplist")) return plist_text(*text, key);
  HostCommand convert;
  convert.argv = {"/usr/bin/plutil", "-convert", "xml1", "-o", "-", path};
  convert.limit = std::chrono::seconds(10);
  convert.most_output_bytes = kLargestListBytes;
  const auto xml = commands.run(convert);
  return xml ? plist_text(*xml, key) : std::nullopt;
}

std::vector<AgxBundle> agx_bundles(CommandRunner& commands) {
  static const std::string kExtensions = "/System/Library/Extensions/";
  static constexpr std::string_view kEnding = ".bundle";
  std::vector<AgxBundle> bundles;
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(kExtensions.c_str()));
  if (folder == nullptr) return bundles;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string file = entry->d_name;
    if (!file.starts_with("AGXMetal") || !file.ends_with(kEnding)) continue;
    AgxBundle bundle;
    bundle.name = file.substr(0, file.size() - kEnding.size());
    const std::string contents = kExtensions + file + "/Contents/";
    bundle.version = property_list_text(commands, contents + "Info.plist", "CFBundleVersion").value_or("");
    bundle.binary_on_disk = ::access((contents + "MacOS/" + bundle.name).c_str(), R_OK) == 0;
    bundles.push_back(std::move(bundle));
  }
  std::sort(bundles.begin(), bundles.end(),
            [](const AgxBundle& left, const AgxBundle& right) { return left.name < right.name; });
  return bundles;
}

}  // namespace faultline
