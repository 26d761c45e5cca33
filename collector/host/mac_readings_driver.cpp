#include "collector/host/mac_readings_driver.h"

#include <algorithm>

#include "collector/host/mac_readings.h"
#include "collector/host/tool_text.h"

namespace faultline {
namespace {

const AgxBundle* find_bundle(const std::vector<AgxBundle>& bundles, const std::string& name) {
  const auto found =
      std::find_if(bundles.begin(), bundles.end(), [&](const AgxBundle& one) { return one.name == name; });
  return found == bundles.end() ? nullptr : &*found;
}

std::string bundle_list(const std::vector<AgxBundle>& bundles, const std::optional<std::string>& loaded) {
  std::string text;
  for (const AgxBundle& bundle : bundles) {
    text += (text.empty() ? "" : ", ") + bundle.name;
    if (!bundle.version.empty()) text += " " + bundle.version;
    if (bundle.name == loaded) text += " (loaded)";
  }
  return text;
}

}  // namespace

std::optional<std::string> read_loaded_agx(const std::optional<std::string>& accelerator) {
  return accelerator ? ioreg_text(*accelerator, "MetalPluginName") : std::nullopt;
}

std::optional<std::string> agx_version(const std::vector<AgxBundle>& bundles,
                                       const std::optional<std::string>& loaded) {
  if (loaded) {
    const AgxBundle* bundle = find_bundle(bundles, *loaded);
    if (bundle == nullptr || bundle->version.empty()) return std::nullopt;
    return bundle->version;
  }
  if (bundles.empty() || bundles[0].version.empty()) return std::nullopt;
  const bool same = std::all_of(bundles.begin(), bundles.end(),
                                [&](const AgxBundle& one) { return one.version == bundles[0].version; });
  return same ? std::optional(bundles[0].version) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> agx_facts(const std::vector<AgxBundle>& bundles,
                                                           const std::optional<std::string>& loaded) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const AgxBundle& bundle : bundles) {
    const std::string version = bundle.version.empty() ? "version not readable" : bundle.version;
    facts.emplace_back("driver." + bundle.name, version + (bundle.name == loaded ? " (loaded)" : ""));
  }
  if (loaded) facts.emplace_back("driver.loaded", *loaded);
  std::sort(facts.begin(), facts.end());
  return facts;
}

HostCheck read_agx_driver(const std::vector<AgxBundle>& bundles, const std::optional<std::string>& loaded,
                          bool device_support) {
  const std::string name = "agx_driver";
  if (bundles.empty())
    return {name, CheckState::warning, "no AGXMetal bundle is here",
            "this GPU is not one of Apple's: see metal_device"};
  const std::string list = bundle_list(bundles, loaded);
  if (!loaded) {
    return {name, CheckState::warning, list + "; which one runs is not known",
            "send this finding with `ioreg -r -c AGXAccelerator` to the developers"};
  }
  const AgxBundle* bundle = find_bundle(bundles, *loaded);
  if (bundle == nullptr)
    return {name, CheckState::warning, *loaded + " is loaded, but is none of: " + list,
            "versions are not recorded: send this finding to the developers"};
  if (bundle->binary_on_disk)
    return {
        name, CheckState::good, list + "; its binary is on disk: function starts and Objective-C names", {}};
  if (device_support)
    return {name, CheckState::good, list + "; no binary on disk, but Xcode keeps symbols of a system", {}};
  return {name, CheckState::warning, list + "; no binary on disk, nor any that Xcode keeps",
          "driver frames have the names that reports give them, and no others: `faultline symbols add` takes "
          "a copy of "
          "the dyld shared cache of this build"};
}

HostCheck read_metal_toolchain(const std::optional<std::string>& version) {
  const std::string name = "metal_toolchain";
  if (version && !version->empty()) return {name, CheckState::good, first_line_of(*version), {}};
  return {name, CheckState::warning, "no compiler of Metal shaders",
          "only workloads that compile shaders beforehand need one: `xcodebuild -downloadComponent "
          "MetalToolchain` "
          "(Xcode 26), else Xcode itself"};
}

}  // namespace faultline
