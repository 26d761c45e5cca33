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
#include <limits>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "core/base/text_file.h"
#include "core/ips/ips_writer.h"

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

constexpr int kReports = 2000;
constexpr int kRounds = 5;
constexpr std::size_t kSmallest = 90'000;
constexpr std::size_t kLargest = 260'000;

constexpr std::string_view kFunctions[] = {
    "-[AGXG16XFamilyComputeContext setComputePipelineState:]",
    "_pthread_start",
    "mach_msg2_trap",
    "at::mps::MPSStream::synchronize(at::mps::SyncType)",
    "invocation function for block in at::native::mps::binaryOpTensor(at::Tensor const&, at::Tensor const&)",
    "_dispatch_lane_barrier_sync_invoke_and_complete",
    "_PyEval_EvalFrameDefault",
    "start",
    "__psynch_cvwait",
    "-[MPSGraphExecutable runInternalWithDevice:commandBuffer:feedsArray:resultsArray:]",
    "std::__1::condition_variable::wait(std::__1::unique_lock<std::__1::mutex>&)",
    "thread_start"};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  /// One report as macOS 15 lays it out, of about that size.
  std::string report(std::size_t size_bytes) {
    CrashReport out;
    describe(out);
    const auto images = size_bytes / 1000;
    for (std::size_t i = 0; i < images; ++i) out.images.push_back(image(i));
    // A third of a report is its images; each thread more brings it nearer to its size.
    std::string text = write_ips(out);
    while (text.size() < size_bytes) {
      const auto missing = size_bytes - text.size();
      for (std::size_t i = 0; i < std::max<std::size_t>(missing / 3000, 1); ++i) {
        out.threads.push_back(thread(out.threads.size(), images));
      }
      text = write_ips(out);
    }
    return text;
  }

 private:
  std::uint64_t number(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
  }

  void describe(CrashReport& out) {
    out.incident = Uuid::random().upper_text();
    out.header.bug_type = "309";
    out.header.incident_id = out.incident;
    out.header.app_name = out.header.name = "Python";
    out.header.timestamp = "2025-12-21 02:36:19.00 +0100";
    out.header.os_version = "macOS 15.7.3 (24G419)";
    out.header.platform = 1;
    out.schema_version = 2;
    out.process_name = "Python";
    out.process_path = "/Users/USER/*/Python.app/Contents/MacOS/Python";
    out.pid = 4242;
    out.cpu_type = "ARM-64";
    out.os.train = "macOS 15.7.3";
    out.os.build = "24G419";
    out.capture_time = "2025-12-21 02:36:18.2868 +0100";
    out.start_ticks = number(std::numeric_limits<std::uint64_t>::max());
    out.exception.emplace();
    out.exception->type = "EXC_BAD_ACCESS";
    out.exception->signal = "SIGSEGV";
    out.exception->raw_codes = {1, 0x5c8};
    out.faulting_thread = 0;
    std::string summary = "ReadOnly portion of Libraries: Total=1.7G resident=0K(0%)\n";
    for (int i = 0; i < 60; ++i)
      summary += fmt::format("{:<28} {:>10}K {:>8} \n", "MALLOC_LARGE", number(9999), i);
    out.vm_summary = std::move(summary);
  }

  Image image(std::size_t index) {
    Image out;
    out.source = "P";
    out.arch = "arm64e";
    out.base = {0x180000000 + index * 0x400000};
    out.size_bytes = 0x1000 * (1 + number(800));
    out.uuid = Uuid::random();
    out.name = fmt::format("MetalPerformanceShaders{}", index);
    out.path = fmt::format("/System/Library/Frameworks/{0}.framework/Versions/A/{0}", *out.name);
    if (index % 2 == 0) {
      out.bundle_id = "com.apple." + *out.name;
      out.bundle_short_version = "1.0";
      out.bundle_version = "126.3.5";
    }
    return out;
  }

  Thread thread(std::size_t index, std::size_t images) {
    Thread out;
    out.id = 1'000'000 + index;
    out.triggered = index == 0;
    if (index % 3 == 0) out.queue = "metal gpu stream 1";
    if (index % 4 == 1) out.name = "Thread-1 (worker)";
    out.state.emplace();
    out.state->flavor = "ARM_THREAD_STATE64";
    for (int i = 0; i < 29; ++i) out.state->registers.push_back(reg(fmt::format("x{}", i)));
    for (const auto* name : {"fp", "lr", "sp", "pc", "cpsr", "far", "esr"}) {
      out.state->registers.push_back(reg(name));
    }
    const auto depth = 2 + number(30);
    for (std::size_t i = 0; i < depth; ++i) {
      auto& frame = out.frames.emplace_back();
      frame.image_index = number(images - 1);
      frame.image_offset = {number(0x200000)};
      if (number(9) == 0) continue;
      frame.symbol = kFunctions[number(std::size(kFunctions) - 1)];
      frame.symbol_location = number(4000);
      if (number(9) != 0) continue;
      frame.source_file = "stream.mm";
      frame.source_line = number(900);
    }
    return out;
  }

  Register reg(std::string name) {
    Register out;
    out.name = std::move(name);
    if (number(2) > 0) out.value = number(0x7fffffffffff);
    if (number(15) == 0) {
      out.symbol = "OBJC_CLASS_$_AGXG16XFamilyComputeContext";
      out.symbol_location = 0;
    }
    return out;
  }

  std::mt19937_64 random_;
};

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
  std::mt19937_64 random(1);
  Generator generator(2);
  for (int i = 0; i < kReports; ++i) {
    const auto size = std::uniform_int_distribution<std::size_t>(kSmallest, kLargest - 8000)(random);
    files.push_back(folder / fmt::format("Python-{}.ips", i));
    if (!write_file_atomically(files.back(), generator.report(size))) std::exit(1);
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
