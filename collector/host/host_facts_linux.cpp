#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "collector/host/environment_facts.h"
#include "collector/host/host_probe.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/files/text_file.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string> read_text(const char* path) {
  const auto text = read_file(path, 1 << 20);
  if (!text) return std::nullopt;
  // The device tree's files end with a NUL byte.
  const std::string_view content = trimmed(*text, {" \t\r\n\0", 5});
  if (content.empty()) return std::nullopt;
  return std::string(content);
}

/// `KEY=value` and `KEY="value"` lines, as os-release(5) has them.
std::map<std::string, std::string> read_os_release() {
  std::map<std::string, std::string> values;
  const std::string text =
      read_text("/etc/os-release").value_or(read_text("/usr/lib/os-release").value_or(""));
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    at = end + 1;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view value = line.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    values[std::string(line.substr(0, equals))] = std::string(value);
  }
  return values;
}

/// The value of the first `key : value` line of /proc/cpuinfo.
std::optional<std::string> cpuinfo_value(const std::string& cpuinfo, std::string_view key) {
  std::size_t at = 0;
  while (at < cpuinfo.size()) {
    const std::size_t end = std::min(cpuinfo.find('\n', at), cpuinfo.size());
    const std::string_view line(cpuinfo.data() + at, end - at);
    at = end + 1;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trimmed(line.substr(0, colon)) != key) continue;
    return std::string(trimmed(line.substr(colon + 1)));
  }
  return std::nullopt;
}

std::optional<std::string> machine_model() {
  const auto product = read_text("/sys/class/dmi/id/product_name");
  if (!product) return read_text("/proc/device-tree/model");
  const auto vendor = read_text("/sys/class/dmi/id/sys_vendor");
  return vendor && !product->starts_with(*vendor) ? *vendor + " " + *product : *product;
}

std::string limit_text(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); }

void add_limits(Facts& facts) {
  const std::array<std::pair<const char*, decltype(RLIMIT_NOFILE)>, 4> limits{
      {{"limit.open_files", RLIMIT_NOFILE},
       {"limit.stack_bytes", RLIMIT_STACK},
       {"limit.core_bytes", RLIMIT_CORE},
       {"limit.address_space_bytes", RLIMIT_AS}}};
  for (const auto& [name, resource] : limits) {
    struct rlimit limit{};
    if (::getrlimit(resource, &limit) == 0) facts.emplace_back(name, limit_text(limit.rlim_cur));
  }
}

void add_file_fact(Facts& facts, const char* name, const char* path) {
  if (auto value = read_text(path)) facts.emplace_back(name, std::move(*value));
}

void add_cpu_facts(HostFacts& facts) {
  const std::string cpuinfo = read_text("/proc/cpuinfo").value_or("");
  facts.chip = cpuinfo_value(cpuinfo, "model name");
  if (!facts.chip) facts.chip = cpuinfo_value(cpuinfo, "Model");
  if (const auto flags = cpuinfo_value(cpuinfo, "flags")) {
    // Timing on a virtual machine is another thing than on a machine.
    const bool virtual_machine = (" " + *flags + " ").find(" hypervisor ") != std::string::npos;
    facts.more.emplace_back("virtual_machine", virtual_machine ? "yes" : "no");
  }
  if (const auto microcode = cpuinfo_value(cpuinfo, "microcode"))
    facts.more.emplace_back("microcode", *microcode);
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (online > 0) facts.cpu_count = online;
}

void add_system_facts(HostFacts& facts) {
  const auto release = read_os_release();
  facts.os_name = "Linux";
  if (const auto found = release.find("PRETTY_NAME"); found != release.end()) {
    facts.more.emplace_back("distribution", found->second);
  }
  if (const auto found = release.find("VERSION_ID"); found != release.end()) {
    const auto id = release.find("ID");
    facts.os_version = (id == release.end() ? "" : id->second + " ") + found->second;
  }
  struct utsname name{};
  if (::uname(&name) == 0) {
    // What a build is on macOS, the kernel's release is here: drivers change with it.
    facts.os_build = name.release;
    facts.kernel = std::string(name.sysname) + " " + name.release + " " + name.version;
    facts.more.emplace_back("machine", name.machine);
    facts.host_name = name.nodename;
  }
}

}  // namespace

namespace {

/// The hottest zone, in degrees; and whether any supply is plugged in.
void add_thermal_and_power(Facts& facts) {
  std::error_code error;
  std::optional<double> hottest;
  for (std::filesystem::directory_iterator zone("/sys/class/thermal", error), end; !error && zone != end;
       zone.increment(error)) {
    const auto text = read_text((zone->path() / "temp").c_str());
    if (!text) continue;
    const double degrees = std::strtod(text->c_str(), nullptr) / 1000;
    if (!hottest || degrees > *hottest) hottest = degrees;
  }
  if (hottest) facts.emplace_back("thermal.hottest_celsius", std::to_string(std::lround(*hottest)));
  std::optional<bool> plugged;
  error.clear();
  for (std::filesystem::directory_iterator supply("/sys/class/power_supply", error), end;
       !error && supply != end; supply.increment(error)) {
    const auto online = read_text((supply->path() / "online").c_str());
    if (online) plugged = plugged.value_or(false) || *online == "1";
  }
  if (plugged) facts.emplace_back("power.source", *plugged ? "mains" : "battery");
}

}  // namespace

HostFacts SystemHost::facts() {
  HostFacts facts;
  add_system_facts(facts);
  add_cpu_facts(facts);
  facts.model = machine_model();
  const std::string identity = read_text("/etc/machine-id").value_or("name:" + facts.host_name);
  facts.host_key = hash128_hex("faultline host " + identity);
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) facts.memory_bytes = std::int64_t{pages} * page_bytes;
  facts.boot_session = boot_session();
  if (const auto uptime = read_text("/proc/uptime"))
    facts.uptime_seconds = std::strtoll(uptime->c_str(), nullptr, 10);
  if (const auto load = read_text("/proc/loadavg")) facts.load_1min = std::strtod(load->c_str(), nullptr);
  facts.zone_minutes = local_zone_minutes(SystemClock().wall());
  add_limits(facts.more);
  add_thermal_and_power(facts.more);
  add_file_fact(facts.more, "cpu_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  add_file_fact(facts.more, "ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope");
  add_file_fact(facts.more, "core_pattern", "/proc/sys/kernel/core_pattern");
  add_file_fact(facts.more, "address_space_randomization", "/proc/sys/kernel/randomize_va_space");
  add_file_fact(facts.more, "transparent_hugepages", "/sys/kernel/mm/transparent_hugepage/enabled");
  const auto environment = environment_facts();
  facts.more.insert(facts.more.end(), environment.begin(), environment.end());
  std::sort(facts.more.begin(), facts.more.end());
  return facts;
}

std::optional<std::string> SystemHost::boot_session() { return read_text("/proc/sys/kernel/random/boot_id"); }

}  // namespace faultline
