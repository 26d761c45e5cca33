#include "collector/reporter/ptrace/process_snapshot_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "collector/reporter/images/elf_images.h"
#include "collector/reporter/ptrace/process_memory_linux.h"
#include "collector/trial/process_tree.h"
#include "core/base/scoped_fd.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::size_t kCodeBytes = 40;    // As in macOS's instructionByteStream.
constexpr std::size_t kStreamBytes = 96;  // To each side, as in instructionState.
constexpr std::size_t kMessageLimitBytes = 8192;
constexpr off_t kErrorTailBytes = 16 << 10;

std::string proc_path(pid_t pid, const char* what) { return fmt::format("/proc/{}/{}", pid, what); }

std::string read_link(const std::string& path) {
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

/// The first number behind `key` in /proc/PID/status.
std::optional<std::uint64_t> status_number(std::string_view status, std::string_view key) {
  const auto at = status.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = status.substr(at + key.size());
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
  std::uint64_t value = 0;
  if (std::from_chars(rest.data(), rest.data() + rest.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

void read_identity(ProcessSnapshot& snapshot) {
  const pid_t pid = snapshot.pid;
  snapshot.path = read_link(proc_path(pid, "exe"));
  constexpr std::string_view kDeleted = " (deleted)";
  if (snapshot.path.ends_with(kDeleted)) snapshot.path.resize(snapshot.path.size() - kDeleted.size());
  snapshot.name = snapshot.path.substr(snapshot.path.rfind('/') + 1);
  if (snapshot.name.empty()) snapshot.name = read_comm(pid);
  const auto status = read_file(proc_path(pid, "status"));
  if (status) {
    snapshot.user_id = status_number(*status, "\nUid:");
    snapshot.parent_pid = static_cast<std::int64_t>(status_number(*status, "\nPPid:").value_or(0));
    snapshot.parent_name = read_comm(static_cast<pid_t>(snapshot.parent_pid));
  }
  snapshot.start_ticks = process_start_ticks(pid);
}

/// What the process wrote last to its standard error, if that is a file: its own descriptor is asked, so
/// that redirections inside a script are followed.
std::string read_error_tail(pid_t pid) {
  const ScopedFd fd(::open(proc_path(pid, "fd/2").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info{};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  std::string text(static_cast<std::size_t>(std::min(info.st_size, kErrorTailBytes)), '\0');
  const off_t from = info.st_size - static_cast<off_t>(text.size());
  const ssize_t got = ::pread(fd.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

/// glibc keeps the text of a failed assertion or a damaged heap in `__abort_msg`: a pointer to a size
/// word followed by the text (glibc assert/assert.c, malloc/malloc.c).
std::string read_abort_message(StackUnwinder& unwinder, ProcessMemory& memory) {
  const auto variable = unwinder.find_symbol("libc.so", "__abort_msg");
  if (!variable) return {};
  const auto pointer = memory.read_word(*variable);
  if (!pointer || *pointer == 0) return {};
  auto text = memory.read_text(*pointer + sizeof(unsigned), kMessageLimitBytes).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

class SnapshotTaker {
 public:
  explicit SnapshotTaker(const SnapshotWish& wish) : wish_(wish), memory_(wish.pid) {
    snapshot_.pid = wish.pid;
  }

  Result<ProcessSnapshot> take() {
    TRY_ASSIGN(const auto maps, read_file(proc_path(wish_.pid, "maps")));
    snapshot_.map = parse_memory_map(maps);
    read_identity(snapshot_);
    snapshot_.images = find_elf_images(
        snapshot_.map, [this](std::uint64_t at, std::size_t count) { return memory_.read(at, count); },
        host_arch());
    auto unwinder = StackUnwinder::open(wish_.pid, memory_);
    if (unwinder) {
      unwinder_ = std::move(*unwinder);
    } else {
      note("stacks could not be read: " + unwinder.error().text());
    }
    for (const auto& thread : wish_.threads) add_thread(thread);
    if (wish_.wants_messages) {
      snapshot_.error_output_tail = read_error_tail(wish_.pid);
      if (unwinder_) snapshot_.abort_message = read_abort_message(*unwinder_, memory_);
    }
    return std::move(snapshot_);
  }

 private:
  void note(std::string text) { snapshot_.notes.push_back(std::move(text)); }

  void add_thread(const ThreadToSnap& wanted) {
    ThreadSnapshot thread;
    thread.tid = wanted.tid;
    thread.fault = wanted.fault;
    thread.name = read_comm(wanted.tid);
    if (wanted.stopped) thread.state = read_cpu_state(wanted.tid);
    if (thread.state) {
      thread.stack = unwind(*thread.state);
      if (wanted.tid == wish_.subject) look_for_first_fault(thread);
    } else {
      note(wanted.stopped
               ? fmt::format("thread {}: its registers are not those of a 64-bit program", wanted.tid)
               : fmt::format("thread {} did not stop in time", wanted.tid));
    }
    if (thread.stack.cut) {
      note(fmt::format("thread {}: its stack has more than the {} frames shown", wanted.tid,
                       wish_.frame_limit));
    }
    if (wanted.tid == wish_.subject && thread.state) read_code(thread.state->pc);
    snapshot_.threads.push_back(std::move(thread));
  }

  Stack unwind(const CpuState& state) {
    Stack stack;
    const auto* at = find_mapping(snapshot_.map, state.pc);
    if (at != nullptr && at->executable) {
      if (unwinder_) stack = unwinder_->unwind(state, wish_.frame_limit);
      if (stack.frames.empty()) stack.frames.push_back({state.pc, std::nullopt});
      return stack;
    }
    // No code there: a call through a bad pointer. Its caller is known if the memory shows the call.
    const auto caller = state_of_caller(
        state, [this](std::uint64_t address) { return memory_.read_word(address); },
        [this](std::uint64_t address, std::size_t count) { return memory_.read_before(address, count); });
    if (unwinder_ && caller) stack = unwinder_->unwind(*caller, wish_.frame_limit - 1, true);
    if (unwinder_ && !caller) {
      stack = unwinder_->unwind(state, wish_.frame_limit);
      if (!stack.frames.empty()) stack.frames.erase(stack.frames.begin());
    }
    stack.frames.insert(stack.frames.begin(), StackFrame{state.pc, std::nullopt});
    return stack;
  }

  /// A handler that runs on top of the fault and dies (aborts, raises again) leaves the fault's frame
  /// below its own; one that raises the blocked signal again dies right after its return, in the fault's
  /// own frame, of a signal that no fault made. The lowest frame that we saw being handled is where the
  /// trouble began.
  void look_for_first_fault(ThreadSnapshot& thread) {
    const bool died_of_fault = thread.fault && has_fault_address(*thread.fault);
    const KeptFault* first = nullptr;
    std::size_t depth = 0;
    for (const auto& kept : wish_.kept) {
      if (kept.tid != thread.tid) continue;
      for (std::size_t i = died_of_fault ? 1 : 0; i < thread.stack.frames.size(); ++i) {
        if (thread.stack.frames[i].pc != kept.state.pc || (first != nullptr && i <= depth)) continue;
        first = &kept;
        depth = i;
      }
    }
    if (first == nullptr) return;
    note(fmt::format(
        "a handler took {} first; the process then died of {}{}; registers and stack are those of the "
        "first fault",
        signal_name(first->facts.signal),
        thread.fault ? signal_name(thread.fault->signal) : std::string("another signal"),
        path_above(thread.stack, depth)));
    thread.fault = first->facts;
    thread.state = first->state;
    thread.stack = unwind(first->state);
  }

  /// ` in raise <- handler <- …`: the frames above `depth`, which the report's stack does not show.
  static std::string path_above(const Stack& stack, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth && i < 8; ++i) {
      const auto& frame = stack.frames[i];
      text += i == 0 ? " in " : " <- ";
      text += frame.place ? frame.place->symbol : fmt::format("{:#x}", frame.pc);
    }
    return text;
  }

  void read_code(std::uint64_t pc) {
    snapshot_.at_pc = memory_.read(pc, kCodeBytes);
    if (snapshot_.at_pc.empty()) return;
    snapshot_.before_pc = memory_.read_before(pc, kCodeBytes);
    snapshot_.stream = memory_.read_before(pc, kStreamBytes);
    snapshot_.stream_offset = snapshot_.stream.size();
    const auto behind = memory_.read(pc, kStreamBytes);
    snapshot_.stream.insert(snapshot_.stream.end(), behind.begin(), behind.end());
  }

  const SnapshotWish& wish_;
  ProcessMemory memory_;
  std::unique_ptr<StackUnwinder> unwinder_;  // Null where stacks cannot be read.
  ProcessSnapshot snapshot_;
};

}  // namespace

Result<ProcessSnapshot> take_snapshot(const SnapshotWish& wish) { return SnapshotTaker(wish).take(); }

std::string read_comm(pid_t pid) {
  auto text = read_file(proc_path(pid, "comm"));
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

}  // namespace faultline
