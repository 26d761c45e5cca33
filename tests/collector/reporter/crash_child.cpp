// A small program with many ways to end, each by its name: what the supervisor's tests run. Never sanitized.

// Its failed assertion is wanted in every build.
#undef NDEBUG

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

/// An address that the compiler cannot see through.
template <typename T>
T* at(std::uintptr_t address) {
  volatile std::uintptr_t hidden = address;
  return reinterpret_cast<T*>(hidden);
}

void name_this_thread(const std::string& name) {
#ifdef __APPLE__
  ::pthread_setname_np(name.c_str());
#else
  ::pthread_setname_np(::pthread_self(), name.c_str());
#endif
}

}  // namespace

// Named as C functions, so that a report's symbols are the same with every compiler.
extern "C" {

__attribute__((noinline)) int child_read_null() { return *at<volatile int>(0x5c8); }
__attribute__((noinline)) int child_write_null() {
  *at<volatile int>(0x184) = 7;
  return 0;
}
__attribute__((noinline)) int child_call(std::uintptr_t address) { return at<int()>(address)() + 1; }

__attribute__((noinline)) int child_overflow(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  const int below = child_overflow(depth + 1);
  return below + frame[0];
}

__attribute__((noinline)) void child_handler_reraises(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}
__attribute__((noinline)) void child_handler_aborts(int) { std::abort(); }
__attribute__((noinline)) void child_handler_exits(int) { ::_exit(0); }
}

namespace {

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

std::atomic<int> waiting{0};

/// All threads fault within a moment of each other, each at an address of its own that it tells before.
int many_threads_fault(int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([i, count] {
      name_this_thread("faulter-" + std::to_string(i));
      waiting.fetch_add(1);
      // Giving way, since there may be more threads than processors.
      while (waiting.load() < count) std::this_thread::yield();
      *at<volatile int>(0x1000 + 0x10 * static_cast<std::uintptr_t>(i)) = i;
    });
  }
  for (auto& thread : threads) thread.join();
  return 0;
}

int fault_in_fork(bool own_session, bool parent_waits) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (own_session) ::setsid();
    if (!parent_waits) ::usleep(20'000);
    child_read_null();
    ::_exit(0);
  }
  if (parent_waits) ::waitpid(child, nullptr, 0);
  return 0;
}

/// Leaves a grandchild in a session of its own that would live for a minute.
int leave_stray(bool twice) {
  if (::fork() != 0) return 0;
  ::setsid();
  if (twice && ::fork() != 0) ::_exit(0);
  ::signal(SIGTERM, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  ::sleep(60);
  ::_exit(0);
}

int hold_a_lock_twice() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  ::pthread_mutex_lock(&mutex);
  ::pthread_mutex_lock(&mutex);
  return 0;
}

[[noreturn]] void spin() {
  std::atomic<bool> go_on{true};
  while (go_on.load()) {
  }
  std::abort();
}

int print_lines(long count) {
  for (long i = 0; i < count; ++i) std::printf("line %08ld of the output of a chatty program\n", i);
  return 0;
}

int lock_in_threads(long rounds) {
  std::mutex mutex;
  long sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (long i = 0; i < rounds; ++i) {
        const std::lock_guard<std::mutex> lock(mutex);
        sum += i;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return sum == 0 ? 1 : 0;
}

int compute_in_threads(long rounds) {
  std::atomic<std::uint64_t> out{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      std::uint64_t x = 88172645463325252ULL;
      for (long i = 0; i < rounds; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
      }
      out += x;
    });
  }
  for (auto& thread : threads) thread.join();
  return out.load() == 1 ? 1 : 0;
}

int die(const std::string& how) {
  if (how == "read-null") return child_read_null();
  if (how == "write-null") return child_write_null();
  if (how == "call-null") return child_call(0);
  if (how == "call-wild") return child_call(0x1234);
  if (how == "non-canonical") return *at<volatile int>(0x4141414141414141ULL);
  if (how == "write-text") *at<volatile int>(reinterpret_cast<std::uintptr_t>(&child_read_null)) = 1;
  if (how == "overflow") return child_overflow(0);
  if (how == "abort") std::abort();
  if (how == "assert") assert(how == "no two words are alike");
  if (how == "driver-assert") {
    std::fputs("-[Buffer tryCoalescing:]:1091: failed assertion `A command encoder is already encoding'\n",
               stderr);
    std::abort();
  }
  if (how == "throw") throw std::runtime_error("nobody catches this");
  if (how == "trap") __builtin_trap();
  if (how == "divide") {
    volatile int number = 7;
    volatile int zero = 0;
    return number / zero;
  }
  if (how == "self-kill") return ::kill(::getpid(), SIGSEGV);
  if (how == "term") return ::kill(::getpid(), SIGTERM);
  return -1;
}

int handle_and_die(const std::string& how) {
  if (how == "reraise") handle(SIGSEGV, child_handler_reraises);
  if (how == "handler-aborts") handle(SIGSEGV, child_handler_aborts);
  if (how == "handled") handle(SIGSEGV, child_handler_exits);
  return child_read_null();
}

int run(const std::string& how, long number) {
  if (how == "exit") return static_cast<int>(number);
  if (how == "threads-fault") return many_threads_fault(static_cast<int>(number));
  if (how == "fork-fault") return fault_in_fork(false, true);
  if (how == "setsid-fault") return fault_in_fork(true, true);
  if (how == "stray") return leave_stray(false);
  if (how == "stray-twice") return leave_stray(true);
  if (how == "stuck") return hold_a_lock_twice();
  if (how == "slow") spin();
  if (how == "ignores-abort") {
    ::signal(SIGABRT, SIG_IGN);
    ::signal(SIGTERM, SIG_IGN);
    return hold_a_lock_twice();
  }
  if (how == "print") return print_lines(number);
  if (how == "locks") return lock_in_threads(number);
  if (how == "computes") return compute_in_threads(number);
  if (how == "show-environment") {
    const char* value = std::getenv("FAULTLINE_TEST_VALUE");
    std::printf("%s\n", value != nullptr ? value : "(unset)");
    char folder[4096];
    std::printf("%s\n", ::getcwd(folder, sizeof folder) != nullptr ? folder : "?");
    return std::getchar() == EOF ? 0 : 1;
  }
  if (how == "reraise" || how == "handler-aborts" || how == "handled") return handle_and_die(how);
  const int status = die(how);
  if (status == -1) std::fprintf(stderr, "crash_child: unknown way to end: %s\n", how.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return run(argv[1], argc > 2 ? std::atol(argv[2]) : 0);
}
