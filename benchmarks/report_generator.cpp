#include "benchmarks/report_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string_view>

#include "core/ips/ips_writer.h"

namespace faultline {
namespace {

constexpr int kReports = 2000;
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

}  // namespace

std::vector<std::string> generate_reports() {
  std::vector<std::string> reports;
  std::mt19937_64 random(1);
  Generator generator(2);
  for (int i = 0; i < kReports; ++i) {
    const auto size = std::uniform_int_distribution<std::size_t>(kSmallest, kLargest - 8000)(random);
    reports.push_back(generator.report(size));
  }
  return reports;
}

}  // namespace faultline
