#include "benchmarks/symbol_fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "core/ips/ips_writer.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr int kFunctionsPerUnit = kFixtureFunctions / kFixtureUnits;

void write_unit(const fs::path& path, int unit) {
  std::string text = fmt::format(
      "struct Device{0} {{ long queue[16]; int busy; struct {{ short tag; char name[24]; }} slots[4]; }};\n"
      "static inline __attribute__((always_inline)) int leaf{0}(Device{0}* d, int n) {{\n  return d->busy * "
      "n;\n}}\n"
      "static inline __attribute__((always_inline)) int middle{0}(Device{0}* d, int n) {{\n"
      "  if (n & 1) return leaf{0}(d, n) + 3;\n  return leaf{0}(d, n + 1);\n}}\n"
      "namespace unit{0} {{\n",
      unit);
  for (int i = 0; i < kFunctionsPerUnit; ++i) {
    text += fmt::format(
        "struct Arguments{1} {{ Device{0}* device; int rounds; long stride[{2}]; }};\n"
        "__attribute__((noinline)) long work{1}(Arguments{1}* a, int n) {{\n"
        "  long sum = a->rounds;\n"
        "  for (int i = 0; i < n; ++i) {{\n    sum += middle{0}(a->device, i + {1});\n"
        "    a->stride[i % {2}] ^= sum;\n  }}\n"
        "  if (sum > {1}) sum -= leaf{0}(a->device, n);\n  return sum;\n}}\n",
        unit, i, 2 + i % 7);
  }
  text += "}\n";
  std::ofstream(path) << text;
}

Result<void> shell(const std::string& command) {
  if (std::system(command.c_str()) == 0) return {};
  return fail(ErrorKind::process, "failed: " + command);
}

Result<void> compile_unit(const fs::path& folder, int unit) {
  write_unit(folder / fmt::format("unit{}.cpp", unit), unit);
  return shell(
      fmt::format("cd '{0}' && clang-19 -target arm64-apple-macos15 -g -O2 -ffreestanding -nostdinc "
                  "-fno-exceptions -c unit{1}.cpp -o unit{1}.o",
                  folder.string(), unit));
}

Result<void> compile_all(const fs::path& folder) {
  std::atomic<int> next{0};
  std::atomic<int> failures{0};
  const auto work = [&] {
    for (int unit = next.fetch_add(1); unit < kFixtureUnits && failures == 0; unit = next.fetch_add(1)) {
      fmt::print(stderr, "making the fixture, once: unit {} of {}\n", unit + 1, kFixtureUnits);
      if (!compile_unit(folder, unit)) ++failures;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  if (failures > 0) return fail(ErrorKind::process, "clang-19 failed (see above)");
  return {};
}

Result<void> make_dsym(const SymbolFixture& fixture) {
  std::error_code failed;
  fs::create_directories(fixture.folder, failed);
  TRY(compile_all(fixture.folder));
  std::string objects;
  for (int unit = 0; unit < kFixtureUnits; ++unit) objects += fmt::format(" unit{}.o", unit);
  return shell(
      fmt::format("cd '{}' && ld64.lld-19 -arch arm64 -platform_version macos 15.0 15.0 -dylib -undefined "
                  "dynamic_lookup -o big {} && dsymutil-19 big -o big.dSYM",
                  fixture.folder.string(), objects));
}

/// A report whose frames are looked up at exactly `addresses`: return addresses stand one byte after.
std::string report_of(const Image& image, const std::vector<std::uint64_t>& addresses, std::size_t depth) {
  CrashReport report;
  report.header.bug_type = "309";
  report.incident = "00000000-0000-0000-0000-000000000001";
  report.process_name = "bench";
  report.pid = 1;
  report.exception = ExceptionInfo{};
  report.exception->type = "EXC_BAD_ACCESS";
  report.exception->signal = "SIGSEGV";
  report.faulting_thread = 0;
  report.images.push_back(image);
  for (std::size_t at = 0; at < addresses.size(); at += depth) {
    Thread thread;
    for (std::size_t i = at; i < std::min(at + depth, addresses.size()); ++i) {
      Frame frame;
      frame.image_index = 0;
      frame.image_offset = {addresses[i] + (i == at ? 0U : 1U)};
      thread.frames.push_back(frame);
    }
    report.threads.push_back(thread);
  }
  report.threads[0].triggered = true;
  return write_ips(report);
}

}  // namespace

fs::path SymbolFixture::report(const char* which) const { return folder / fmt::format("{}.ips", which); }
fs::path SymbolFixture::addresses(const char* which) const { return folder / fmt::format("{}.txt", which); }

Result<void> make_symbol_fixture(const SymbolFixture& fixture) {
  if (!fs::exists(fixture.dwarf())) TRY(make_dsym(fixture));
  TRY_ASSIGN(const auto mapped, MappedFile::open(fixture.dwarf()));
  TRY_ASSIGN(const auto file, MachOFile::parse(mapped.bytes()));
  const MachSection& text = file.sections().front();

  std::mt19937_64 random(20251221);
  std::vector<std::uint64_t> many;
  for (int i = 0; i < kManyAddresses; ++i) {
    many.push_back(text.address.value + random() % text.size_bytes / 4 * 4);
  }
  const std::vector<std::uint64_t> few(many.begin(), many.begin() + kReportFrames);
  Image image;
  image.uuid = file.uuid();
  image.base = {0x100000000};
  image.size_bytes = text.size_bytes;
  image.source = "P";
  image.name = "big";
  image.path = (fixture.folder / "big").string();
  image.arch = "arm64";
  for (const auto& [name, addresses] : {std::pair("few", few), std::pair("many", many)}) {
    std::ofstream(fixture.report(name)) << report_of(image, addresses, kReportFrames);
    std::ofstream list(fixture.addresses(name));
    for (const auto address : addresses) list << address << "\n";
  }
  return {};
}

}  // namespace faultline
