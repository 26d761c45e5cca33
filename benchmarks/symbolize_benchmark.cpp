// Whole processes side by side: a report symbolized by us (cold and warm cache), by llvm-symbolizer, and by
// lldb's crashlog where there is one.
//
// lldb comes with crashlog on macOS alone. Elsewhere FAULTLINE_CRASHLOG names a folder with the package
// macosx/crashlog.py of LLVM's sources (benchmarks/fetch_crashlog FOLDER); without it that row is left out.
//
//   symbolize_benchmark [FOLDER]         makes the fixture in FOLDER (kept and used again) and prints the
//   table symbolize_benchmark --make FOLDER    makes the fixture only symbolize_benchmark --report FILE.ips
//   DSYM CACHE     what is measured: reads, symbolizes, prints
//
// The fixture is a dSYM of 40 units with 1,000 functions each; its making takes a minute or two, all else
// some twenty seconds. Everything runs in this one call, one after the other, so that the ratios are of one
// machine in one state; times are medians.

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
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "analyzer/symbolize/gsym/gsym_conversion.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "benchmarks/symbol_fixture.h"
#include "core/files/text_file.h"
#include "core/process/tool_process.h"

extern "C" char** environ;

namespace {

using namespace faultline;
namespace fs = std::filesystem;

constexpr int kRepeats = 9;

struct Measured {
  double ms = 0;
  double max_rss_mib = 0;
  int status = 0;  ///< As of wait(); 0 is success.
};

/// One run of a program to its end, its output to a file. The memory that the system counts for it is at
/// least our own at the start, so that whoever calls this must be small.
Measured try_once(std::vector<std::string> argv, const fs::path& input, const fs::path& output) {
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
#ifdef __APPLE__
  return {taken.count(), static_cast<double>(usage.ru_maxrss) / (1 << 20), status};
#else
  return {taken.count(), static_cast<double>(usage.ru_maxrss) / 1024, status};
#endif
}

Measured run_once(const std::vector<std::string>& argv, const fs::path& input, const fs::path& output) {
  const Measured run = try_once(argv, input, output);
  if (run.status != 0) {
    fmt::print(stderr, "{} ended with status {}\n", argv[0], run.status);
    std::exit(1);
  }
  return run;
}

Measured median(const std::vector<std::string>& argv, const fs::path& input, const fs::path& output,
                int repeats) {
  std::vector<Measured> runs;
  for (int i = 0; i < repeats; ++i) runs.push_back(run_once(argv, input, output));
  std::sort(runs.begin(), runs.end(), [](const Measured& a, const Measured& b) { return a.ms < b.ms; });
  return runs[runs.size() / 2];
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

/// Runs lldb's crashlog on `report`; empty where there is none.
std::vector<std::string> crashlog_command(const fs::path& folder, const fs::path& report) {
  const std::string lldb = find_program({"lldb-19", "lldb"});
  const char* package = std::getenv("FAULTLINE_CRASHLOG");
#ifdef __APPLE__
  if (lldb.empty()) return {};
#else
  if (lldb.empty() || package == nullptr) return {};
#endif
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
  if (package != nullptr) {
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
  CrashReport report;
  {
    const auto bytes = read_file(file);
    if (!bytes) return 1;
    report = parse_report(*bytes);
  }
  SymbolizeOptions options;
  options.search_paths = {dsym};
  options.cache_folder = cache;
  options.use_image_paths = false;
  options.use_system_places = false;
  const auto outcome = symbolize_report(std::move(report), options);
  for (const auto& issue : outcome.issues)
    std::fprintf(stderr, "%s: %s\n", issue.path.c_str(), issue.message.c_str());
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

void print_crashlog_row(const SymbolFixture& fixture, const Measured& cold, const Measured& warm) {
  const auto command = crashlog_command(fixture.folder, fixture.report("few"));
  const fs::path output = fixture.folder / "crashlog.few";
  if (command.empty()) {
    fmt::print("\nlldb's crashlog: left out, there is none here (see benchmarks/fetch_crashlog)\n");
    return;
  }
  if (try_once(command, "/dev/null", output).status != 0 || named_lines(output) < kReportFrames) {
    fmt::print("\nlldb's crashlog: left out, it does not name every frame (see {})\n", output.string());
    return;
  }
  const Measured lldb = median(command, "/dev/null", output, kRepeats);
  fmt::print(
      "\n300-frame report, lldb's crashlog: {:.1f} ms, {:.1f} MiB; ours with a warm cache is {:.1f}x "
      "faster, with a cold one {:.1f}x\n",
      lldb.ms, lldb.max_rss_mib, lldb.ms / warm.ms, lldb.ms / cold.ms);
}

int run_table(const SymbolFixture& fixture) {
  const std::string self = this_program().string();
  run_once({self, "--make", fixture.folder.string()}, "/dev/null", "/dev/null");
  const fs::path cache = fixture.folder / "cache";
  const fs::path ours_output = fixture.folder / "ours";
  const fs::path peer_output = fixture.folder / "peer";
  const auto ours = [&](const char* which) {
    return std::vector<std::string>{self, "--report", fixture.report(which).string(), fixture.dsym().string(),
                                    cache.string()};
  };
  const auto ours_warm = [&](const char* which) {
    return median(ours(which), "/dev/null", ours_output, kRepeats);
  };
  const auto peer = [&](const char* which) {
    return median({"llvm-symbolizer-19", "--obj=" + fixture.dwarf().string()}, fixture.addresses(which),
                  peer_output, kRepeats);
  };

  const Measured empty = median({"true"}, "/dev/null", "/dev/null", kRepeats);
  fmt::print("{:.1f} MiB of DWARF, {} functions; median of {} runs; spawning `true` takes {:.2f} ms\n\n",
             static_cast<double>(fs::file_size(fixture.dwarf())) / (1 << 20), kFixtureFunctions, kRepeats,
             empty.ms);
  fmt::print(
      "| whole process                      |         ours | llvm-symbolizer |  faster | our memory | its "
      "memory | less |\n");
  fmt::print("|---|---|---|---|---|---|---|\n");

  fs::remove_all(cache);
  const Measured cold = run_once(ours("few"), "/dev/null", ours_output);
  // The cache trusts what it made only once it is some seconds old; reports rarely come sooner.
  std::this_thread::sleep_for(std::chrono::seconds(3));
  run_once(ours("few"), "/dev/null", ours_output);
  const Measured few_peer = peer("few");
  print_row("300-frame report, cold cache", cold, few_peer);
  const Measured few_ours = ours_warm("few");
  print_row("300-frame report, warm cache", few_ours, few_peer);
  const Measured many_ours = ours_warm("many");
  print_row("20,000 addresses, warm cache", many_ours, peer("many"));
  print_crashlog_row(fixture, cold, few_ours);

  const bool same = whole(ours_output) == without_columns(peer_output);
  fmt::print("\n20,000 chains of names and lines: {}\n",
             same ? "identical"
                  : fmt::format("DIFFERENT (see {} and {})", ours_output.string(), peer_output.string()));
  return same ? 0 : 1;
}

int make_fixture(const SymbolFixture& fixture) {
  const auto made = make_symbol_fixture(fixture);
  if (!made) fmt::print(stderr, "symbolize_benchmark: {}\n", made.error().text());
  return made ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == kGsymChildFlag) return gsym_child_main(argc, argv);
  if (argc == 5 && std::string_view(argv[1]) == "--report") return run_report(argv[2], argv[3], argv[4]);
  if (argc == 3 && std::string_view(argv[1]) == "--make") return make_fixture(SymbolFixture(argv[2]));
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // Each row as it comes, also into a file.
  return run_table(SymbolFixture(argc > 1 ? fs::path(argv[1])
                                          : fs::temp_directory_path() / "faultline-symbolize-benchmark"));
}
