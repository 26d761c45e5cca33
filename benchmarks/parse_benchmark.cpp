// Reading reports: speed and memory, beside Python's json.loads and a walk over the same fields.
//
//   parse_benchmark               2,000 generated reports of 90 to 260 KB, in a folder that is removed again
//   parse_benchmark FILE.ips...   these files instead
//
// One thread each. Both read the same files, in turns; what they do with the bytes is timed, in seconds of
// one core, so that other load matters little. What they found is counted and has to be equal. Memory is the
// most heap that was in use while one report was read, with the finished CrashReport in it and with 16 bytes
// added for each block, over the file's size.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "benchmarks/report_generator.h"
#include "core/files/text_file.h"

namespace {

/// What the allocator hands out, counted. One thread only.
struct Heap {
  std::size_t in_use = 0;
  std::size_t peak = 0;
};
Heap heap;

constexpr std::size_t kBlockHeader = 16;

void* take(std::size_t size) {
  void* block = std::malloc(size + kBlockHeader);
  if (block == nullptr) throw std::bad_alloc();
  *static_cast<std::size_t*>(block) = size + kBlockHeader;
  heap.in_use += size + kBlockHeader;
  heap.peak = std::max(heap.peak, heap.in_use);
  return static_cast<char*>(block) + kBlockHeader;
}

void give_back(void* given) {
  if (given == nullptr) return;
  void* block = static_cast<char*>(given) - kBlockHeader;
  heap.in_use -= *static_cast<std::size_t*>(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* block) noexcept { give_back(block); }
void operator delete[](void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t) noexcept { give_back(block); }

namespace {

using namespace faultline;
namespace fs = std::filesystem;

constexpr int kRounds = 5;

/// What was found, so that two readers can be seen to have read the same.
struct Findings {
  std::uint64_t threads = 0;
  std::uint64_t frames = 0;
  std::uint64_t offsets = 0;  // Sums wrap around.
  std::uint64_t registers = 0;
  std::uint64_t images = 0;
  std::uint64_t bases = 0;

  void add(const CrashReport& report) {
    threads += report.threads.size();
    for (const auto& thread : report.threads) {
      frames += thread.frames.size();
      for (const auto& frame : thread.frames) offsets += frame.image_offset.value;
      if (thread.state) {
        for (const auto& reg : thread.state->registers) registers += reg.value;
      }
    }
    images += report.images.size();
    for (const auto& image : report.images) bases += image.base.value;
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("{} {} {} {} {} {}", threads, frames, offsets, registers, images, bases);
  }
};

struct Measured {
  double seconds = 0;
  std::string findings;
};

std::string read_or_exit(const fs::path& file) {
  auto bytes = read_file(file);
  if (!bytes) {
    std::fprintf(stderr, "%s\n", bytes.error().text().c_str());
    std::exit(1);
  }
  return std::move(*bytes);
}

Measured read_all(const std::vector<fs::path>& files, std::vector<double>& memory_ratios) {
  Measured out;
  Findings findings;
  memory_ratios.clear();
  for (const auto& file : files) {
    const auto bytes = read_or_exit(file);
    const auto before = heap.in_use;
    heap.peak = before;
    const auto begin = std::clock();
    const auto report = parse_report(bytes);
    out.seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    memory_ratios.push_back(static_cast<double>(heap.peak - before) / static_cast<double>(bytes.size()));
    findings.add(report);
  }
  out.findings = findings.text();
  return out;
}

/// The peer prints its seconds, then what it found.
Measured read_all_in_python(const fs::path& list) {
  const std::string command =
      "python3 '" FAULTLINE_SOURCE_DIR "/benchmarks/parse_peer.py' '" + list.string() + "'";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  char buffer[256];
  while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pipe == nullptr || ::pclose(pipe) != 0) {
    std::fprintf(stderr, "the peer failed: %s\n", command.c_str());
    std::exit(1);
  }
  Measured out;
  const auto blank = output.find(' ');
  out.seconds = std::strtod(output.substr(0, blank).c_str(), nullptr);
  out.findings = output.substr(blank + 1, output.find('\n') - blank - 1);
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<fs::path> generate(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const std::string& report : generate_reports()) {
    files.push_back(folder / fmt::format("Python-{}.ips", files.size()));
    if (!write_file_atomically(files.back(), report)) std::exit(1);
  }
  return files;
}

void print_row(std::string_view who, double seconds, double megabytes, std::size_t reports) {
  fmt::print("{:<28} {:>8.3f} s {:>8.0f} MB/s {:>8.0f} reports/s\n", who, seconds, megabytes / seconds,
             static_cast<double>(reports) / seconds);
}

int measure(const fs::path& folder, std::vector<fs::path> files) {
  if (files.empty()) files = generate(folder);
  std::string names;
  double megabytes = 0;
  for (const auto& file : files) {
    names += fs::absolute(file).string() + "\n";
    megabytes += static_cast<double>(fs::file_size(file)) / 1e6;
  }
  const auto list = folder / "files.txt";
  if (!write_file_atomically(list, names)) return 1;

  std::vector<double> ours;
  std::vector<double> python;
  std::vector<double> memory;
  for (int round = 0; round < kRounds; ++round) {
    const auto we = read_all(files, memory);
    const auto peer = read_all_in_python(list);
    if (we.findings != peer.findings) {
      std::fprintf(stderr, "the two found different things:\n  %s\n  %s\n", we.findings.c_str(),
                   peer.findings.c_str());
      return 1;
    }
    ours.push_back(we.seconds);
    python.push_back(peer.seconds);
  }
  fmt::print("{} reports, {:.0f} MB, one thread, median of {} rounds in turns\n", files.size(), megabytes,
             kRounds);
  print_row("parse_report", median(ours), megabytes, files.size());
  print_row("json.loads + field walk", median(python), megabytes, files.size());
  fmt::print("ratio                        {:>8.1f}\n", median(python) / median(ours));
  fmt::print("memory, times the file       {:>8.2f} median {:>8.2f} most\n", median(memory),
             *std::max_element(memory.begin(), memory.end()));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const auto folder = fs::temp_directory_path() / fmt::format("parse_benchmark.{}", ::getpid());
  fs::create_directories(folder);
  const int status = measure(folder, {arguments + 1, arguments + count});
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return status;
}
