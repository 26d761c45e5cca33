// Whole processes side by side: a report symbolized by us (cold and warm cache), by llvm-symbolizer, and by
// lldb's crashlog where there is one.
//
// lldb comes with crashlog on macOS alone. Elsewhere FAULTLINE_CRASHLOG names a folder with the package
// macosx/crashlog.py of LLVM's sources (benchmarks/fetch_crashlog FOLDER); without it that row is left out.
//
//   symbolize_benchmark [FOLDER]     makes the fixture in FOLDER (kept and used again) and prints the table
//   symbolize_benchmark --report FILE.ips DSYM CACHE     what is measured: reads, symbolizes, prints
//
// The fixture is a dSYM of 40 units with 1,000 functions each. Everything runs in this one call, one after
// the other, so that the ratios are of one machine in one state; times are medians.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "analyzer/symbolize/gsym_conversion.h"
#include "analyzer/symbolize/macho_file.h"
#include "analyzer/symbolize/mapped_file.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "analyzer/symbolize/tool_process.h"
#include "core/ips_writer.h"
#include "core/text_file.h"

extern "C" char** environ;

namespace {

using namespace faultline;
namespace fs = std::filesystem;

constexpr int kUnits = 40;
constexpr int kFunctionsPerUnit = 1000;
constexpr int kRepeats = 9;

struct Measured {
  double ms = 0;
  double max_rss_mib = 0;
};

/// One run of a program to its end, its output to a file.
Measured run_once(std::vector<std::string> argv, const fs::path& input, const fs::path& output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  std::vector<char*> arguments;
  for (auto& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const auto begin = std::chrono::steady_clock::now();
  pid_t pid = -1;
  if (::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) {
    std::fprintf(stderr, "cannot start %s\n", arguments[0]);
    std::exit(1);
  }
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  ::posix_spawn_file_actions_destroy(&actions);
  if (status != 0) {
    std::fprintf(stderr, "%s ended with status %d\n", arguments[0], status);
    std::exit(1);
  }
#ifdef __APPLE__
  return {taken.count(), static_cast<double>(usage.ru_maxrss) / (1 << 20)};
#else
  return {taken.count(), static_cast<double>(usage.ru_maxrss) / 1024};
#endif
}

Measured median(const std::vector<std::string>& argv, const fs::path& input, const fs::path& output,
                int repeats) {
  std::vector<Measured> runs;
  for (int i = 0; i < repeats; ++i) runs.push_back(run_once(argv, input, output));
  std::sort(runs.begin(), runs.end(), [](const Measured& a, const Measured& b) { return a.ms < b.ms; });
  return runs[runs.size() / 2];
}

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

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "failed: %s\n", command.c_str());
    std::exit(1);
  }
}

/// big.dSYM/Contents/Resources/DWARF/big in `folder`, made unless it is there.
fs::path make_fixture(const fs::path& folder) {
  const fs::path dwarf = folder / "big.dSYM/Contents/Resources/DWARF/big";
  if (fs::exists(dwarf)) return dwarf;
  fs::create_directories(folder);
  std::string objects;
  for (int unit = 0; unit < kUnits; ++unit) {
    write_unit(folder / fmt::format("unit{}.cpp", unit), unit);
    shell(
        fmt::format("cd '{0}' && clang-19 -target arm64-apple-macos15 -g -O2 -ffreestanding -nostdinc "
                    "-fno-exceptions -c unit{1}.cpp -o unit{1}.o",
                    folder.string(), unit));
    objects += fmt::format(" unit{}.o", unit);
  }
  shell(
      fmt::format("cd '{}' && ld64.lld-19 -arch arm64 -platform_version macos 15.0 15.0 -dylib -undefined "
                  "dynamic_lookup -o big {} && dsymutil-19 big -o big.dSYM",
                  folder.string(), objects));
  return dwarf;
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

/// The first of these programs that PATH has; empty if none.
std::string find_program(std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    std::istringstream folders(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
      std::error_code ignored;
      if (fs::exists(fs::path(folder) / name, ignored)) return (fs::path(folder) / name).string();
    }
  }
  return {};
}

/// Runs lldb's crashlog on `report`; empty where there is no lldb.
std::vector<std::string> crashlog_command(const fs::path& folder, const fs::path& report) {
  const std::string lldb = find_program({"lldb-19", "lldb"});
  if (lldb.empty()) return {};
  // It starts these by names that Debian gives with a version only.
  const fs::path tools = folder / "tools";
  fs::create_directories(tools);
  for (const auto* name : {"dwarfdump", "otool", "lipo"}) {
    const std::string tool = find_program({fmt::format("llvm-{}-19", name).c_str()});
    std::error_code there_already;
    if (!tool.empty()) fs::create_symlink(tool, tools / name, there_already);
  }
  std::vector<std::string> argv{"env", fmt::format("PATH={}:{}", tools.string(), std::getenv("PATH")), lldb,
                                "-b"};
  if (const char* package = std::getenv("FAULTLINE_CRASHLOG"); package != nullptr) {
    argv.insert(argv.end(), {"-o", fmt::format("script lldb.__path__.append('{}')", package)});
  }
  argv.insert(argv.end(),
              {"-o", "command script import lldb.macosx.crashlog", "-o", "crashlog " + report.string()});
  return argv;
}

/// How many lines of crashlog's output name a function of the fixture.
std::size_t named_lines(const fs::path& output) {
  std::ifstream in(output);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.find("big`") != std::string::npos) ++count;
  }
  return count;
}

int run_report(const fs::path& file, const fs::path& dsym, const fs::path& cache) {
  const auto bytes = read_file(file);
  if (!bytes) return 1;
  SymbolizeOptions options;
  options.search_paths = {dsym};
  options.cache_folder = cache;
  options.use_image_paths = false;
  options.use_system_places = false;
  const auto outcome = symbolize_report(parse_report(*bytes), options);
  for (const auto& issue : outcome.issues)
    std::fprintf(stderr, "%s: %s\n", issue.at.c_str(), issue.message.c_str());
  for (const auto& thread : outcome.report.threads) {
    for (const auto& frame : thread.frames) {
      fmt::print("{}\n{}:{}\n{}", frame.symbol ? std::string_view(*frame.symbol) : "??",
                 frame.source_file ? std::string_view(*frame.source_file) : "??",
                 frame.source_line.value_or(0), frame.inlined ? "" : "\n");
    }
  }
  return 0;
}

/// llvm-symbolizer's output without the columns, which GSYM does not keep.
std::string without_columns(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  bool is_place = false;
  for (std::string line; std::getline(in, line);) {
    if (is_place) line.resize(line.rfind(':'));
    is_place = !line.empty() && !is_place;
    text += line + "\n";
  }
  return text;
}

std::string whole(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void print_row(const char* what, const Measured& ours, const Measured& peer) {
  fmt::print("| {:<34} | {:>9.2f} ms | {:>9.2f} ms | {:>6.1f}x | {:>6.1f} MiB | {:>6.1f} MiB | {:>5.1f}x |\n",
             what, ours.ms, peer.ms, peer.ms / ours.ms, ours.max_rss_mib, peer.max_rss_mib,
             peer.max_rss_mib / ours.max_rss_mib);
}

int run_table(const fs::path& folder) {
  const fs::path dwarf = make_fixture(folder);
  const auto mapped = MappedFile::open(dwarf);
  const auto file = mapped ? MachOFile::parse(mapped->bytes()) : Result<MachOFile>(fail(mapped.error()));
  if (!file || !file->uuid()) return 1;
  const MachSection& text = file->sections().front();

  std::mt19937_64 random(20251221);
  std::vector<std::uint64_t> many;
  for (int i = 0; i < 20000; ++i) many.push_back(text.address.value + random() % text.size_bytes / 4 * 4);
  const std::vector<std::uint64_t> few(many.begin(), many.begin() + 300);
  Image image;
  image.uuid = file->uuid();
  image.base = {0x100000000};
  image.size_bytes = text.size_bytes;
  image.source = "P";
  image.name = "big";
  image.path = (folder / "big").string();
  image.arch = "arm64";
  for (const auto& [name, addresses] : {std::pair("few", few), std::pair("many", many)}) {
    std::ofstream(folder / (std::string(name) + ".ips")) << report_of(image, addresses, 300);
    std::ofstream list(folder / (std::string(name) + ".txt"));
    for (const auto address : addresses) list << address << "\n";
  }

  const std::string self = this_program().string();
  const fs::path cache = folder / "cache";
  const std::string dsym = (folder / "big.dSYM").string();
  const auto ours = [&](const char* name) {
    return std::vector<std::string>{self, "--report", (folder / name).string(), dsym, cache.string()};
  };
  const std::vector<std::string> peer{"llvm-symbolizer-19", "--obj=" + dwarf.string()};

  fs::remove_all(cache);
  const Measured cold = run_once(ours("few.ips"), "/dev/null", folder / "ours.few");
  // The cache trusts what it made only once it is some seconds old; reports rarely come sooner.
  std::this_thread::sleep_for(std::chrono::seconds(3));
  run_once(ours("few.ips"), "/dev/null", folder / "ours.few");
  const Measured few_ours = median(ours("few.ips"), "/dev/null", folder / "ours.few", kRepeats);
  const Measured few_peer = median(peer, folder / "few.txt", folder / "peer.few", kRepeats);
  const Measured many_ours = median(ours("many.ips"), "/dev/null", folder / "ours.many", kRepeats);
  const Measured many_peer = median(peer, folder / "many.txt", folder / "peer.many", kRepeats);
  const Measured empty = median({"true"}, "/dev/null", "/dev/null", kRepeats);

  fmt::print("{} of DWARF, {} functions; median of {} runs; spawning `true` takes {:.2f} ms\n\n",
             fmt::format("{:.1f} MiB", static_cast<double>(fs::file_size(dwarf)) / (1 << 20)),
             kUnits * kFunctionsPerUnit, kRepeats, empty.ms);
  fmt::print(
      "| whole process                      |         ours | llvm-symbolizer |  faster | our memory | its "
      "memory | less |\n");
  fmt::print("|---|---|---|---|---|---|---|\n");
  print_row("300-frame report, cold cache", cold, few_peer);
  print_row("300-frame report, warm cache", few_ours, few_peer);
  print_row("20,000 addresses, warm cache", many_ours, many_peer);

  const auto crashlog = crashlog_command(folder, folder / "few.ips");
  if (!crashlog.empty()) run_once(crashlog, "/dev/null", folder / "crashlog.few");
  if (crashlog.empty() || named_lines(folder / "crashlog.few") < few.size()) {
    fmt::print("\nlldb's crashlog: left out, {}\n",
               crashlog.empty() ? "there is no lldb here"
                                : "this lldb has none (FAULTLINE_CRASHLOG; see benchmarks/fetch_crashlog)");
  } else {
    const Measured lldb = median(crashlog, "/dev/null", folder / "crashlog.few", kRepeats);
    fmt::print(
        "\n300-frame report, lldb's crashlog: {:.1f} ms, {:.1f} MiB; ours with a warm cache is {:.1f}x "
        "faster, with a cold one {:.1f}x\n",
        lldb.ms, lldb.max_rss_mib, lldb.ms / few_ours.ms, lldb.ms / cold.ms);
  }

  const bool same = whole(folder / "ours.many") == without_columns(folder / "peer.many");
  fmt::print("\n20,000 chains of names and lines: {}\n",
             same ? "identical" : "DIFFERENT (see ours.many, peer.many)");
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == kGsymChildFlag) return gsym_child_main(argc, argv);
  if (argc == 5 && std::string_view(argv[1]) == "--report") return run_report(argv[2], argv[3], argv[4]);
  return run_table(argc > 1 ? fs::path(argv[1])
                            : fs::temp_directory_path() / "faultline-symbolize-benchmark");
}
