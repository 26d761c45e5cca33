// Everything that is read of a stopped process before it goes on: who it is, its memory map, its threads.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/reporter/images/memory_map.h"
#include "collector/reporter/ptrace/cpu_state_linux.h"
#include "collector/reporter/ptrace/stack_unwinder_linux.h"
#include "core/base/result.h"
#include "core/model/image.h"

namespace faultline {

/// A signal that a handler of the process took, with the registers at that moment.
struct KeptFault {
  pid_t tid = 0;
  SignalFacts facts;
  CpuState state;
};

/// A thread to look at. `fault`: what it stands at, if that is a crash signal of its own.
struct ThreadToSnap {
  pid_t tid = 0;
  bool stopped = true;  ///< False: it would not stop in time; only its name is known.
  std::optional<SignalFacts> fault;
};

struct ThreadSnapshot {
  pid_t tid = 0;
  std::string name;
  std::optional<CpuState> state;  ///< Absent where it could not be read.
  Stack stack;
  std::optional<SignalFacts> fault;
};

struct ProcessSnapshot {
  pid_t pid = 0;
  std::string name;  ///< Last component of the executable.
  std::string path;
  std::int64_t parent_pid = 0;
  std::string parent_name;
  std::optional<std::uint64_t> user_id;
  std::uint64_t start_ticks = 0;  ///< Nanoseconds since boot; 0 if unknown.
  std::vector<Mapping> map;
  std::vector<Image> images;
  std::vector<ThreadSnapshot> threads;  ///< The main thread first, then by id.
  std::string error_output_tail;        ///< Of its standard error, where that is a file.
  std::string abort_message;            ///< What glibc's assert and its heap checks leave.
  std::vector<std::string> notes;       ///< What could not be read.

  // Of the thread that this is about.
  std::vector<std::uint8_t> before_pc;
  std::vector<std::uint8_t> at_pc;
  std::vector<std::uint8_t> stream;  ///< A wider window around the pc.
  std::size_t stream_offset = 0;     ///< Where the pc is in it.
};

struct SnapshotWish {
  pid_t pid = 0;
  std::vector<ThreadToSnap> threads;
  pid_t subject = 0;  ///< The thread whose code bytes are wanted; 0: none.
  /// Faults of the subject that handlers took. If one of them is found on the subject's stack, its
  /// registers, its stack and its signal take the place of the last one.
  std::vector<KeptFault> kept;
  std::size_t frame_limit = 512;
  bool wants_messages = false;  ///< error_output_tail and abort_message.
};

/// Reads the process, all of whose threads must stand still under our ptrace. An error only where
/// nothing at all can be read; else what is missing is in `notes`.
Result<ProcessSnapshot> take_snapshot(const SnapshotWish& wish);

/// `comm` of a process or thread; empty if it is gone.
std::string read_comm(pid_t pid);

}  // namespace faultline
