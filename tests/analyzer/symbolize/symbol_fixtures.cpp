#include "tests/analyzer/symbolize/symbol_fixtures.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include "tests/support/scoped_temp_folder.h"

namespace faultline::fixtures {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCppSource = R"(namespace AGX {
struct Impl {
  char before[0x5c8];
  volatile long pipeline;
};
struct Encoders {};
template <class E>
struct ComputeContext {
  Impl* impl;
  __attribute__((always_inline)) long load() { return impl->pipeline; }
  __attribute__((always_inline)) long checked(bool deep) {
    if (deep) return load() + 1;
    return 0;
  }
  __attribute__((noinline)) bool prepareForEnqueue(bool deep);
};
template <class E>
bool ComputeContext<E>::prepareForEnqueue(bool deep) {
  return checked(deep) > LIMIT;
}
template struct ComputeContext<Encoders>;
}  // namespace AGX

extern "C" __attribute__((noinline)) int performEnqueueKernel(AGX::ComputeContext<AGX::Encoders>* c) {
  return c->prepareForEnqueue(true) ? 1 : 2;
}
extern "C" void stop_here() __attribute__((noreturn));
extern "C" __attribute__((noinline)) void ends_with_a_call(int* p) {
  *p = 4;
  stop_here();
}
extern "C" __attribute__((noinline)) int follows_the_call(int* p) { return *p + 1; }
)";

constexpr std::string_view kObjcSource = R"(typedef struct objc_class* Class;
typedef struct objc_object* id;
struct Impl { char before[0x5c8]; volatile long pipeline; };
extern void run_block(void (^block)(int));

__attribute__((objc_root_class))
@interface AGXG16XFamilyComputeContext {
  Class isa;
  struct Impl* impl;
}
- (void)setComputePipelineState:(id)state;
- (void)dispatchThreadgroups:(long)count;
+ (int)version;
@end

@implementation AGXG16XFamilyComputeContext
- (void)setComputePipelineState:(id)state {
  impl->pipeline = (long)state;
}
- (void)dispatchThreadgroups:(long)count {
  run_block(^(int i) { impl->pipeline = count + i; });
}
+ (int)version { return 341; }
@end

@interface AGXG16XFamilyComputeContext (Debug)
- (long)pipelineBits;
@end
@implementation AGXG16XFamilyComputeContext (Debug)
- (long)pipelineBits { return impl->pipeline; }
@end

@interface ElsewhereObject
@end
@interface ElsewhereObject (Extra)
- (int)extraCount;
@end
@implementation ElsewhereObject (Extra)
- (int)extraCount { return 16; }
@end
)";

constexpr std::string_view kElfSource = R"(struct Device { char before[0x98]; volatile int busy; };
static inline __attribute__((always_inline)) int poll(Device* device) { return device->busy; }
namespace queue {
__attribute__((noinline)) int wait_for(Device* device, int rounds) {
  int seen = 0;
  for (int i = 0; i < rounds; ++i) seen += poll(device);
  return seen;
}
}  // namespace queue
extern "C" __attribute__((noinline, visibility("default"))) int drain(Device* device) {
  return queue::wait_for(device, 3) + 1;
}
)";

bool in_path(const std::string& tool) {
  return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0;
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

Uuid uuid_of(const fs::path& file) {
  const std::string text = shell("llvm-dwarfdump-19 --uuid " + quoted(file));
  return Uuid::parse(text.substr(text.find(' ') + 1, 36)).value();
}

/// ld64.lld writes cpusubtype 0 for arm64e objects. 0x80000002 is CPU_SUBTYPE_ARM64E with the ABI bit.
void mark_as_arm64e(const fs::path& file) {
  std::string bytes = read_bytes(file);
  bytes.replace(8, 4, std::string("\x02\x00\x00\x80", 4));
  write_bytes(file, bytes);
}

}  // namespace

bool have_apple_tools() {
  static const bool have = [] {
    for (const auto* tool : {"clang-19", "ld64.lld-19", "dsymutil-19", "llvm-lipo-19", "llvm-strip-19",
                             "llvm-nm-19", "llvm-symbolizer-19", "llvm-dwarfdump-19"}) {
      if (!in_path(tool)) return false;
    }
    return true;
  }();
  return have;
}

bool have_elf_tools() {
  static const bool have = in_path("c++") && in_path("llvm-objcopy-19") && in_path("llvm-nm-19");
  return have;
}

std::string shell(const std::string& command) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(("( " + command + " ) 2>&1").c_str(), "r"),
                                                       ::pclose);
  std::string output;
  std::array<char, 65536> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe.get())) {
    output.append(block.data(), count);
  }
  if (::pclose(pipe.release()) != 0) throw std::runtime_error(command + "\n" + output);
  return output;
}

std::string read_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

MachFixture build_macho(const fs::path& folder, const MachRecipe& recipe) {
  MachFixture made;
  made.folder = folder;
  made.binary = folder / "AGXMetalG16X";
  made.dsym = folder / "symbols" / "AGXMetalG16X.dSYM";
  made.dwarf = made.dsym / "Contents" / "Resources" / "DWARF" / "AGXMetalG16X";
  made.stripped = folder / "stripped" / "AGXMetalG16X";
  fs::create_directories(folder / "symbols");
  fs::create_directories(folder / "stripped");
  write_bytes(folder / "agx.cpp", kCppSource);
  write_bytes(folder / "agx.m", kObjcSource);

  // Paths and times of the objects would enter LC_UUID; with these flags two folders give one file.
  const std::string enter = "cd " + quoted(folder) + " && ";
  const std::string compile =
      enter + "clang-19 -target " + recipe.arch +
      "-apple-macos15 -g -O2 -ffreestanding -nostdinc -ffile-prefix-map=" + folder.string() +
      "=. -fdebug-compilation-dir=. " + (recipe.defines.empty() ? "-DLIMIT=3" : recipe.defines);
  shell(compile + " -nostdinc++ -std=c++20 -fno-exceptions -fno-rtti -c agx.cpp -o cpp.o");
  shell(compile + " -fobjc-runtime=macosx-15 -fblocks -c agx.m -o m.o");
  shell(enter + "touch -d @0 cpp.o m.o && ZERO_AR_DATE=1 ld64.lld-19 -arch " + recipe.arch +
        " -platform_version macos 15.0 15.0 -dylib -undefined dynamic_lookup -install_name "
        "/System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X -current_version 341.11 "
        "-oso_prefix \"$PWD/\"" +
        (recipe.pointers == PointerStyle::plain ? " -no_fixup_chains" : " -fixup_chains") +
        (recipe.methods == MethodStyle::relative ? " -objc_relative_method_lists"
                                                 : " -no_objc_relative_method_lists") +
        // The category stays one: merged into its class it would lose its name.
        " -no_objc_category_merging -o AGXMetalG16X cpp.o m.o");
  if (recipe.arch == "arm64e") mark_as_arm64e(made.binary);
  shell(enter + "dsymutil-19 -oso-prepend-path=\"$PWD/\" AGXMetalG16X -o symbols/AGXMetalG16X.dSYM");
  shell(enter + "llvm-strip-19 AGXMetalG16X -o stripped/AGXMetalG16X");
  made.uuid = uuid_of(made.binary);
  return made;
}

const MachFixture& shared_macho(const MachRecipe& recipe) {
  using Key = std::tuple<std::string, PointerStyle, MethodStyle, std::string>;
  static const ScopedTempFolder root;
  static std::map<Key, MachFixture> built;
  const Key key{recipe.arch, recipe.pointers, recipe.methods, recipe.defines};
  auto found = built.find(key);
  if (found == built.end()) {
    found = built.emplace(key, build_macho(root / std::to_string(built.size()), recipe)).first;
  }
  return found->second;
}

void make_fat(const std::vector<fs::path>& thin, const fs::path& fat) {
  std::string command = "llvm-lipo-19 -create";
  for (const auto& path : thin) command += " " + quoted(path);
  fs::create_directories(fat.parent_path());
  shell(command + " -output " + quoted(fat));
}

ElfFixture build_elf(const fs::path& folder) {
  fs::create_directories(folder);
  write_bytes(folder / "drain.cpp", kElfSource);
  ElfFixture made;
  made.binary = folder / "libdrain.so";
  made.stripped = folder / "stripped" / "libdrain.so";
  made.debug = folder / "debug" / "libdrain.so.debug";
  fs::create_directories(folder / "stripped");
  fs::create_directories(folder / "debug");
  const std::string enter = "cd " + quoted(folder) + " && ";
  shell(enter + "c++ -g -O2 -fPIC -shared -fvisibility=hidden -Wl,--build-id=sha1 drain.cpp -o libdrain.so");
  shell(enter + "llvm-objcopy-19 --only-keep-debug libdrain.so debug/libdrain.so.debug");
  shell(enter + "llvm-objcopy-19 --strip-all libdrain.so stripped/libdrain.so");
  const std::string notes = shell(enter + "readelf -n libdrain.so");
  const auto at = notes.find("Build ID: ") + 10;
  made.build_id = notes.substr(at, notes.find('\n', at) - at);
  made.uuid = Uuid::parse(made.build_id.substr(0, 32)).value();
  return made;
}

std::map<std::string, std::uint64_t> nm(const fs::path& file) {
  std::istringstream lines(shell("llvm-nm-19 --defined-only " + quoted(file)));
  std::map<std::string, std::uint64_t> symbols;
  for (std::string line; std::getline(lines, line);) {
    const auto type = line.find(' ');
    if (type == std::string::npos || line.size() < type + 4) continue;
    if (line[type + 1] != 't' && line[type + 1] != 'T' && line[type + 1] != 'W') continue;
    symbols[line.substr(type + 3)] = std::stoull(line.substr(0, type), nullptr, 16);
  }
  return symbols;
}

Image image_of(const MachFixture& fixture) {
  Image image;
  image.uuid = fixture.uuid;
  image.base = {0x10a640000};
  image.size_bytes = 0x4000;
  image.source = "P";
  image.name = "AGXMetalG16X";
  image.path = "/System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X";
  return image;
}

CrashReport report_of(const Image& image, const std::vector<std::uint64_t>& image_offsets) {
  CrashReport report;
  report.images.push_back(image);
  Thread thread;
  thread.triggered = true;
  for (const auto offset : image_offsets) {
    Frame frame;
    frame.image_index = 0;
    frame.image_offset = {offset};
    thread.frames.push_back(frame);
  }
  report.threads.push_back(thread);
  return report;
}

fs::path converter() { return fs::path(FAULTLINE_BINARY_DIR) / "bin" / "faultline-gsym-child"; }

}  // namespace faultline::fixtures
