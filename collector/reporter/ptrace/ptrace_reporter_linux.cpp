#include "collector/reporter/ptrace/ptrace_reporter_linux.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>

#include "collector/reporter/ptrace/crash_report_builder_linux.h"
#include "collector/reporter/watch/report_file.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::size_t kKeptFaultsPerThread = 8;
constexpr std::chrono::milliseconds kStopLimit{500};

long seize_child(pid_t child, unsigned long options) { return ::ptrace(PTRACE_SEIZE, child, 0UL, options); }

void go_on(pid_t tid, int signal) { ::ptrace(PTRACE_CONT, tid, 0UL, static_cast<unsigned long>(signal)); }

bool is_group_stop(int wait_status) {
  const int signal = WSTOPSIG(wait_status);
  return wait_status >> 16 == PTRACE_EVENT_STOP &&
         (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU);
}

/// A thread is its process's main thread exactly if its id is also the process's: asked without sending
/// anything, and much cheaper than reading /proc.
bool is_main_thread(pid_t tid) { return ::syscall(SYS_tgkill, tid, tid, 0) == 0; }

struct SignalDispositions {
  pid_t pid = 0;  ///< Of the process.
  std::uint64_t caught = 0;
  std::uint64_t ignored = 0;
};

std::uint64_t status_field(std::string_view status, std::string_view key, int base) {
  const auto at = status.find(key);
  if (at == std::string_view::npos) return 0;
  auto rest = status.substr(at + key.size());
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
  std::uint64_t value = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
  return value;
}

SignalDispositions read_dispositions(pid_t tid) {
  SignalDispositions out;
  const auto status = read_file(fmt::format("/proc/{}/status", tid));
  if (!status) return out;
  out.pid = static_cast<pid_t>(status_field(*status, "\nTgid:", 10));
  out.caught = status_field(*status, "\nSigCgt:", 16);
  out.ignored = status_field(*status, "\nSigIgn:", 16);
  return out;
}

bool has_signal(std::uint64_t mask, int signal) { return (mask >> (signal - 1) & 1U) != 0; }

/// What a thread in a signal stop stands at. nullopt where siginfo is of another signal: then the stop is
/// not this signal's delivery, and its address would be of something else.
std::optional<SignalFacts> read_signal(pid_t tid, int signal) {
  siginfo_t info{};
  if (::ptrace(PTRACE_GETSIGINFO, tid, 0UL, &info) != 0 || info.si_signo != signal) return std::nullopt;
  SignalFacts facts;
  facts.signal = signal;
  facts.code = info.si_code;
  if (facts.code <= 0) facts.sender_pid = info.si_pid;
  if (has_fault_address(facts)) std::memcpy(&facts.address, &info.si_addr, sizeof facts.address);
  if (signal == SIGSYS && facts.code > 0) facts.system_call = info.si_syscall;
  return facts;
}

void add_code_facts(SignalFacts& facts, pid_t tid) {
  const auto state = read_cpu_state(tid);
  if (!state) return;
  facts.pc = state->pc;
  if (facts.signal != SIGILL || host_cpu() != CpuKind::arm64) return;
  const auto bytes = ProcessMemory(tid).read(state->pc, 4);
  if (bytes.size() != 4) return;
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof word);
  facts.instruction = word;
}

std::vector<pid_t> list_threads(pid_t pid) {
  std::vector<pid_t> tids;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(fmt::format("/proc/{}/task", pid).c_str()),
                                                   ::closedir);
  if (!folder) return tids;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    pid_t tid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), tid).ec == std::errc()) tids.push_back(tid);
  }
  std::sort(tids.begin(), tids.end());
  return tids;
}

bool is_dead(pid_t pid, pid_t tid) {
  const auto stat = read_file(fmt::format("/proc/{}/task/{}/stat", pid, tid));
  if (!stat) return true;
  const auto close = stat->rfind(')');
  return close == std::string::npos || close + 2 >= stat->size() || (*stat)[close + 2] == 'Z' ||
         (*stat)[close + 2] == 'X';
}

std::vector<std::uint64_t> program_counters(const Stack& stack) {
  std::vector<std::uint64_t> out;
  for (const auto& frame : stack.frames) out.push_back(frame.pc);
  return out;
}

std::size_t count_moved(const ProcessSnapshot& before, const ProcessSnapshot& after) {
  std::size_t moved =
      before.threads.size() > after.threads.size() ? before.threads.size() - after.threads.size() : 0;
  for (const auto& thread : after.threads) {
    const auto same = std::find_if(before.threads.begin(), before.threads.end(),
                                   [&](const ThreadSnapshot& t) { return t.tid == thread.tid; });
    if (same == before.threads.end() || program_counters(same->stack) != program_counters(thread.stack))
      ++moved;
  }
  return moved;
}

}  // namespace

std::unique_ptr<CrashWatcher> make_crash_reporter(const ReporterSettings& settings) {
  return std::make_unique<PtraceReporter>(settings);
}

PtraceReporter::PtraceReporter(ReporterSettings settings)
    : PtraceReporter(std::move(settings), seize_child) {}

PtraceReporter::PtraceReporter(ReporterSettings settings, Seize seize)
    : settings_(std::move(settings)), seize_(std::move(seize)) {}

Result<void> PtraceReporter::attach(pid_t child) {
  unsigned long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (settings_.follow_children) options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (settings_.images != nullptr && settings_.images->is_looking()) options |= PTRACE_O_TRACEEXIT;
  if (seize_(child, options) != 0) {
    const int error = errno;
    return fail(ErrorKind::process,
                fmt::format("ptrace was refused: {}; crashes leave no report (a container's seccomp profile, "
                            "kernel.yama.ptrace_scope=3 or another tracer forbids it)",
                            std::strerror(error)));
  }
  is_leader_[child] = true;
  command_ = child;
  if (!settings_.follow_children)
    notes_.push_back("children are not followed: their crashes leave no report");
  return {};
}

std::string PtraceReporter::note() const {
  std::string text;
  for (const auto& note : notes_) text += (text.empty() ? "" : "; ") + note;
  return text;
}

bool PtraceReporter::handle(pid_t tid, int wait_status) {
  if (WIFSTOPPED(wait_status)) {
    on_stop(tid, wait_status);
    return false;
  }
  const auto known = is_leader_.find(tid);
  // Not ours by ptrace, then it is an orphan that we adopted: a process.
  const bool is_process = known == is_leader_.end() || known->second;
  is_leader_.erase(tid);
  if (is_process) processes_.erase(tid);
  return is_process;
}

void PtraceReporter::on_stop(pid_t tid, int wait_status) {
  if (!is_leader_.contains(tid)) is_leader_[tid] = is_main_thread(tid);
  const int event = wait_status >> 16;
  if (event == PTRACE_EVENT_EXIT) {
    // Its memory is still there, for the last time. Any thread of a process may be the one that ends it.
    if (settings_.images != nullptr && settings_.images->is_looking())
      settings_.images->look_at_end(tid, read_dispositions(tid).pid == command_);
    return go_on(tid, 0);
  }
  release_held_by(tid);
  if (event == 0) return on_signal(tid, WSTOPSIG(wait_status));
  if (event == PTRACE_EVENT_EXEC) {
    // Another program: the thread that called exec goes by the process's id from here on.
    unsigned long former = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, tid, 0UL, &former) == 0 && static_cast<pid_t>(former) != tid) {
      is_leader_.erase(static_cast<pid_t>(former));
    }
    is_leader_[tid] = true;
    processes_.erase(tid);
  }
  resume({tid, wait_status, true});
}

/// A thread whose fatal signal was let through and that stops once more did not die after all, as the
/// first process of a pid namespace does not: its siblings go on, too.
void PtraceReporter::release_held_by(pid_t tid) {
  for (auto& [pid, process] : processes_) {
    if (process.dying != tid) continue;
    process.dying = 0;
    const auto held = std::exchange(process.held, {});
    for (const auto& thread : held) resume(thread);
    return;
  }
}

void PtraceReporter::on_signal(pid_t tid, int signal) {
  if (!is_crash_signal(signal)) return go_on(tid, signal);
  const auto dispositions = read_dispositions(tid);
  const auto facts = read_signal(tid, signal);
  if (dispositions.pid == 0 || !facts) return go_on(tid, signal);
  // What the kernel forces on a thread that blocks or ignores it has lost its handler by now.
  if (has_signal(dispositions.ignored, signal)) return go_on(tid, signal);
  if (has_signal(dispositions.caught, signal)) {
    keep_handled_fault(dispositions.pid, tid, *facts);
    return go_on(tid, signal);
  }
  on_fatal_signal(dispositions.pid, tid, *facts);
}

void PtraceReporter::keep_handled_fault(pid_t pid, pid_t tid, const SignalFacts& facts) {
  if (!has_fault_address(facts)) return;
  auto state = read_cpu_state(tid);
  if (!state) return;
  auto& handled = processes_[pid].handled;
  const auto count =
      std::count_if(handled.begin(), handled.end(), [&](const KeptFault& k) { return k.tid == tid; });
  if (static_cast<std::size_t>(count) >= kKeptFaultsPerThread) {
    handled.erase(
        std::find_if(handled.begin(), handled.end(), [&](const KeptFault& k) { return k.tid == tid; }));
  }
  KeptFault kept{tid, facts, std::move(*state)};
  kept.facts.pc = kept.state.pc;
  handled.push_back(std::move(kept));
}

bool PtraceReporter::is_own_signal(const SignalFacts& facts) const {
  return facts.code <= 0 && facts.sender_pid == ::getpid();
}

void PtraceReporter::on_fatal_signal(pid_t pid, pid_t tid, const SignalFacts& facts) {
  auto& process = processes_[pid];
  if (process.reported || is_own_signal(facts)) return go_on(tid, facts.signal);
  process.reported = true;
  process.dying = tid;
  process.held = stop_threads(pid, tid);

  SnapshotWish wish;
  wish.pid = pid;
  wish.subject = tid;
  wish.kept = process.handled;
  wish.wants_messages = true;
  ThreadToSnap subject{tid, true, facts};
  add_code_facts(*subject.fault, tid);
  wish.threads.push_back(std::move(subject));
  for (const auto& thread : process.held) {
    ThreadToSnap other{thread.tid, thread.stopped, std::nullopt};
    const int status = thread.wait_status;
    if (thread.stopped && status >> 16 == 0 && is_crash_signal(WSTOPSIG(status))) {
      other.fault = read_signal(thread.tid, WSTOPSIG(status));
    }
    wish.threads.push_back(std::move(other));
  }
  std::sort(wish.threads.begin(), wish.threads.end(),
            [&](const ThreadToSnap& a, const ThreadToSnap& b) { return a.tid < b.tid; });
  const auto snapshot = take_snapshot(wish);
  if (snapshot) {
    DeathFacts death{tid, facts, {}};
    if (facts.code <= 0) death.sender = read_comm(static_cast<pid_t>(facts.sender_pid));
    write(build_crash_report(*snapshot, death, report_moment(read_host_identity())), pid);
  } else {
    notes_.push_back(fmt::format("process {} could not be read: {}", pid, snapshot.error().text()));
  }
  go_on(tid, facts.signal);
}

bool PtraceReporter::wait_until_stopped(StoppedThread& thread, pid_t pid) {
  const SystemClock clock;
  const auto limit = clock.monotonic() + kStopLimit;
  long pause_ns = 20'000;
  while (true) {
    const pid_t got = ::waitpid(thread.tid, &thread.wait_status, __WALL | WNOHANG);
    if (got == thread.tid) return WIFSTOPPED(thread.wait_status);
    if (got < 0) return false;
    if (pause_ns > 1'000'000 && is_dead(pid, thread.tid)) return false;
    if (clock.monotonic() > limit) {
      // Sleeps where no signal reaches it (a vfork parent, a dead disk): its stop comes later, or never.
      thread.stopped = false;
      return true;
    }
    const timespec pause{0, pause_ns};
    ::nanosleep(&pause, nullptr);
    pause_ns = std::min(pause_ns * 2, 5'000'000L);
  }
}

std::vector<PtraceReporter::StoppedThread> PtraceReporter::stop_threads(pid_t pid, pid_t already_stopped) {
  std::vector<StoppedThread> stopped;
  std::set<pid_t> seen{already_stopped};
  bool found_new = true;
  while (found_new) {
    found_new = false;
    std::vector<StoppedThread> asked;
    for (const pid_t tid : list_threads(pid)) {
      if (!seen.insert(tid).second) continue;
      found_new = true;
      // A thread that is just being born is not ours yet; it stops by itself as soon as it is.
      ::ptrace(PTRACE_INTERRUPT, tid, 0UL, 0UL);
      asked.push_back({tid, 0, true});
    }
    for (auto& thread : asked) {
      if (!wait_until_stopped(thread, pid)) {
        // Gone meanwhile. Its process is not: that would have ended the thread at hand, too.
        if (thread.tid != pid) is_leader_.erase(thread.tid);
        continue;
      }
      if (!is_leader_.contains(thread.tid)) is_leader_[thread.tid] = thread.tid == pid;
      stopped.push_back(thread);
    }
  }
  return stopped;
}

void PtraceReporter::resume(const StoppedThread& thread) {
  if (!thread.stopped) return;
  if (thread.wait_status >> 16 == 0) return on_signal(thread.tid, WSTOPSIG(thread.wait_status));
  if (is_group_stop(thread.wait_status)) {
    // Job control: stays stopped, but reports when it is continued.
    ::ptrace(PTRACE_LISTEN, thread.tid, 0UL, 0UL);
    return;
  }
  go_on(thread.tid, 0);
}

void PtraceReporter::write(const CrashReport& report, pid_t pid) {
  auto written = write_report(settings_.report_folder, report, pid);
  if (written) {
    reports_.push_back(std::move(*written));
  } else {
    notes_.push_back("a report was lost: " + written.error().text());
  }
}

Result<ProcessSnapshot> PtraceReporter::snapshot_process(pid_t pid) {
  const auto threads = stop_threads(pid, 0);
  SnapshotWish wish;
  wish.pid = pid;
  for (const auto& thread : threads) wish.threads.push_back({thread.tid, thread.stopped, std::nullopt});
  auto snapshot = take_snapshot(wish);
  // Those at a signal of their own last: a fatal one stops the others again.
  const auto at_signal = [](const StoppedThread& thread) { return thread.wait_status >> 16 == 0; };
  for (const auto& thread : threads) {
    if (thread.stopped && !at_signal(thread)) on_stop(thread.tid, thread.wait_status);
  }
  for (const auto& thread : threads) {
    if (thread.stopped && at_signal(thread)) on_stop(thread.tid, thread.wait_status);
  }
  return snapshot;
}

void PtraceReporter::take_stacks(const std::vector<pid_t>& pids) {
  earlier_.clear();
  for (const pid_t pid : pids) {
    if (!is_leader_.contains(pid)) continue;
    if (auto snapshot = snapshot_process(pid)) earlier_.emplace(pid, std::move(*snapshot));
  }
}

bool PtraceReporter::report_hang(const std::vector<pid_t>& pids, const HangFacts& facts) {
  std::map<pid_t, ProcessSnapshot> now;
  std::map<pid_t, std::size_t> moved;
  bool any_moved = false;
  for (const pid_t pid : pids) {
    const auto before = earlier_.find(pid);
    if (!is_leader_.contains(pid) || before == earlier_.end()) continue;
    auto snapshot = snapshot_process(pid);
    if (!snapshot) continue;
    moved[pid] = count_moved(before->second, *snapshot);
    any_moved = any_moved || moved[pid] != 0;
    now.emplace(pid, std::move(*snapshot));
  }
  const bool stuck = facts.idle && !any_moved;
  const auto host = read_host_identity();
  for (const auto& [pid, snapshot] : now) {
    const faultline::HangFacts hang{stuck, facts.timeout, facts.cpu_in_window, facts.window, moved[pid]};
    write(build_hang_report(snapshot, hang, report_moment(host)), pid);
  }
  return stuck;
}

}  // namespace faultline
