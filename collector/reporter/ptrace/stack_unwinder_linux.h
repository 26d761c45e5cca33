// Call stacks of a stopped process, with the names that its own files give.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/reporter/ptrace/cpu_state_linux.h"
#include "collector/reporter/ptrace/process_memory_linux.h"
#include "core/base/result.h"

namespace faultline {

/// A name and where it starts.
struct NamedPlace {
  std::string symbol;  ///< Demangled C++; `-[Class sel:]` as it stands.
  std::uint64_t start = 0;
};

struct StackFrame {
  std::uint64_t pc = 0;  ///< Of a caller: the return address.
  std::optional<NamedPlace> place;
};

struct Stack {
  std::vector<StackFrame> frames;
  bool cut = false;  ///< There was more than the limit.
};

/// Walks stacks by call frame information, and by frame pointers where there is none (elfutils libdwfl).
///
/// Made per capture, after the process's threads have been stopped. Never looks for separate debug
/// files: names come from what is mapped. Cost: opening the files in question, then some 10 us a frame;
/// names are looked up once per pc.
/// Ownership: borrows `memory`, which must outlive it. Threads: one.
class StackUnwinder {
 public:
  static Result<std::unique_ptr<StackUnwinder>> open(pid_t pid, ProcessMemory& memory);
  ~StackUnwinder();
  StackUnwinder(const StackUnwinder&) = delete;
  StackUnwinder& operator=(const StackUnwinder&) = delete;

  /// The stack of a thread in this state. `at_call`: the state is that of a caller within its call.
  Stack unwind(const CpuState& state, std::size_t frame_limit, bool at_call = false);

  /// Address of a symbol of an image whose file name starts with `image_prefix`.
  std::optional<std::uint64_t> find_symbol(const std::string& image_prefix, const std::string& symbol);

 private:
  class Impl;
  explicit StackUnwinder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline
