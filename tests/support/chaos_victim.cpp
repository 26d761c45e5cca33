// What the chaos run executes: it dies in the way that its first argument says, and before that tells the
// simulated ReportCrash what the kernel would tell the real one. Stands alone: no code of ours is in it.
//
// CHAOS_FOLDER/deaths.log gets one line for each event, in one write:
//   S TRIAL COMMAND                                                     a trial's program began
//   C TRIAL COMMAND PID                                                 it waits for the power to be cut
//   D PID PARENT COMMAND TRIAL BOOT LAUNCHED_US DIED_US STEADY_NS TICKS NAME    a process is about to die
// STEADY_NS is DIED_US on the steady clock, which nobody sets.
// COMMAND is the pid of the trial's command: the leader of its session.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

std::string folder;
std::string trial;
char boot[64] = "";
char name[64] = "";
long long launched_us = 0;
unsigned long long start_ticks_ns = 0;
int log_fd = -1;

long long wall_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

/// Asked of the kernel itself: the library's functions may be faked.
long long kernel_ns(clockid_t clock) {
  timespec now{};
  ::syscall(SYS_clock_gettime, clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// When the kernel made this process, by the wall clock as it stands.
void note_launch() {
  char text[1024] = "";
  const int fd = ::open("/proc/self/stat", O_RDONLY);
  if (::read(fd, text, sizeof text - 1) <= 0) ::_exit(90);
  ::close(fd);
  const char* at = std::strrchr(text, ')');
  for (int field = 2; at != nullptr && field < 22; ++field) at = std::strchr(at + 1, ' ');
  if (at == nullptr) ::_exit(90);
  start_ticks_ns =
      std::strtoull(at, nullptr, 10) * (1'000'000'000ULL / static_cast<unsigned>(::sysconf(_SC_CLK_TCK)));
  const long long age_ns = kernel_ns(CLOCK_BOOTTIME) - static_cast<long long>(start_ticks_ns);
  launched_us = wall_us() - age_ns / 1000;
}

void tell(const char* text, int length) {
  if (::write(log_fd, text, static_cast<std::size_t>(length)) != length) ::_exit(91);
}

/// Half of the trials leave reports without start ticks, as old systems do.
void tell_death() {
  char text[512];
  char ticks[32] = "-";
  if (std::atoi(trial.c_str()) % 2 == 0) std::snprintf(ticks, sizeof ticks, "%llu", start_ticks_ns);
  const int length = std::snprintf(text, sizeof text, "D %d %d %d %s %s %lld %lld %lld %s %s\n", ::getpid(),
                                   ::getppid(), ::getsid(0), trial.c_str(), boot, launched_us, wall_us(),
                                   kernel_ns(CLOCK_MONOTONIC), ticks, name);
  tell(text, length);
}

void on_abort(int) {
  tell_death();
  std::signal(SIGABRT, SIG_DFL);
  ::raise(SIGABRT);
}

[[noreturn]] void crash() {
  tell_death();
  ::raise(SIGSEGV);
  ::_exit(92);
}

pid_t crash_in_child() {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  note_launch();
  crash();
}

void wait_for_children() {
  while (::wait(nullptr) > 0) {
  }
}

/// The parent of the process that dies has left before.
void crash_in_orphan() {
  int ends[2];
  if (::pipe(ends) != 0) ::_exit(93);
  if (::fork() == 0) {
    const pid_t middle = ::getpid();
    if (::fork() == 0) {
      while (::getppid() == middle) ::usleep(1000);
      note_launch();
      crash();
    }
    ::_exit(0);
  }
  wait_for_children();
  // Closed at the other end when the orphan is gone.
  ::close(ends[1]);
  char none = 0;
  if (::read(ends[0], &none, 1) < 0) ::_exit(94);
}

void take_part_in_power_cut() {
  const std::string wanted = folder + "/cut";
  if (::access(wanted.c_str(), F_OK) != 0) return;
  if (::rename(wanted.c_str(), (folder + "/cut.taken").c_str()) != 0) return;
  char text[128];
  tell(text, std::snprintf(text, sizeof text, "C %s %d %d\n", trial.c_str(), ::getsid(0), ::getpid()));
  while (true) ::pause();
}

}  // namespace

int main(int, char** argv) {
  const char* where = std::getenv("CHAOS_FOLDER");
  const char* index = std::getenv("FAULTLINE_TRIAL");
  if (where == nullptr || index == nullptr || argv[1] == nullptr) return 95;
  folder = where;
  trial = index;
  const char* slash = std::strrchr(argv[0], '/');
  std::snprintf(name, sizeof name, "%s", slash == nullptr ? argv[0] : slash + 1);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  log_fd = ::open((folder + "/deaths.log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const int boot_fd = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (log_fd < 0 || boot_fd < 0 || ::read(boot_fd, boot, 36) != 36) return 96;
  note_launch();

  const std::string kind = argv[1];
  if (kind == "python") {
    // A framework build: the program that was launched is not the one that dies.
    const std::string real = folder + "/Python.app/Contents/MacOS/Python";
    ::execl(real.c_str(), real.c_str(), "crash", nullptr);
    return 97;
  }
  char text[64];
  tell(text, std::snprintf(text, sizeof text, "S %s %d\n", trial.c_str(), ::getsid(0)));
  // Not where the time limit would come first.
  if (kind != "hang") take_part_in_power_cut();
  if (kind == "passes") return 0;
  if (kind == "fails") return 3;
  if (kind == "killed") ::raise(SIGKILL);
  if (kind == "crash") crash();
  if (kind == "child") crash_in_child();
  if (kind == "orphan") crash_in_orphan();
  if (kind == "burst") {
    for (int i = 0; i < 8; ++i) crash_in_child();
  }
  if (kind == "duplicates") {
    crash_in_child();
    wait_for_children();
    crash();
  }
  if (kind == "hang") {
    std::signal(SIGABRT, on_abort);
    while (true) ::pause();
  }
  wait_for_children();
  return 0;
}
