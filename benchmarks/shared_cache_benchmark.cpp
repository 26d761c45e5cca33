// How long it takes to keep images of a dyld shared cache, beside copying the cache.
//
//   shared_cache_benchmark [FOLDER]     makes the cache in FOLDER (used again) and prints the table
//   shared_cache_benchmark --add FOLDER COUNT ARCHIVE     what is measured: keeps COUNT images
//
// The cache is simulated: 2,000 images of 400 functions and 200 Objective-C methods each, in the layout since
// macOS 13 without local symbols, by the writer of the tests. Its files are read once before, so that the
// disk is warm. Every row is a process of its own; times are medians of five, memory is the largest.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "analyzer/symbolize/shared_cache/cache_folder.h"
#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"

namespace {

using namespace faultline;
namespace fs = std::filesystem;

constexpr int kImages = 2000;
constexpr int kFunctions = 400;
constexpr int kMethods = 200;
constexpr int kRepeats = 5;

std::string dylib(const fs::path& folder) {
  std::string source =
      "typedef struct objc_class* Class;\n"
      "__attribute__((objc_root_class)) @interface MTLSimulatedCommandEncoder { Class isa; long state; }\n";
  for (int i = 0; i < kMethods; ++i) source += fmt::format("- (long)encodeStep{}:(long)value;\n", i);
  source += "@end\n@implementation MTLSimulatedCommandEncoder\n";
  for (int i = 0; i < kMethods; ++i) {
    source += fmt::format("- (long)encodeStep{}:(long)value {{ return state * {} + value; }}\n", i, i + 3);
  }
  source += "@end\n";
  for (int i = 0; i < kFunctions; ++i) {
    source += fmt::format("long MTLSimulatedFunction{}(long value) {{ return value * {} + 1; }}\n", i, i + 7);
  }
  fixtures::write_bytes(folder / "image.m", source);
  fixtures::shell(
      "cd '" + folder.string() +
      "' && clang-19 -target arm64-apple-macos15 -O1 -ffreestanding -nostdinc "
      "-fobjc-runtime=macosx-15 -c image.m -o image.o && ld64.lld-19 -arch arm64 -platform_version macos "
      "15.0 15.0 -dylib -undefined dynamic_lookup -fixup_chains -objc_relative_method_lists -install_name "
      "/usr/lib/image.dylib -o image.dylib image.o");
  return fixtures::read_bytes(folder / "image.dylib");
}

void make_cache(const fs::path& folder) {
  if (fs::exists(folder / "dyld" / "dyld_shared_cache_arm64")) return;
  const std::string bytes = dylib(folder);
  std::vector<fixtures::CacheDylib> dylibs;
  for (int i = 0; i < kImages; ++i) {
    std::array<std::uint8_t, 16> uuid{0x5a, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                                      1};
    dylibs.push_back({fmt::format("/System/Library/PrivateFrameworks/Simulated{}", i), bytes, uuid});
  }
  fixtures::CacheRecipe recipe;
  recipe.with_symbols = false;
  fixtures::write_cache(folder / "dyld", dylibs, recipe);
}

int add(const fs::path& folder, int count, const fs::path& archive) {
  std::vector<Issue> issues;
  WantedImages wanted;
  for (const auto& main_file : find_main_cache_files(folder / "dyld", issues)) {
    const auto cache = DyldCache::open(main_file);
    if (!cache) return 1;
    for (int i = 0; i < count; ++i) {
      const auto& images = cache->images();
      const auto& image =
          images[static_cast<std::size_t>(i) * images.size() / static_cast<std::size_t>(count)];
      wanted.uuids.insert(*image.uuid);
    }
  }
  const auto added = SymbolArchive(archive).add(folder / "dyld", wanted);
  return added && added->issues.empty() && added->added.size() == static_cast<std::size_t>(count) ? 0 : 1;
}

struct Measured {
  double ms = 0;
  double max_rss_mib = 0;
};

Measured run(const std::vector<std::string>& argv) {
  std::vector<char*> raw;
  for (const auto& argument : argv) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(raw[0], raw.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  const auto passed = std::chrono::steady_clock::now() - start;
  if (status != 0) {
    std::fprintf(stderr, "%s failed\n", argv[0].c_str());
    std::exit(1);
  }
  return {std::chrono::duration<double, std::milli>(passed).count(),
          static_cast<double>(usage.ru_maxrss) / 1024};
}

template <typename Command>
void print_row(const char* what, const fs::path& target, Command command) {
  std::vector<double> times;
  double memory = 0;
  for (int i = 0; i < kRepeats; ++i) {
    fs::remove_all(target);
    const Measured once = run(command);
    times.push_back(once.ms);
    memory = std::max(memory, once.max_rss_mib);
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:<28} {:>8.0f} ms   {:>6.0f} MiB   {:>7.1f} MiB on disk\n", what, times[kRepeats / 2], memory,
             [&] {
               double bytes = 0;
               for (const auto& entry : fs::recursive_directory_iterator(target)) {
                 if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
               }
               return bytes / (1 << 20);
             }());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::string(argv[1]) == "--add") return add(argv[2], std::atoi(argv[3]), argv[4]);
  if (!fixtures::have_apple_tools()) {
    fmt::print("left out: needs clang-19, lld-19 and llvm-19\n");
    return 0;
  }
  const fs::path folder = argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path() / "faultline-shared-cache";
  fs::create_directories(folder);
  make_cache(folder);
  const std::string self = fs::canonical(argv[0]);
  const fs::path target = folder / "target";
  fmt::print("{} images of {} functions and {} methods\n", kImages, kFunctions, kMethods);
  print_row("copying the cache (cp -r)", target,
            std::vector<std::string>{"cp", "-r", folder / "dyld", target});
  for (const int count : {30, 300, kImages}) {
    print_row(fmt::format("keeping {} images", count).c_str(), target,
              std::vector<std::string>{self, "--add", folder, std::to_string(count), target});
  }
  fs::remove_all(target);
  return 0;
}
