// Any bytes as the output of `sample`, and the report of a hang that is made of it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collector/reporter/watch/hang_report.h"
#include "collector/reporter/watch/sample_text.h"
#include "core/base/check.h"
#include "core/ips/ips_writer.h"

using namespace faultline;

namespace {

/// Stacks are of this thread's frames, and no frame is without a place.
void check_thread(const SampledThread& thread) {
  for (const auto& frame : thread.frames) CHECK(!frame.addresses.empty());
  for (const auto& stack : thread.stacks) {
    CHECK(stack.samples > 0);
    CHECK(!stack.frames.empty());
    for (const auto index : stack.frames) CHECK(index < thread.frames.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto sample = parse_sample_text(bytes);
  if (!sample) return 0;
  CHECK(!sample->threads.empty());
  for (const auto& thread : sample->threads) check_thread(thread);
  CHECK(count_moved(*sample, *sample) <= sample->threads.size());

  const SampleMoment moment{*parse_report_time("2026-03-01 10:00:03.0000 +0100"), 60, 0, {}};
  const auto report = build_hang_report(*sample, HangFacts{}, moment);
  CHECK(report.threads.size() == sample->threads.size());
  CHECK(!write_ips(report).empty());
  return 0;
}
