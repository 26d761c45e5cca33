// What macOS's `sample` prints of a process, as values: its threads with every stack that was seen, its
// images.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"

namespace faultline {

/// One line of the call graph.
struct SampledFrame {
  std::string symbol;                          ///< Empty where `sample` printed `???`.
  std::string image;                           ///< Name as printed; empty where there is none.
  std::optional<std::uint64_t> symbol_offset;  ///< Bytes from the symbol's start to the first address.
  std::vector<RuntimeAddress> addresses;       ///< Return addresses; of the innermost frame, the pcs.
  bool more_addresses = false;                 ///< The line ended in `...`: there were others.
  std::string source_file;
  std::optional<std::uint64_t> source_line;
};

/// One way in which a thread was seen to stand.
struct SampledStack {
  std::uint64_t samples = 0;
  std::vector<std::size_t> frames;  ///< Into SampledThread::frames, innermost first.
};

struct SampledThread {
  std::optional<std::uint64_t> id;  ///< Absent where several are printed as one.
  std::string name;
  std::string queue;  ///< Label of its dispatch queue.
  std::vector<SampledFrame> frames;
  std::vector<SampledStack> stacks;  ///< In the order of the call graph.
};

struct ProcessSample {
  std::string process_name;
  std::string path;  ///< As printed: parts of it may be hidden.
  std::optional<std::int64_t> pid;
  std::string parent_name;
  std::optional<std::int64_t> parent_pid;
  std::string code_type;    ///< `X86-64`, `ARM64`
  std::string os_version;   ///< `macOS 15.7.4 (24G517)`
  std::string launch_time;  ///< As printed, in local time with offset.
  std::vector<SampledThread> threads;
  std::vector<Image> images;
  std::size_t lines_not_read = 0;  ///< Of the call graph and the image list.
};

/// Reads the output of `sample PID` with whatever stands before and after it. What is damaged is left out
/// and counted; an error only where there is no call graph with a thread in it.
Result<ProcessSample> parse_sample_text(std::string_view text);

/// The stack in which the thread was seen most often, the first of equals; null where it has none.
const SampledStack* most_seen_stack(const SampledThread& thread);

/// How many threads moved: were seen in more than one stack or at more than one address of a frame, in
/// either of the samples or between them. A thread that only one of them has moved, too.
std::size_t count_moved(const ProcessSample& before, const ProcessSample& after);

}  // namespace faultline
