// The dylibs that the caches of the tests are made of: source text, compiled by clang, linked by ld64.lld.

#include <map>

#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline::fixtures {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLibobjc = R"(
__attribute__((section("__TEXT,__objc_opt_ro"), used)) const unsigned char objc_opt[64] = {1};
static __attribute__((noinline)) long hash_of(const char* name) {
  long sum = 5381;
  while (*name) sum = sum * 33 + *name++;
  return sum;
}
long objc_lookUpClass(const char* name) { return hash_of(name) ^ 7; }
long objc_msgSend_stub(const char* name) { return hash_of(name) + 1; }
)";

constexpr std::string_view kMetal = R"(
typedef struct objc_class* Class;
typedef struct objc_object* id;
__attribute__((objc_root_class, visibility("default")))
@interface MTLCommandQueue {
  Class isa;
  long buffers;
}
- (void)commit:(id)buffer options:(long)options;
- (long)maxCommandBufferCount;
+ (int)version;
@end
@implementation MTLCommandQueue
- (void)commit:(id)buffer options:(long)options { buffers += options; }
- (long)maxCommandBufferCount { return buffers; }
+ (int)version { return 368; }
@end
__attribute__((objc_root_class))
@interface _MTLPrivateHeap { Class isa; }
- (int)usedSize;
@end
@implementation _MTLPrivateHeap
- (int)usedSize { return 12; }
@end
static __attribute__((noinline)) long validate(long options) { return options * 3 + 1; }
long MTLCreateSystemDefaultDevice(long options) { return validate(options) & 0xff; }
long MTLCreateQueue(long options) { return validate(options) | 1; }
)";

constexpr std::string_view kDriver = R"(
typedef struct objc_class* Class;
@interface MTLCommandQueue
@end
@interface MTLCommandQueue (Driver)
- (long)driverBits;
@end
@implementation MTLCommandQueue (Driver)
- (long)driverBits { return 64; }
@end
__attribute__((objc_root_class))
@interface IOGPUMetalBuffer { Class isa; }
- (long)gpuAddress;
@end
@implementation IOGPUMetalBuffer
- (long)gpuAddress { return 1481; }
@end
)";

constexpr std::string_view kDriverCpp = R"(
namespace IOGPU {
struct Queue { long used; __attribute__((noinline)) long submit(long count); };
long Queue::submit(long count) { return used += count; }
__attribute__((noinline)) static long drain(Queue* queue) { return queue->submit(-queue->used); }
}  // namespace IOGPU
extern "C" long IOGPUQueueFlush(IOGPU::Queue* queue) { return IOGPU::drain(queue) + 1; }
)";

CacheDylib build(const fs::path& folder, const std::string& arch, const std::string& path,
                 const std::vector<std::pair<std::string, std::string_view>>& sources) {
  const std::string name = fs::path(path).filename().string();
  std::string objects;
  std::string command = "cd '" + folder.string() + "'";
  for (const auto& [file, text] : sources) {
    write_bytes(folder / file, text);
    command += " && clang-19 -target " + arch + "-apple-macos15 -O2 -ffreestanding -nostdinc " +
               (file.ends_with(".cpp") ? "-nostdinc++ -std=c++20 -fno-exceptions -fno-rtti "
                                       : "-fobjc-runtime=macosx-15 ") +
               "-c " + file + " -o " + file + ".o";
    objects += " " + file + ".o";
  }
  // The category stays one: merged into its class it would lose its name. x86_64 has the old method lists.
  command +=
      " && touch -d @0 *.o && ZERO_AR_DATE=1 ld64.lld-19 -arch " + arch +
      " -platform_version macos 15.0 15.0 -dylib -undefined dynamic_lookup -fixup_chains -install_name " +
      path + " -current_version 368.12 -no_objc_category_merging " +
      (arch == "x86_64" ? "-no_objc_relative_method_lists" : "-objc_relative_method_lists") + " -o " + name +
      objects;
  shell(command);
  return {path, read_bytes(folder / name), std::nullopt};
}

}  // namespace

const std::vector<CacheDylib>& shared_dylibs(const std::string& arch) {
  static const ScopedTempFolder root;
  static std::map<std::string, std::vector<CacheDylib>> built;
  auto found = built.find(arch);
  if (found == built.end()) {
    const fs::path folder = root / arch;
    fs::create_directories(folder);
    const std::string frameworks = "/System/Library/";
    found = built
                .emplace(
                    arch,
                    std::vector<CacheDylib>{
                        build(folder, arch, "/usr/lib/libobjc.A.dylib", {{"objc.c", kLibobjc}}),
                        build(folder, arch, frameworks + "Frameworks/Metal.framework/Versions/A/Metal",
                              {{"metal.m", kMetal}}),
                        build(folder, arch, frameworks + "PrivateFrameworks/IOGPU.framework/Versions/A/IOGPU",
                              {{"driver.m", kDriver}, {"driver.cpp", kDriverCpp}})})
                .first;
  }
  return found->second;
}

}  // namespace faultline::fixtures
