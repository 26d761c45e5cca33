// Metal is asked through the dynamic linker: nothing else of this program needs it, and a program that links
// CoreGraphics could not see what one without it sees.

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

#include "collector/host/mac_session.h"

namespace faultline {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' && std::string_view(value) != "0";
}

template <typename Function>
Function* symbol(void* library, const char* name) {
  return library == nullptr ? nullptr : reinterpret_cast<Function*>(::dlsym(library, name));
}

void* framework(const char* name) {
  const std::string text(name);
  return ::dlopen(("/System/Library/Frameworks/" + text + ".framework/" + text).c_str(), RTLD_LAZY);
}

/// The highest of `least` to `most` for which [device supportsFamily: base + n] holds.
std::optional<int> highest_family(void* device, long base, int least, int most) {
  void* const runtime = ::dlopen("/usr/lib/libobjc.A.dylib", RTLD_LAZY);
  auto* const find = symbol<void*(const char*)>(runtime, "sel_registerName");
  auto* const send = symbol<bool(void*, void*, long)>(runtime, "objc_msgSend");
  if (find == nullptr || send == nullptr) return std::nullopt;
  void* const selector = find("supportsFamily:");
  for (int family = most; family >= least; --family) {
    if (send(device, selector, base + family)) return family;
  }
  return std::nullopt;
}

void describe_device(void* device, MetalLookup& lookup) {
  void* const runtime = ::dlopen("/usr/lib/libobjc.A.dylib", RTLD_LAZY);
  if (auto* const class_name = symbol<const char*(void*)>(runtime, "object_getClassName"))
    lookup.device_class = class_name(device);
  lookup.apple_family = highest_family(device, 1000, 1, 12);  // MTLGPUFamilyApple1 and on.
  lookup.metal_family = highest_family(device, 4998, 3, 4);   // MTLGPUFamilyMetal3 is 5001, Metal4 5002.
  auto* const supports = symbol<bool(void*)>(framework("MetalPerformanceShaders"), "MPSSupportsMTLDevice");
  if (supports != nullptr) lookup.supported_by_mps = supports(device);
}

}  // namespace

SessionFacts session_facts(CommandRunner& commands) {
  SessionFacts session;
  if (const auto manager = commands.output_of({"/bin/launchctl", "managername"}, std::chrono::seconds(5)))
    session.manager = *manager;
  session.over_ssh = is_set("SSH_CONNECTION");
  session.in_tmux = is_set("TMUX") || is_set("STY");
  session.as_job = is_set("XPC_SERVICE_NAME");
  return session;
}

MetalLookup look_up_metal() {
  MetalLookup lookup;
  void* const metal = framework("Metal");
  auto* const make_default = symbol<void*()>(metal, "MTLCreateSystemDefaultDevice");
  auto* const copy_all = symbol<void*()>(metal, "MTLCopyAllDevices");
  if (make_default == nullptr || copy_all == nullptr) return lookup;
  lookup.framework = true;
  void* device = make_default();
  lookup.default_alone = device != nullptr;
  framework("CoreGraphics");
  if (device == nullptr) device = make_default();
  lookup.default_with_graphics = device != nullptr;
  void* const foundation = framework("CoreFoundation");
  auto* const count = symbol<long(const void*)>(foundation, "CFArrayGetCount");
  auto* const at = symbol<void*(const void*, long)>(foundation, "CFArrayGetValueAtIndex");
  // An NSArray, which CoreFoundation takes for one of its own.
  const void* const all = copy_all();
  if (all != nullptr && count != nullptr && at != nullptr) {
    lookup.all_devices = static_cast<std::size_t>(count(all));
    if (device == nullptr && lookup.all_devices > 0) device = at(all, 0);
  }
  if (device != nullptr) describe_device(device, lookup);
  return lookup;
}

}  // namespace faultline
