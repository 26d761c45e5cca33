#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include "collector/host/agx_bundles.h"
#include "collector/host/command_runner.h"
#include "collector/host/environment_facts.h"
#include "collector/host/host_probe.h"
#include "collector/host/mac_readings.h"
#include "collector/host/mac_session.h"
#include "core/base/clock.h"
#include "core/base/hash.h"

namespace faultline {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string> sysctl_text(const char* name) {
  std::size_t size = 0;
  if (::sysctlbyname(name, nullptr, &size, nullptr, 0) != 0 || size == 0) return std::nullopt;
  std::string text(size, '\0');
  if (::sysctlbyname(name, text.data(), &size, nullptr, 0) != 0) return std::nullopt;
  text.resize(std::min(text.find('\0'), size));
  if (text.empty()) return std::nullopt;
  return text;
}

/// Integers of 4 or 8 bytes, whichever the system has under that name.
std::optional<std::int64_t> sysctl_number(const char* name) {
  std::array<std::int32_t, 2> halves{};
  std::size_t size = sizeof(halves);
  if (::sysctlbyname(name, halves.data(), &size, nullptr, 0) != 0) return std::nullopt;
  if (size == sizeof(std::int32_t)) return halves[0];
  const auto low = static_cast<std::uint64_t>(static_cast<std::uint32_t>(halves[0]));
  const auto high = static_cast<std::uint64_t>(static_cast<std::uint32_t>(halves[1]));
  return static_cast<std::int64_t>(high << 32 | low);
}

void add_driver_facts(CommandRunner& commands, const std::optional<std::string>& accelerator,
                      HostFacts& facts) {
  const auto bundles = agx_bundles(commands);
  const auto loaded = read_loaded_agx(accelerator);
  facts.agx_version = agx_version(bundles, loaded);
  const Facts agx = agx_facts(bundles, loaded);
  facts.more.insert(facts.more.end(), agx.begin(), agx.end());
  static constexpr const char* kFrameworks = "/System/Library/Frameworks/";
  static constexpr const char* kShaders = "MetalPerformanceShaders.framework/Versions/A/Resources/Info.plist";
  const std::array<std::pair<const char*, std::string>, 4> parts{{
      {"driver.Metal", std::string(kFrameworks) + "Metal.framework/Versions/A/Resources/Info.plist"},
      {"driver.MetalPerformanceShaders", std::string(kFrameworks) + kShaders},
      {"driver.IOGPU", "/System/Library/PrivateFrameworks/IOGPU.framework/Versions/A/Resources/Info.plist"},
      {"driver.IOGPUFamily", "/System/Library/Extensions/IOGPUFamily.kext/Contents/Info.plist"},
  }};
  for (const auto& [name, path] : parts) {
    if (auto version = property_list_text(commands, path, "CFBundleVersion"))
      facts.more.emplace_back(name, std::move(*version));
  }
}

/// In which session, and what Metal is there.
void add_metal_facts(CommandRunner& commands, Facts& facts) {
  facts.emplace_back("session", session_text(session_facts(commands)));
  const MetalLookup metal = look_up_metal();
  if (!metal.device_class.empty()) facts.emplace_back("metal.device", metal.device_class);
  if (const std::string family = metal_family_text(metal); !family.empty())
    facts.emplace_back("metal.family", family);
}

void add_sysctl_facts(Facts& facts) {
  for (const char* name : {"hw.perflevel0.physicalcpu", "hw.perflevel1.physicalcpu", "sysctl.proc_translated",
                           "kern.memorystatus_vm_pressure_level", "hw.tbfrequency"}) {
    if (const auto value = sysctl_number(name)) facts.emplace_back(name, std::to_string(*value));
  }
}

/// The machine's own identity, as 32 hex digits. Not kern.uuid: that is the kernel's build, which all Macs of
/// one OS build share.
std::optional<std::string> host_uuid() {
  std::array<unsigned char, 16> bytes{};
  const timespec no_wait{};
  if (::gethostuuid(bytes.data(), &no_wait) != 0) return std::nullopt;
  static constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned int byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

std::optional<std::int64_t> uptime_seconds() {
  struct timeval boot{};
  std::size_t size = sizeof(boot);
  if (::sysctlbyname("kern.boottime", &boot, &size, nullptr, 0) != 0) return std::nullopt;
  return static_cast<std::int64_t>(::time(nullptr) - boot.tv_sec);
}

/// What only tools say: GPU cores, where power comes from, how far heat holds the processor back, Xcode.
void add_tool_facts(CommandRunner& commands, const std::optional<std::string>& accelerator, Facts& facts) {
  constexpr std::chrono::seconds kLimit{10};
  if (accelerator) {
    if (const auto cores = ioreg_number(*accelerator, "gpu-core-count"))
      facts.emplace_back("gpu_cores", std::to_string(*cores));
    if (const auto resets = ioreg_number(*accelerator, "recoveryCount"))
      facts.emplace_back("gpu_resets", std::to_string(*resets));
  }
  if (const auto power = commands.output_of({"/usr/bin/pmset", "-g", "batt"}, kLimit))
    facts.emplace_back("power.source", power->substr(0, power->find('\n')));
  if (const auto heat = commands.output_of({"/usr/bin/pmset", "-g", "therm"}, kLimit))
    facts.emplace_back("thermal.state", *heat);
  // Without a developer folder the other tool would open a dialog.
  if (!commands.output_of({"/usr/bin/xcode-select", "-p"}, kLimit)) return;
  if (const auto xcode = commands.output_of({"/usr/bin/xcodebuild", "-version"}, kLimit))
    facts.emplace_back("xcode", *xcode);
  if (const auto metal = commands.output_of({"/usr/bin/xcrun", "metal", "--version"}, kLimit))
    facts.emplace_back("metal.toolchain", metal->substr(0, metal->find('\n')));
}

std::optional<std::string> accelerator_text(CommandRunner& commands) {
  HostCommand gpu;
  gpu.argv = {"/usr/sbin/ioreg", "-r", "-c", "AGXAccelerator"};
  gpu.limit = std::chrono::seconds(10);
  gpu.most_output_bytes = 256U << 10;
  auto text = commands.run(gpu);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

/// As on Linux.
void add_limits(Facts& facts) {
  const std::array<std::pair<const char*, int>, 3> limits{{{"limit.open_files", RLIMIT_NOFILE},
                                                           {"limit.stack_bytes", RLIMIT_STACK},
                                                           {"limit.core_bytes", RLIMIT_CORE}}};
  for (const auto& [name, resource] : limits) {
    struct rlimit limit{};
    if (::getrlimit(resource, &limit) != 0) continue;
    facts.emplace_back(name, limit.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(limit.rlim_cur));
  }
}

}  // namespace

HostFacts SystemHost::facts() {
  static constexpr const char* kSystemVersion = "/System/Library/CoreServices/SystemVersion.plist";
  SystemCommandRunner commands;
  HostFacts facts;
  facts.os_name = "macOS";
  facts.os_version = property_list_text(commands, kSystemVersion, "ProductVersion");
  facts.os_build = property_list_text(commands, kSystemVersion, "ProductBuildVersion");
  if (!facts.os_build) facts.os_build = sysctl_text("kern.osversion");
  facts.kernel = sysctl_text("kern.version");
  facts.model = sysctl_text("hw.model");
  facts.chip = sysctl_text("machdep.cpu.brand_string");
  facts.cpu_count = sysctl_number("hw.ncpu");
  facts.memory_bytes = sysctl_number("hw.memsize");
  facts.boot_session = boot_session();
  facts.uptime_seconds = uptime_seconds();
  facts.host_name = sysctl_text("kern.hostname").value_or("");
  facts.host_key = hash128_hex("faultline host " + host_uuid().value_or("name:" + facts.host_name));
  double load = 0;
  if (::getloadavg(&load, 1) == 1) facts.load_1min = load;
  facts.zone_minutes = local_zone_minutes(SystemClock().wall());
  const auto accelerator = accelerator_text(commands);
  add_driver_facts(commands, accelerator, facts);
  add_metal_facts(commands, facts.more);
  add_sysctl_facts(facts.more);
  add_limits(facts.more);
  // SIP decides whether DYLD_* reaches a workload; csrutil only reads it.
  if (auto sip = commands.output_of({"/usr/bin/csrutil", "status"}, std::chrono::seconds(5))) {
    facts.more.emplace_back("sip", std::move(*sip));
  }
  add_tool_facts(commands, accelerator, facts.more);
  const auto environment = environment_facts();
  facts.more.insert(facts.more.end(), environment.begin(), environment.end());
  std::sort(facts.more.begin(), facts.more.end());
  return facts;
}

std::optional<std::string> SystemHost::boot_session() { return sysctl_text("kern.bootsessionuuid"); }

}  // namespace faultline
