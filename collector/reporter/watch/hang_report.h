// The report of a process that did not end in time: what is the same however its stacks were taken, and the
// one that is made from two samples.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "collector/reporter/watch/sample_text.h"
#include "core/base/clock.h"
#include "core/model/crash_report.h"

namespace faultline {

/// A process that did not end in time.
struct HangFacts {
  bool stuck = false;  ///< No use of the CPU and the same stacks twice; else slow.
  std::chrono::milliseconds timeout{0};
  std::chrono::nanoseconds cpu_in_window{0};  ///< Of the whole tree.
  std::chrono::milliseconds window{0};        ///< Between the two looks at the stacks.
  std::size_t threads_moved = 0;              ///< Threads whose stack differed.
};

/// Makes a report with threads and images one of a hang: its bug type, its kind, and what was seen.
void describe_hang(CrashReport& report, const HangFacts& hang);

/// What the sample does not say of the process and its machine.
struct SampleMoment {
  WallTime wall;
  int zone_minutes = 0;
  std::uint64_t start_ticks = 0;  ///< As process_start_ticks() has it; 0: unknown.
  std::string boot_session;       ///< Empty: unknown.
};

/// The report of a hang from the later one of two samples. A thread has the stack in which it was seen most
/// often.
CrashReport build_hang_report(const ProcessSample& sample, const HangFacts& hang, const SampleMoment& moment);

}  // namespace faultline
